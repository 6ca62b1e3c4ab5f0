//! What the terminal shows, and the bytes that make it show the next picture: as few as there are.

mod canvas;
mod changes;
mod paint;
mod scroll;

use std::{io, time::Instant};

use crossterm::{
    queue,
    style::{Attribute, Print, SetAttribute},
    terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate},
};
use ratatui::{
    Frame, Terminal,
    backend::{Backend, CrosstermBackend},
    buffer::Buffer,
    layout::{Position, Rect, Size},
};

use self::{canvas::Canvas, changes::changes, paint::paint, scroll::Scroll};

/// What a move of the cursor may take: what is over it waits until the cursor rests, where it can.
pub const MOST: usize = 1_500;

/// So few bytes are not worth looking for rows that moved.
const LITTLE: usize = 512;

/// Frames for one terminal, each made from the one before. Not ratatui's own way to a terminal, which writes every row
/// anew that moved.
pub struct Frames {
    canvas: Terminal<Canvas>,
    /// What the terminal shows; `None` where nobody knows.
    shown: Option<Shown>,
    /// The last step, and the bytes written since.
    spent: (Option<Instant>, usize),
}

/// The parts of a picture that can wait, and since when the cursor moves because of which they can.
#[derive(Clone, Debug, Default)]
pub struct Late {
    pub parts: Vec<Rect>,
    pub step: Option<Instant>,
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
            spent: (None, 0),
        })
    }

    /// Somebody else may have written to the terminal: the next frame is all of it.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// Draws one frame for a terminal of this size and gives what is to be written to it, none where it shows that already.
    /// What is drawn says which parts of the picture can wait: they stay as they are where a step comes to more than [`MOST`].
    pub fn draw(&mut self, size: Size, draw: impl FnOnce(&mut Frame) -> Late) -> io::Result<Drawn> {
        self.canvas.backend_mut().size = size;
        let mut late = Late::default();
        let picture = self.canvas.draw(|frame| late = draw(frame))?.buffer.clone();
        let cursor = self.canvas.backend().cursor;
        let mut next = Shown { picture, cursor };
        let mut bytes = written(self.shown.as_ref(), &mut next.clone(), &[])?;
        if self.spent.0 != late.step {
            self.spent = (late.step, 0);
        }
        let is_left = self.spent.1 + bytes.len() > MOST && !late.parts.is_empty();
        if is_left {
            bytes = written(self.shown.as_ref(), &mut next, &late.parts)?;
        }
        self.spent.1 += bytes.len();
        self.shown = Some(next);
        Ok(Drawn { bytes, is_left })
    }
}

/// What one frame came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Drawn {
    pub bytes: Vec<u8>,
    /// Parts of the picture wait.
    pub is_left: bool,
}

/// The bytes after which a terminal that showed `old` shows `next`, but for the parts that wait: those are put into `next` as
/// the terminal shows them then.
fn written(old: Option<&Shown>, next: &mut Shown, late: &[Rect]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if old == Some(next) {
        return Ok(bytes);
    }
    queue!(bytes, BeginSynchronizedUpdate)?;
    let area = next.picture.area;
    if let Some(old) = old.filter(|old| old.picture.area == area) {
        bytes.extend(shortest(&old.picture, &mut next.picture, late)?);
    } else {
        queue!(bytes, SetAttribute(Attribute::Reset), Clear(ClearType::All))?;
        bytes.extend(paint(
            &changes(&Buffer::empty(area), &next.picture),
            area.width,
        ));
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
fn shortest(old: &Buffer, next: &mut Buffer, late: &[Rect]) -> io::Result<Vec<u8>> {
    let mut stays = next.clone();
    copy(old, &mut stays, late);
    let plain = paint(&changes(old, &stays), old.area.width);
    let scroll = (plain.len() > LITTLE).then(|| {
        // What waits is no reason to move anything, and none not to.
        let nothing = Buffer::empty(old.area);
        let (mut old, mut next) = (old.clone(), next.clone());
        copy(&nothing, &mut old, late);
        copy(&nothing, &mut next, late);
        Scroll::find(&old, &next)
    });
    if let Some(scroll) = scroll.flatten() {
        let mut moved = old.clone();
        scroll.apply(&mut moved);
        copy(&moved, next, late);
        let mut bytes = Vec::new();
        write_scroll(&scroll, &mut bytes)?;
        bytes.extend(paint(&changes(&moved, next), old.area.width));
        if bytes.len() < plain.len() {
            return Ok(bytes);
        }
    }
    *next = stays;
    Ok(plain)
}

/// Puts parts of one picture into another of the same size.
fn copy(from: &Buffer, to: &mut Buffer, parts: &[Rect]) {
    for part in parts {
        for place in part.intersection(to.area).positions() {
            to[place] = from[place].clone();
        }
    }
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

#[cfg(test)]
mod tests;
