//! A one-line text field. It holds the exact text, line breaks and tabs included, and shows what cannot be seen by name.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use crate::text;

/// An editable text with a cursor. All positions are bytes and stand on grapheme boundaries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    value: String,
    cursor: usize,
    /// First byte that is shown when the text is wider than the field.
    first: usize,
    done: Vec<Edit>,
    undone: Vec<Edit>,
}

/// One replacement, which can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edit {
    at: usize,
    removed: String,
    inserted: String,
}

impl Field {
    /// A field with the cursor at the end of its text.
    pub fn new(value: impl Into<String>) -> Self {
        let value = value.into();
        Self {
            cursor: value.len(),
            value,
            ..Self::default()
        }
    }

    pub fn value(&self) -> &str {
        &self.value
    }

    /// Byte offset of the cursor in the value.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Replaces the whole text as one edit that can be undone.
    pub fn set(&mut self, value: &str) {
        if self.value != value {
            self.replace(0..self.value.len(), value, false);
        }
        self.cursor = self.value.len();
    }

    /// Puts the cursor there, or at the end where no character begins there.
    pub fn go_to(&mut self, at: usize) {
        let stands = self.value.is_char_boundary(at);
        self.cursor = if stands { at } else { self.value.len() };
    }

    /// Inserts pasted text: line breaks and tabs are text, never keys. Terminals send a line break as CR (tmux does for
    /// every one), so CR and CRLF are line breaks; those at the end belong to how it was copied, not to the value.
    pub fn paste(&mut self, pasted: &str) {
        let lines = pasted.replace("\r\n", "\n").replace('\r', "\n");
        self.replace(
            self.cursor..self.cursor,
            lines.trim_end_matches('\n'),
            false,
        );
    }

    /// Does what a key means in a text field. `false` when it means nothing here: Enter, Esc, Tab, Up, Down, F1.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let at = self.cursor;
        match key.code {
            KeyCode::Char('a') if control => self.cursor = 0,
            KeyCode::Char('e') if control => self.cursor = self.value.len(),
            KeyCode::Char('w') if control => self.replace(self.word_before()..at, "", false),
            KeyCode::Char('u') if control => self.replace(0..self.value.len(), "", false),
            KeyCode::Char('z') if control => self.undo(),
            KeyCode::Char('y') if control => self.redo(),
            KeyCode::Char(c) if !control && !key.modifiers.contains(KeyModifiers::ALT) => {
                self.replace(at..at, c.encode_utf8(&mut [0; 4]), true);
            }
            KeyCode::Left if control => self.cursor = self.word_before(),
            KeyCode::Right if control => self.cursor = self.word_after(),
            KeyCode::Left => self.cursor = self.before(at),
            KeyCode::Right => self.cursor = self.after(at),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.value.len(),
            KeyCode::Backspace => self.replace(self.before(at)..at, "", false),
            KeyCode::Delete => self.replace(at..self.after(at), "", false),
            _ => return false,
        }
        true
    }

    /// What is to be seen in `columns` columns: the text around the cursor between two columns that are `<` and `>` where
    /// text is cut off, and the cursor's column. Hidden characters are shown by name in the style `hidden`.
    pub fn line(&mut self, columns: usize, hidden: Style) -> (Line<'static>, usize) {
        self.line_marking(columns, hidden, None)
    }

    /// The same with what stands at a byte in another style.
    pub fn line_marking(
        &mut self,
        columns: usize,
        hidden: Style,
        marked: Option<(usize, Style)>,
    ) -> (Line<'static>, usize) {
        let room = columns.saturating_sub(2);
        self.scroll(room);
        let mut spans = vec![Span::raw(if self.first > 0 { "<" } else { " " })];
        let (mut used, mut cursor) = (0, 0);
        let mut at = self.first;
        for grapheme in self.value[self.first..].graphemes(true) {
            if at == self.cursor {
                cursor = used;
            }
            let shown = text::safe(grapheme);
            let width = text::width(&shown);
            if used + width > room {
                break;
            }
            let style = match marked {
                Some((place, style)) if place == at => style,
                _ if shown != grapheme => hidden,
                _ => Style::default(),
            };
            spans.push(Span::styled(shown.into_owned(), style));
            used += width;
            at += grapheme.len();
        }
        if at == self.cursor {
            cursor = used;
        }
        spans.push(Span::raw(" ".repeat(room - used)));
        spans.push(Span::raw(if at < self.value.len() { ">" } else { " " }));
        (Line::from(spans), cursor + 1)
    }

    /// Moves the window so that the cursor is inside it, with a column left for the cursor itself.
    fn scroll(&mut self, room: usize) {
        self.first = self.first.min(self.cursor);
        let mut leftmost = self.cursor;
        let mut used = 1;
        for grapheme in self.value[..self.cursor].graphemes(true).rev() {
            used += text::width(&text::safe(grapheme));
            if used > room {
                break;
            }
            leftmost -= grapheme.len();
        }
        self.first = self.first.max(leftmost);
        // A text that fits is shown whole, also when it did not fit a moment ago.
        if leftmost == 0 {
            self.first = 0;
        }
    }

    fn replace(&mut self, range: Range<usize>, with: &str, typed: bool) {
        if range.is_empty() && with.is_empty() {
            return;
        }
        let edit = Edit {
            at: range.start,
            removed: self.value[range].to_owned(),
            inserted: with.to_owned(),
        };
        self.undone.clear();
        self.carry_out(&edit);
        match self.done.last_mut() {
            // Letters typed in a row are one edit; a space begins the next.
            Some(last) if typed && with != " " && last.takes(&edit) => {
                last.inserted.push_str(with);
            }
            _ => self.done.push(edit),
        }
    }

    fn carry_out(&mut self, edit: &Edit) {
        let range = edit.at..edit.at + edit.removed.len();
        self.value.replace_range(range, &edit.inserted);
        self.first = self.first.min(edit.at);
        self.cursor = self.boundary(edit.at + edit.inserted.len());
    }

    fn undo(&mut self) {
        if let Some(edit) = self.done.pop() {
            self.carry_out(&Edit {
                at: edit.at,
                removed: edit.inserted.clone(),
                inserted: edit.removed.clone(),
            });
            self.undone.push(edit);
        }
    }

    fn redo(&mut self) {
        if let Some(edit) = self.undone.pop() {
            self.carry_out(&edit);
            self.done.push(edit);
        }
    }

    /// The grapheme boundary at or after `at`: an edit can join what stands around it into one grapheme.
    fn boundary(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.value.len(), true);
        match cursor.is_boundary(&self.value, 0) {
            Ok(true) => at,
            _ => self.after(at),
        }
    }

    fn before(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.value.len(), true);
        cursor
            .prev_boundary(&self.value, 0)
            .ok()
            .flatten()
            .unwrap_or(0)
    }

    fn after(&self, at: usize) -> usize {
        let end = self.value.len();
        let mut cursor = GraphemeCursor::new(at, end, true);
        cursor
            .next_boundary(&self.value, 0)
            .ok()
            .flatten()
            .unwrap_or(end)
    }

    /// Where the word before the cursor begins.
    fn word_before(&self) -> usize {
        let mut at = self.cursor;
        for in_word in [false, true] {
            while at > 0 && self.is_word(self.before(at)) == in_word {
                at = self.before(at);
            }
        }
        at
    }

    /// Where the word after the cursor ends.
    fn word_after(&self) -> usize {
        let mut at = self.cursor;
        for in_word in [false, true] {
            while at < self.value.len() && self.is_word(at) == in_word {
                at = self.after(at);
            }
        }
        at
    }

    fn is_word(&self, at: usize) -> bool {
        self.value[at..].starts_with(char::is_alphanumeric)
    }
}

