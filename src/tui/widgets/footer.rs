//! The last row: hints that drop whole from the right, and hints that are always there.

use ratatui::text::{Line, Span};

use crate::{text, tui::theme::Theme};

/// A key and what it does.
pub type Hint = (String, String);

/// One row of `columns`: `hints` as far as they fit, most important first, and `pinned` at the right end.
pub fn footer<'a>(columns: u16, hints: &[Hint], pinned: &[Hint], theme: Theme) -> Line<'a> {
    let columns = usize::from(columns);
    let pinned_width = 1 + pinned.iter().map(|hint| 2 + width(hint)).sum::<usize>();
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for hint in hints {
        let space = if used > 1 { 2 } else { 0 };
        if used + space + width(hint) + pinned_width > columns {
            break;
        }
        spans.push(Span::raw(" ".repeat(space)));
        used += space;
        used += push(&mut spans, hint, theme);
    }
    let gap = (columns + 2).saturating_sub(used + pinned_width);
    spans.push(Span::raw(" ".repeat(gap)));
    for (at, hint) in pinned.iter().enumerate() {
        if at > 0 {
            spans.push(Span::raw("  "));
        }
        push(&mut spans, hint, theme);
    }
    Line::from(spans)
}

fn push(spans: &mut Vec<Span<'_>>, hint: &Hint, theme: Theme) -> usize {
    spans.push(Span::styled(hint.0.clone(), theme.accent()));
    spans.push(Span::raw(format!(" {}", hint.1)));
    width(hint)
}

fn width((key, label): &Hint) -> usize {
    text::width(key) + 1 + text::width(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: u16) -> String {
        let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        let hints = [
            hint("Enter", "Open"),
            hint("/", "Filter"),
            hint("S", "Send"),
        ];
        let pinned = [hint("?", "Help"), hint("Esc", "Menu")];
        footer(columns, &hints, &pinned, Theme::default()).to_string()
    }

    #[test]
    fn hints_drop_whole_and_the_pinned_ones_stay_at_the_right() {
        assert_eq!(row(50), " Enter Open  / Filter  S Send    ? Help  Esc Menu");
        assert_eq!(row(40), " Enter Open  / Filter  ? Help  Esc Menu");
        assert_eq!(row(39), " Enter Open           ? Help  Esc Menu");
        assert_eq!(row(38), " Enter Open          ? Help  Esc Menu");
        assert_eq!(row(20), "   ? Help  Esc Menu");
    }
}
