//! The screen in plain ASCII, for terminals whose locale has no other letters to draw lines and bars with.

use ratatui::buffer::Buffer;

/// Writes what chrome draws with plain characters. Values keep theirs: what a record holds is not changed to be shown.
pub fn plain(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if let Some(symbol) = plain_symbol(cell.symbol()) {
            cell.set_symbol(symbol);
        }
    }
}

/// Whether the first of these settings that is made names another encoding than UTF-8. Where none is made, nothing is known,
/// and today's terminals know UTF-8.
pub fn is_wanted(settings: impl IntoIterator<Item = Option<String>>) -> bool {
    let locale = settings.into_iter().flatten().find(|set| !set.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}

fn plain_symbol(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "─" => "-",
        "│" => "|",
        "┌" | "┐" | "└" | "┘" => "+",
        "█" | "▉" | "▊" | "▋" | "▌" => "#",
        "▍" | "▎" | "▏" => ".",
        "▲" => "^",
        "▼" => "v",
        "…" => "~",
        "✓" => "+",
        "✗" => "x",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn lines_bars_and_cuts_have_a_plain_form() {
        let mut buffer = Buffer::with_lines(["┌ a ─┐", "│█▌▏…│", "└▲é✓✗┘"]);
        plain(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["+ a -+", "|##.~|", "+^é+x+"]));
        assert_eq!(buffer.area, Rect::new(0, 0, 6, 3));
    }

    #[test]
    fn the_first_setting_that_is_made_decides() {
        let check = |settings: [Option<&str>; 3], expected: bool| {
            let made = settings.map(|setting| setting.map(str::to_owned));
            assert_eq!(is_wanted(made), expected, "{settings:?}");
        };
        check([None, None, Some("C")], true);
        check([None, None, Some("C.UTF-8")], false);
        check([None, None, Some("de_DE.utf8")], false);
        check([Some("de_DE.UTF-8"), None, Some("C")], false);
        check([Some(""), Some("POSIX"), Some("C.UTF-8")], true);
        check([None, None, None], false);
    }
}
