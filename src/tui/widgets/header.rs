//! The first row: where we are, and what is at stake.

use std::ops::Range;

use ratatui::text::{Line, Span};

use crate::{text, tui::theme::Theme};

/// What stands at the right end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corner {
    /// Where records go, such as `to crm`; dropped first.
    pub to: Option<String>,
    /// `PRODUCTION`, `TEST`, `DEMO`, `READ ONLY`; never dropped.
    pub badges: Vec<String>,
    /// `saved 02:41`; dropped second.
    pub note: String,
}

/// One row of `columns`: `redrive`, the crumbs, shortened from the left, and the corner. With it, which columns each crumb
/// has that is shown, and how many crumbs follow it.
pub fn header<'a>(
    columns: u16,
    crumbs: &[String],
    corner: &Corner,
    theme: Theme,
) -> (Line<'a>, Vec<(Range<u16>, usize)>) {
    let columns = usize::from(columns);
    let to = corner.to.as_ref().map(|to| format!("{to} "));
    let note = match (corner.note.is_empty(), corner.badges.is_empty()) {
        (true, _) => String::new(),
        (false, true) if to.is_some() => format!("  {}", corner.note),
        (false, true) => corner.note.clone(),
        (false, false) if columns < 100 => format!("  {}", corner.note),
        (false, false) => format!("   {}", corner.note),
    };
    let badges = corner
        .badges
        .iter()
        .map(|badge| text::width(badge) + 2)
        .sum::<usize>();
    let start = " redrive  ";
    let path = crumbs.join(" > ");
    let room = |right: usize| columns.saturating_sub(text::width(start) + right + 2);
    let full = badges + text::width(&note);
    let to = to.filter(|to| text::width(&path) <= room(full + text::width(to)));
    // Half of the row belongs to the path before the note has to go.
    let note = if room(full) < 12 { String::new() } else { note };
    let right = badges + text::width(&note) + to.as_deref().map_or(0, text::width);
    let path = fit(crumbs, room(right));
    let places = places(crumbs, &path, text::width(start));
    let gap = columns.saturating_sub(text::width(start) + text::width(&path) + right + 1);
    let mut spans = vec![
        Span::raw(" "),
        Span::styled("redrive", theme.accent()),
        Span::raw("  "),
        Span::raw(path),
        Span::raw(" ".repeat(gap)),
    ];
    spans.extend(to.map(Span::raw));
    for badge in &corner.badges {
        let style = theme.badge(badge == "PRODUCTION");
        spans.push(Span::styled(format!("[{badge}]"), style));
    }
    spans.push(Span::raw(note));
    (Line::from(spans), places)
}

/// Where the crumbs are that a path shows, from the right: that end is never cut off.
fn places(crumbs: &[String], path: &str, start: usize) -> Vec<(Range<u16>, usize)> {
    let mut end = start + text::width(path);
    let mut places = Vec::new();
    for (after, crumb) in crumbs.iter().rev().enumerate() {
        let begin = end.saturating_sub(text::width(crumb));
        if begin < start {
            break;
        }
        places.push((begin as u16..end as u16, after));
        // " > "
        end = begin.saturating_sub(3);
    }
    places
}

/// Leaves crumbs out from the left until the rest fits; the last one is shortened if it must be.
fn fit(crumbs: &[String], columns: usize) -> String {
    for from in 0..crumbs.len() {
        let path = match from {
            0 => crumbs.join(" > "),
            _ => format!("... > {}", crumbs[from..].join(" > ")),
        };
        if text::width(&path) <= columns {
            return path;
        }
    }
    match crumbs {
        [] => String::new(),
        [only] => text::shorten(only, columns),
        [.., last] => text::shorten(&format!("... > {last}"), columns),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: u16) -> String {
        let crumbs = ["orders-2025-11-20", "Problems", "Date not year-month-day"];
        let corner = Corner {
            to: Some("to Billing API".to_owned()),
            badges: vec!["PRODUCTION".to_owned()],
            note: "saved 02:41".to_owned(),
        };
        header(
            columns,
            &crumbs.map(str::to_owned),
            &corner,
            Theme::default(),
        )
        .0
        .to_string()
    }

    #[test]
    fn the_path_shortens_from_the_left_and_the_badge_stays() {
        assert_eq!(
            row(110),
            " redrive  orders-2025-11-20 > Problems > Date not year-month-day    to Billing API [PRODUCTION]   saved 02:41"
        );
        assert_eq!(
            row(100),
            " redrive  orders-2025-11-20 > Problems > Date not year-month-day         [PRODUCTION]   saved 02:41"
        );
        assert_eq!(
            row(80),
            " redrive  ... > Problems > Date not year-month-day    [PRODUCTION]  saved 02:41"
        );
        assert!(row(40).contains("[PRODUCTION]"), "{}", row(40));
    }
}
