//! The date desk: how the dates of a field are written now, so that one decision is taken with evidence.

use crate::{
    fix::dates::{Evidence, Order},
    text,
    tui::widgets::wrap::wrap,
};

/// What was counted, in lines of so many columns. Safe to print. Where there is room for fewer lines, how they are written is
/// shortened first, for what they say about day and month is what a decision needs.
pub(super) fn lines(evidence: &Evidence, columns: usize, room: usize) -> Vec<String> {
    let wrapped = |sentences: &[String]| -> Vec<String> {
        (sentences.iter())
            .flat_map(|sentence| wrap(sentence, columns))
            .collect()
    };
    let mut written = wrapped(written(evidence).as_slice());
    let mut told = wrapped(&told(evidence));
    let all = written.len() + told.len();
    let left = room.saturating_sub(told.len()).min(written.len());
    written.truncate(left);
    told.truncate(room);
    let last = written.last_mut().or(told.last_mut());
    if let (true, Some(last)) = (all > room, last) {
        *last = text::shorten(&format!("{last} …"), columns);
    }
    [written, told].concat()
}

/// The layouts, the most common first; none where no value is a date.
fn written(evidence: &Evidence) -> Option<String> {
    let mut layouts: Vec<_> = evidence.layouts.iter().collect();
    layouts.sort_by_key(|(_, fits)| std::cmp::Reverse(fits.count));
    let written: Vec<String> = (layouts.iter())
        .map(|(layout, fits)| {
            let example = text::shorten(&text::safe(&fits.example), 25);
            format!(
                "{} {} ({example})",
                text::thousands(fits.count),
                layout.word()
            )
        })
        .collect();
    (!written.is_empty()).then(|| format!("Written now: {}.", written.join(", ")))
}

/// What they say about day, month and zone, and how many are no dates.
fn told(evidence: &Evidence) -> Vec<String> {
    let mut sentences = Vec::new();
    if !evidence.layouts.is_empty() {
        sentences.push(format!(
            "{} only day first, {} only month first, {} either way.{}",
            text::thousands(evidence.day_only),
            text::thousands(evidence.month_only),
            text::thousands(evidence.both),
            advice(evidence)
        ));
    }
    let odd = evidence.no_such_day + evidence.not_a_date;
    if odd > 0 {
        let verb = if odd == 1 { "is" } else { "are" };
        sentences.push(format!("{} {verb} no date.", text::count(odd, "value")));
    }
    let times = evidence.with_time - evidence.with_zone;
    if times > 0 {
        sentences.push(format!(
            "{} without a zone: UTC is assumed unless one is named.",
            text::count(times, "time")
        ));
    }
    sentences
}

fn advice(evidence: &Evidence) -> &'static str {
    match (evidence.both, evidence.order()) {
        (0, _) => "",
        (_, Some(Order::Day)) => " The others say: day first.",
        (_, Some(Order::Month)) => " The others say: month first.",
        (_, None) => " Nothing says which is meant: decide, or leave them.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evidence_is_said_with_what_it_speaks_for() {
        let mut evidence = Evidence::default();
        for (text, count) in [("31/12/2025", 300), ("01/02/2026", 41), ("x", 2)] {
            evidence.add(text, count);
        }
        insta::assert_snapshot!(lines(&evidence, 58, 9).join("\n"), @r"
        Written now: 341 day-slash (31/12/2025), 41 month-slash
        (01/02/2026).
        300 only day first, 0 only month first, 41 either way. The
        others say: day first.
        2 values are no date.
        ");
    }

    #[test]
    fn how_dates_are_written_is_shortened_to_the_room_there_is() {
        let mut evidence = Evidence::default();
        for (text, count) in [("31/12/2025", 300), ("01/02/2026", 41), ("x", 2)] {
            evidence.add(text, count);
        }
        let short = |room| lines(&evidence, 58, room).join("\n");
        insta::assert_snapshot!(short(4), @r"
        Written now: 341 day-slash (31/12/2025), 41 month-slash …
        300 only day first, 0 only month first, 41 either way. The
        others say: day first.
        2 values are no date.
        ");
        assert_eq!(short(3).lines().count(), 3);
        assert!(short(3).starts_with("300 only day first"));
        assert_eq!(short(0), "");
    }

    #[test]
    fn what_is_written_is_not_said_where_nothing_is_a_date() {
        let mut evidence = Evidence::default();
        evidence.add("soon", 3);
        assert_eq!(lines(&evidence, 58, 9), ["3 values are no date."]);
    }

    #[test]
    fn a_time_without_a_zone_and_a_cell_without_evidence_are_said() {
        let mut evidence = Evidence::default();
        evidence.add("01/02/2026 10:00", 1);
        assert_eq!(
            lines(&evidence, 90, 9).last().unwrap(),
            "1 time without a zone: UTC is assumed unless one is named."
        );
        assert!(
            lines(&evidence, 200, 9)[1]
                .ends_with("Nothing says which is meant: decide, or leave them.")
        );
    }
}
