//! Where the lines of a list are on the screen, so that a click finds the one it is on; how wide lines are.

use ratatui::{
    layout::{Position, Rect},
    text::{Line, Span},
};

use crate::text;

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
        }
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