impl Edit {
    /// Whether `next` is the next letter typed after this edit.
    fn takes(&self, next: &Self) -> bool {
        let letters = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
        self.removed.is_empty()
            && next.removed.is_empty()
            && letters(&self.inserted)
            && self.inserted.chars().count() < 40
            && self.at + self.inserted.len() == next.at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::widgets::lines;

    /// Types keys: letters as they are, `<..>` by name, `C-` with Ctrl.
    fn press(field: &mut Field, keys: &str) {
        for key in keys.split_whitespace() {
            field.key(named(key));
        }
    }

    fn named(key: &str) -> KeyEvent {
        let (modifiers, key) = match key.strip_prefix("C-") {
            Some(rest) => (KeyModifiers::CONTROL, rest),
            None => (KeyModifiers::NONE, key),
        };
        let code = match key {
            "left" => KeyCode::Left,
            "right" => KeyCode::Right,
            "home" => KeyCode::Home,
            "end" => KeyCode::End,
            "back" => KeyCode::Backspace,
            "del" => KeyCode::Delete,
            "space" => KeyCode::Char(' '),
            _ => KeyCode::Char(key.chars().next().unwrap()),
        };
        KeyEvent::new(code, modifiers)
    }

    fn check(before: &str, keys: &str, after: &str) {
        let mut field = Field::new(before);
        press(&mut field, keys);
        let (left, right) = field.value().split_at(field.cursor());
        assert_eq!(format!("{left}|{right}"), after, "{before} {keys}");
    }

    fn seen(field: &mut Field, columns: usize) -> (String, usize) {
        let (line, cursor) = field.line(columns, Style::default());
        (line.to_string(), cursor)
    }

    #[test]
    fn keys_edit_as_people_expect() {
        check("ab", "c", "abc|");
        check("ab", "left c", "ac|b");
        check("ab", "home del", "|b");
        check("ab", "C-a right back", "|b");
        check("one two.three", "C-w", "one two.|");
        check("one two", "C-left C-left x", "x|one two");
        check("one two", "home C-right", "one| two");
        check("abc", "C-u", "|");
        check("abc", "C-u C-z", "abc|");
        check("abc", "home C-e d", "abcd|");
    }

    #[test]
    fn a_grapheme_is_one_step_and_one_deletion() {
        check("xe\u{301}", "back", "x|");
        check("👩‍👩‍👧y", "left left del", "|y");
        check("日本", "left back", "|本");
    }

    #[test]
    fn undo_takes_back_a_word_and_redo_brings_it_back() {
        check("", "a b space c d C-z", "ab|");
        check("", "a b space c d C-z C-z", "|");
        check("", "a b space c d C-z C-z C-y", "ab|");
        check("x", "back y C-z C-z C-z", "x|");
    }

    #[test]
    fn pasted_line_breaks_and_tabs_are_text_and_shown_by_name() {
        let mut field = Field::new("a");
        field.paste("\r\n\tb");
        assert_eq!(field.value(), "a\n\tb");
        assert_eq!(
            seen(&mut field, 20),
            (" a<LF><TAB>b        ".to_owned(), 12)
        );
    }

    #[test]
    fn the_line_break_at_the_end_of_a_paste_is_no_part_of_the_value() {
        for (pasted, value) in [
            ("Hamburg\r", "Hamburg"),
            ("Hamburg\n", "Hamburg"),
            ("Hamburg\r\n\r\n", "Hamburg"),
            ("Ham\rburg\r", "Ham\nburg"),
            ("Ham\r\nburg", "Ham\nburg"),
            ("\r", ""),
            ("Hamburg \r", "Hamburg "),
        ] {
            let mut field = Field::default();
            field.paste(pasted);
            assert_eq!(field.value(), value, "{pasted:?}");
        }
    }

    #[test]
    fn a_long_text_scrolls_with_the_cursor() {
        let mut field = Field::new("0123456789");
        assert_eq!(seen(&mut field, 8), ("<56789  ".to_owned(), 6));
        press(&mut field, "home");
        assert_eq!(seen(&mut field, 8), (" 012345>".to_owned(), 1));
        press(&mut field, "end left left left");
        assert_eq!(seen(&mut field, 8), ("<234567>".to_owned(), 6));
        press(&mut field, "C-u a");
        assert_eq!(seen(&mut field, 8), (" a      ".to_owned(), 2));
    }

    #[test]
    fn wide_letters_are_never_cut_in_half() {
        let mut field = Field::new("日本語");
        assert_eq!(seen(&mut field, 6), ("<語   ".to_owned(), 3));
        press(&mut field, "home");
        assert_eq!(seen(&mut field, 7), (" 日本 >".to_owned(), 1));
    }

    proptest! {
        #[test]
        fn no_edit_leaves_a_grapheme_boundary(
            start in "\\PC{0,8}",
            keys in prop::collection::vec((0..17_usize, "[\\PC\u{301}\u{200d}🇩👩\r\n\t]{0,3}"), 0..40),
            columns in 0..30_usize,
        ) {
            let mut field = Field::new(start);
            for (key, pasted) in keys {
                match key {
                    0 => field.paste(&pasted),
                    1 => field.set(&pasted),
                    2 => for c in pasted.chars() {
                        field.key(KeyEvent::from(KeyCode::Char(c)));
                    },
                    _ => press(&mut field, ["left", "right", "home", "end", "back", "del", "C-left", "C-right", "C-w",
                        "C-u", "C-z", "C-y", "C-a", "C-e"][key - 3]),
                }
                let boundary = field.value().grapheme_indices(true).any(|(at, _)| at == field.cursor())
                    || field.cursor() == field.value().len();
                prop_assert!(boundary, "{:?} at {}", field.value(), field.cursor());
                let (line, cursor) = field.line(columns, Style::default());
                if columns >= 2 {
                    prop_assert_eq!(lines::width(&line.spans), columns);
                    prop_assert!(columns < 3 || cursor < columns - 1 );
                }
            }
        }

        #[test]
        fn undo_to_the_start_gives_the_first_text_back(
            start in "\\PC{0,8}",
            keys in prop::collection::vec((0..9_usize, "\\PC{0,3}"), 0..20),
        ) {
            let mut field = Field::new(start.clone());
            for (key, pasted) in keys {
                match key {
                    0 => field.paste(&pasted),
                    _ => press(&mut field, ["left", "right", "back", "del", "C-w", "C-u", "x", "home"][key - 1]),
                }
            }
            while !field.done.is_empty() {
                press(&mut field, "C-z");
            }
            prop_assert_eq!(field.value(), start);
        }
    }
}
