//! Where the lines of a list are on the screen, so that a click finds the one it is on and the wheel knows what is in sight; how
//! wide lines are.

use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
};

use super::scrollbar::Scrollbar;
use crate::{text, tui::theme::Theme};

/// The lines of a list as they were drawn last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    area: Rect,
    /// The line at the top of the area.
    first: usize,
    /// How many lines the list has.
    len: usize,
    /// Rows of the screen that each takes.
    height: u16,
    /// How many lines are in sight at once.
    room: usize,
    /// Lines that are in sight above and below the cursor, where there are any.
    around: usize,
    bar: Option<Scrollbar>,
}

/// How the part of a list that is in sight moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roll {
    /// So many lines down, or up.
    By(isize),
    /// To where this line is the first.
    To(usize),
}

impl Lines {
    /// `area` is that of the lines alone, without a heading.
    pub fn new(area: Rect, first: usize, len: usize) -> Self {
        Self::of_height(1, area, first, len)
    }

    pub fn of_height(height: u16, area: Rect, first: usize, len: usize) -> Self {
        Self {
            area,
            first,
            len,
            height,
            room: usize::from(area.height / height.max(1)),
            around: 0,
            bar: None,
        }
    }

    /// The same where the area has the lines in so many columns, one after the other.
    #[must_use]
    pub fn in_columns(mut self, columns: u16) -> Self {
        self.room *= usize::from(columns);
        self
    }

    /// The same where so many lines are in sight around the cursor.
    #[must_use]
    pub fn around(mut self, lines: usize) -> Self {
        self.around = lines;
        self
    }

    /// The same with a scrollbar in a column of the screen, where not all lines are in sight.
    #[must_use]
    pub fn with_bar(mut self, frame: &mut Frame, column: u16, theme: Theme) -> Self {
        let track = Rect {
            x: column,
            width: 1,
            ..self.area
        };
        self.bar = Scrollbar::new(track, self.first, self.room, self.len);
        if let Some(bar) = self.bar {
            bar.draw(frame, theme);
        }
        self
    }

    /// The scrollbar, if it is there.
    pub fn bar_at(&self, place: Position) -> Option<Scrollbar> {
        self.bar.filter(|bar| bar.is_at(place))
    }

    /// Whether nothing is above what is in sight.
    pub fn is_at_top(&self) -> bool {
        self.first == 0
    }

    /// Whether this line is in sight.
    pub fn has(&self, line: usize) -> bool {
        (self.first..self.first + self.room).contains(&line)
    }

    /// Where what is in sight begins now, and where the cursor is that was on line `at`, if it can move so. The cursor stays on
    /// its line as long as that is in sight, and else is on the first or last that is.
    pub fn roll(&mut self, roll: Roll, at: usize) -> Option<(usize, usize)> {
        let most = self.len.saturating_sub(self.room);
        let first = match roll {
            Roll::By(lines) => self.first.saturating_add_signed(lines).min(most),
            Roll::To(line) => line.min(most),
        };
        if first == self.first || self.room == 0 {
            return None;
        }
        self.first = first;
        let above = if first == 0 { 0 } else { self.around };
        let below = if first == most { 0 } else { self.around };
        let last = first + self.room - 1;
        // Where a list is too low for lines on both sides, those above count.
        let top = (first + above).min(last);
        let bottom = last.saturating_sub(below).max(top);
        Some((first, at.clamp(top, bottom)))
    }

    /// The line there, if any.
    pub fn at(&self, place: Position) -> Option<usize> {
        if !self.area.contains(place) {
            return None;
        }
        let line = self.first + usize::from((place.y - self.area.y) / self.height.max(1));
        (line < self.len).then_some(line)
    }
}

/// The first line that is shown in `room` rows of a list of `len` lines: as before if the line `at` is in sight then, and so
/// that no row stays empty while there are lines above.
pub fn first_in_sight(first: usize, at: usize, len: usize, room: usize) -> usize {
    let room = room.max(1);
    first
        .min(at)
        .max((at + 1).saturating_sub(room))
        .min(len.saturating_sub(room))
}

/// The columns of spans side by side, as they are drawn.
pub fn width(spans: &[Span]) -> usize {
    let widths = spans.iter().map(|span| text::width(&span.content));
    widths.sum()
}

