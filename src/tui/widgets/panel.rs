//! A box with a title on the left and a note on the right.

use ratatui::{
    layout::{Margin, Rect},
    symbols::merge::MergeStrategy,
    text::{Line, Span},
    widgets::Block,
};

use crate::{text, tui::theme::Theme};

/// What a box of this area says: its title and what is inside, without the lines around it.
pub fn said(area: Rect) -> [Rect; 2] {
    let inside = area.inner(Margin::new(1, 1));
    let title = Rect {
        y: area.y,
        height: area.height.min(1),
        ..inside
    };
    [title, inside]
}

/// The upper edge of a box of this area, where its title stands.
pub fn upper_edge(area: Rect) -> Rect {
    Rect {
        height: area.height.min(1),
        ..area
    }
}

/// A bordered block for an area of this width. The note is dropped before the title is shortened. Both must be safe.
pub fn panel<'a>(width: u16, title: &str, note: &str, focus: bool, theme: Theme) -> Block<'a> {
    let room = usize::from(width).saturating_sub(4);
    let note_fits = !note.is_empty() && fits(width, title, note);
    let style = if focus {
        theme.title_focus()
    } else {
        theme.accent()
    };
    let mut block = Block::bordered()
        .merge_borders(MergeStrategy::Replace)
        .border_style(theme.border());
    if !title.is_empty() && room > 0 {
        let title = text::shorten(title, room.saturating_sub(2));
        block = block.title_top(Line::from(vec![
            Span::raw(" "),
            Span::styled(title, style),
            Span::raw(" "),
        ]));
    }
    if note_fits {
        block = block.title_top(Line::from(format!(" {note} ")).right_aligned());
    }
    block
}

/// Whether both stand on the upper edge of a panel so wide.
pub fn fits(width: u16, title: &str, note: &str) -> bool {
    text::width(title) + text::width(note) + 7 <= usize::from(width)
}
