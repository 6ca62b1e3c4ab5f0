//! The terminal's own cursor: magnifiers and screen readers follow it, so in every frame it stands on what has focus.

use ratatui::{Frame, layout::Rect};

/// Puts the cursor on a column and row of an area, counted from its corner; on the nearest that the area has. What is drawn
/// later takes it away again by putting it elsewhere.
pub fn put_cursor(frame: &mut Frame, area: Rect, (x, y): (u16, u16)) {
    if let (Some(last_x), Some(last_y)) = (area.width.checked_sub(1), area.height.checked_sub(1)) {
        frame.set_cursor_position((area.x + x.min(last_x), area.y + y.min(last_y)));
    }
}
