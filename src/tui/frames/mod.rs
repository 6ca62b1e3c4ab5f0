//! What the terminal shows, and the bytes that make it show the next picture: as few as there are.

mod canvas;
mod changes;
mod scroll;

use std::io::{self, Write};

use crossterm::{
    queue,
    style::{Attribute, Print, SetAttribute},
    terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate},
};
use ratatui::{
    Frame, Terminal,
    backend::{Backend, CrosstermBackend},
    buffer::{Buffer, Cell},
    layout::{Position, Size},
};

use self::{canvas::Canvas, changes::changes, scroll::Scroll};

/// So few bytes are not worth looking for rows that moved.
const LITTLE: usize = 512;

/// Frames for one terminal, each made from the one before. Not ratatui's own way to a terminal, which writes every row
/// anew that moved.
pub struct Frames {
    canvas: Terminal<Canvas>,
    /// What the terminal shows; `None` where nobody knows.
    shown: Option<Shown>,
}

#[derive(Clone, PartialEq, Eq)]
struct Shown {
    picture: Buffer,
    cursor: Option<Position>,
}

impl Frames {
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            canvas: Terminal::new(Canvas::default())?,
            shown: None,
        })
    }

    /// Somebody else may have written to the terminal: the next frame is all of it.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// Draws one frame for a terminal of this size and gives what is to be written to it, none where it shows that already.
    pub fn draw(&mut self, size: Size, draw: impl FnOnce(&mut Frame)) -> io::Result<Vec<u8>> {
        self.canvas.backend_mut().size = size;
        let picture = self.canvas.draw(draw)?.buffer.clone();
        let cursor = self.canvas.backend().cursor;
        let next = Shown { picture, cursor };
        let bytes = written(self.shown.as_ref(), &next)?;
        self.shown = Some(next);
        Ok(bytes)
    }
}

/// The bytes after which a terminal that showed `old` shows `next`.
fn written(old: Option<&Shown>, next: &Shown) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if old == Some(next) {
        return Ok(bytes);
    }
    queue!(bytes, BeginSynchronizedUpdate)?;
    let area = next.picture.area;
    if let Some(old) = old.filter(|old| old.picture.area == area) {
        bytes.extend(shortest(&old.picture, &next.picture)?);
    } else {
        queue!(bytes, SetAttribute(Attribute::Reset), Clear(ClearType::All))?;
        bytes.extend(cells(&changes(&Buffer::empty(area), &next.picture))?);
    }
    let mut terminal = CrosstermBackend::new(&mut bytes);
    match next.cursor {
        Some(cursor) => {
            terminal.show_cursor()?;
            terminal.set_cursor_position(cursor)?;
        }
        None => terminal.hide_cursor()?,
    }
    queue!(bytes, EndSynchronizedUpdate)?;
    Ok(bytes)
}

/// Writes what differs, or lets the terminal move what it has first: whichever is less.
fn shortest(old: &Buffer, next: &Buffer) -> io::Result<Vec<u8>> {
    let plain = cells(&changes(old, next))?;
    let scroll = (plain.len() > LITTLE).then(|| Scroll::find(old, next));
    let Some(scroll) = scroll.flatten() else {
        return Ok(plain);
    };
    let mut moved = old.clone();
    scroll.apply(&mut moved);
    let mut bytes = Vec::new();
    write_scroll(&scroll, &mut bytes)?;
    bytes.extend(cells(&changes(&moved, next))?);
    Ok(if bytes.len() < plain.len() {
        bytes
    } else {
        plain
    })
}

/// Moves rows by taking lines out at the top of a region, or putting some in. `CSI S` and `CSI T` would do the same, but the
/// console of Linux does not know them.
fn write_scroll(scroll: &Scroll, bytes: &mut Vec<u8>) -> io::Result<()> {
    let (top, bottom) = (scroll.rows.start + 1, scroll.rows.end);
    let (lines, kind) = (scroll.lines, if scroll.up { 'M' } else { 'L' });
    // Lines that come in have the colour that is set.
    queue!(bytes, SetAttribute(Attribute::Reset))?;
    let words = format!("\x1b[{top};{bottom}r\x1b[{top};1H\x1b[{lines}{kind}\x1b[r");
    queue!(bytes, Print(words))
}

fn cells(changes: &[(u16, u16, Cell)]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut terminal = CrosstermBackend::new(&mut bytes);
    if !changes.is_empty() {
        terminal.draw(changes.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
    }
    Write::flush(&mut terminal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
