//! The last row: hints that drop whole from the right, and hints that are always there.

use ratatui::text::{Line, Span};

use crate::{text, tui::theme::Theme};

/// A key and what it does.
pub type Hint = (String, String);

/// What fits into `columns`, and where it begins: `hints` as far as they fit, most important first, and `pinned` at the right end.
pub fn place<'h>(columns: u16, hints: &'h [Hint], pinned: &'h [Hint]) -> Vec<(u16, &'h Hint)> {
    let pinned_width = 1 + pinned.iter().map(|hint| 2 + hint_width(hint)).sum::<u16>();
    let mut placed = Vec::new();
    let mut used = 1;
    for hint in hints {
        let space = if used > 1 { 2 } else { 0 };
        if used + space + hint_width(hint) + pinned_width > columns {
            break;
        }
        placed.push((used + space, hint));
        used += space + hint_width(hint);
    }
    let mut at = used + (columns + 2).saturating_sub(used + pinned_width);
    for hint in pinned {
        placed.push((at, hint));
        at += hint_width(hint) + 2;
    }
    placed
}

/// One row of hints.
pub fn footer<'a>(placed: &[(u16, &Hint)], theme: Theme) -> Line<'a> {
    let mut spans = Vec::new();
    let mut used = 0;
    for (at, hint) in placed {
        spans.push(Span::raw(" ".repeat(usize::from(at - used))));
        spans.push(Span::styled(hint.0.clone(), theme.accent()));
        spans.push(Span::raw(format!(" {}", hint.1)));
        used = at + hint_width(hint);
    }
    Line::from(spans)
}

/// How many columns a hint takes.
pub fn hint_width((key, label): &Hint) -> u16 {
    (text::width(key) + 1 + text::width(label)) as u16
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
        footer(&place(columns, &hints, &pinned), Theme::default()).to_string()
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