/// A line in no more than so many columns, with `…` as the last where something was cut off.
pub fn cut(mut line: Line<'static>, columns: usize) -> Line<'static> {
    if width(&line.spans) <= columns {
        return line;
    }
    // Nobody misses what is blank.
    let is_blank = |span: &mut Span| span.content.trim().is_empty();
    while line.spans.pop_if(is_blank).is_some() {}
    if width(&line.spans) <= columns {
        return line;
    }
    let mut left = columns;
    let mut spans = Vec::new();
    for mut span in std::mem::take(&mut line.spans) {
        let needed = text::width(&span.content);
        if needed < left {
            left -= needed;
            spans.push(span);
            continue;
        }
        // What follows is cut off as well, so that the sign stands here even where this one fits.
        let cut = text::shorten(&format!("{}  ", span.content), left);
        span.content = cut.into();
        spans.push(span);
        break;
    }
    line.spans = spans;
    line
}

/// The area without its first rows.
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::{
        buffer::Buffer,
        widgets::{Paragraph, Widget},
    };

    use super::*;

    /// The columns a text takes where it is drawn: what is drawn behind it comes right after.
    fn drawn(text: &str) -> usize {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 400, 1));
        let line = Line::from(vec![Span::raw(text.to_owned()), Span::raw("|")]);
        Paragraph::new(line).render(buffer.area, &mut buffer);
        let behind = buffer.content.iter().rposition(|cell| cell.symbol() == "|");
        behind.expect("it fits")
    }

    #[test]
    fn a_text_is_as_wide_as_it_is_drawn() {
        for text in [
            "office@example.com",
            "Müller",
            "ﾊﾟ",
            "ﾊﾟｶﾞﾀﾞ",
            "パ",
            "ハ\u{309a}",
            "日本語",
            "한국어",
            "\u{1112}\u{1161}\u{11ab}",
            "🇩🇪🇫🇷",
            "👨\u{200d}👩\u{200d}👧",
            "👍🏽",
            "❤\u{fe0f}",
            "e\u{301}o\u{308}",
            "क्षत्रिय हिन्दी",
            "தமிழ்",
            "ภาษาไทย",
            "لا إله",
            "שלום",
        ] {
            let safe = text::safe(text);
            assert_eq!(text::width(&safe), drawn(&safe), "{safe:?}");
        }
    }

    proptest! {
        #[test]
        fn any_safe_text_is_as_wide_as_it_is_drawn(
            parts in prop::collection::vec(prop_oneof![
                "[\u{300}\u{301}\u{93f}\u{94d}\u{309a}\u{ff9e}\u{ff9f}\u{fe0e}\u{fe0f}\u{1f3fd}]",
                "[कषａﾊｶ日🇩👩❤لا]",
                "\\PC",
            ], 0..20),
        ) {
            let text = parts.concat();
            let safe = text::safe(&text).replace('|', "/");
            prop_assert_eq!(text::width(&safe), drawn(&safe), "{:?}", safe);
        }

        #[test]
        fn a_line_that_is_cut_fits_and_says_so(parts in prop::collection::vec("[a日 é]{0,6}", 0..6), columns in 0..20_usize) {
            let line = Line::from_iter(parts.clone());
            let cut = cut(line, columns);
            prop_assert!(width(&cut.spans) <= columns, "{:?}", cut);
            let (all, left) = (parts.concat(), cut.to_string());
            let is_whole = all.trim_end() == left.trim_end();
            prop_assert!(is_whole || columns == 0 || left.ends_with('…'), "{:?} {:?}", all, left);
        }
    }

    #[test]
    fn a_list_is_scrolled_no_further_than_it_is_filled() {
        for (first, at, len, room, expected) in [
            (0, 0, 3, 10, 0),
            (0, 12, 30, 10, 3),
            (5, 3, 30, 10, 3),
            (5, 8, 30, 10, 5),
            // The list became shorter, or the window larger.
            (20, 25, 26, 10, 16),
            (20, 29, 30, 25, 5),
            (20, 29, 30, 40, 0),
            (4, 0, 0, 10, 0),
            (4, 2, 9, 0, 2),
        ] {
            assert_eq!(
                first_in_sight(first, at, len, room),
                expected,
                "{first} {at}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_is_rolled_the_cursor_is_in_sight_and_the_list_fills_its_room(
            (len, room, around) in (0..90_usize, 1..30_u16, 0..3_usize),
            at in 0..90_usize,
            rolls in prop::collection::vec(prop_oneof![
                (-9..9_isize).prop_map(Roll::By),
                (0..99_usize).prop_map(Roll::To),
            ], 1..9),
        ) {
            let rows = usize::from(room);
            let around = around.min(rows / 4);
            let mut at = at.min(len.saturating_sub(1));
            let first = first_in_sight(0, at, len, rows);
            let mut lines = Lines::new(Rect::new(0, 0, 9, room), first, len).around(around);
            for roll in rolls {
                let (before, was) = (lines.first, at);
                match lines.roll(roll, at) {
                    None => prop_assert_eq!(lines.first, before),
                    Some((first, moved)) => {
                        at = moved;
                        prop_assert!(first + rows <= len, "nothing stays empty");
                        prop_assert!((first..first + rows).contains(&at));
                        // Drawing leaves both where they are.
                        prop_assert_eq!(first_in_sight(first, at, len, rows), first);
                        let stays = (first + around..first + rows - around).contains(&was);
                        prop_assert!(!stays || at == was);
                    }
                }
                if let Roll::By(by) = roll {
                    let most = len.saturating_sub(rows);
                    prop_assert_eq!(lines.first, before.saturating_add_signed(by).min(most.max(before)).min(most));
                }
            }
        }
    }

    #[test]
    fn the_cursor_stays_until_its_line_leaves_and_the_ends_are_ends() {
        let mut lines = Lines::new(Rect::new(0, 0, 9, 5), 0, 12);
        assert_eq!(lines.roll(Roll::By(-3), 2), None, "it is at its beginning");
        assert_eq!(lines.roll(Roll::By(2), 2), Some((2, 2)));
        assert_eq!(lines.roll(Roll::By(3), 2), Some((5, 5)));
        assert_eq!(lines.roll(Roll::By(3), 5), Some((7, 7)));
        assert_eq!(lines.roll(Roll::By(3), 7), None, "it is at its end");
        assert_eq!(lines.roll(Roll::To(0), 7), Some((0, 4)));
        let mut fits = Lines::new(Rect::new(0, 0, 9, 5), 0, 5);
        assert_eq!(fits.roll(Roll::By(3), 0), None);
        assert_eq!(Lines::default().roll(Roll::By(3), 0), None);
    }

    #[test]
    fn a_line_is_found_by_its_rows() {
        let lines = Lines::of_height(2, Rect::new(1, 5, 20, 6), 10, 12);
        let at = |x, y| lines.at(Position::new(x, y));
        assert_eq!(at(1, 5), Some(10));
        assert_eq!(at(20, 6), Some(10));
        assert_eq!(at(1, 7), Some(11));
        assert_eq!(at(1, 9), None, "there are no more");
        assert_eq!(at(0, 5), None);
        assert_eq!(at(1, 11), None);
        assert_eq!(Lines::default().at(Position::ORIGIN), None);
    }
}
