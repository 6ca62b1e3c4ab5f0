//! A bar of a chart, in eighths of a column.

/// A bar for `part` of `whole`, at most `columns` wide; anything above nothing is seen. Padded with spaces to `columns`.
pub fn bar(part: u64, whole: u64, columns: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = match whole {
        0 => 0,
        _ => (u128::from(part) * columns as u128 * 8 / u128::from(whole)) as usize,
    };
    let eighths = eighths.max(usize::from(part > 0)).min(columns * 8);
    let mut bar = "█".repeat(eighths / 8);
    bar.push_str(EIGHTHS[eighths % 8]);
    let used = eighths.div_ceil(8);
    bar.push_str(&" ".repeat(columns - used));
    bar
}

/// `part` of `whole` as whole percent, `<1%` for anything above nothing that would round to it.
pub fn percent(part: u64, whole: u64) -> String {
    match (part * 100).checked_div(whole) {
        None | Some(0) if part == 0 => "0%".to_owned(),
        None | Some(0) => "<1%".to_owned(),
        Some(_) => format!("{}%", (part * 200 + whole) / (whole * 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_part() {
        assert_eq!(bar(1, 2, 4), "██  ");
        assert_eq!(bar(1, 1, 4), "████");
        assert_eq!(bar(9, 1, 4), "████");
        assert_eq!(bar(1, 1000, 4), "▏   ");
        assert_eq!(bar(0, 1000, 4), "    ");
        assert_eq!(bar(0, 0, 4), "    ");
        assert_eq!(bar(5, 16, 4), "█▎  ");
    }

    #[test]
    fn percent_never_says_nothing_for_something() {
        assert_eq!(percent(0, 10), "0%");
        assert_eq!(percent(1, 10_000), "<1%");
        assert_eq!(percent(524, 1000), "52%");
        assert_eq!(percent(525, 1000), "53%");
        assert_eq!(percent(0, 0), "0%");
    }
}
