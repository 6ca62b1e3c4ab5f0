//! The date desk: how the dates of a field are written now, so that one decision is taken with evidence.

use crate::{
    fix::dates::{Evidence, Order},
    text,
    tui::widgets::wrap::wrap,
};

/// What was counted, in lines of so many columns. Safe to print.
pub(super) fn lines(evidence: &Evidence, columns: usize) -> Vec<String> {
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
    let mut sentences = vec![format!("Written now: {}.", written.join(", "))];
    sentences.push(format!(
        "{} only day first, {} only month first, {} either way.{}",
        text::thousands(evidence.day_only),
        text::thousands(evidence.month_only),
        text::thousands(evidence.both),
        advice(evidence)
    ));
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
        .iter()
        .flat_map(|sentence| wrap(sentence, columns))
        .collect()
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
        insta::assert_snapshot!(lines(&evidence, 58).join("\n"), @r"
        Written now: 341 day-slash (31/12/2025), 41 month-slash
        (01/02/2026).
        300 only day first, 0 only month first, 41 either way. The
        others say: day first.
        2 values are no date.
        ");
    }

    #[test]
    fn a_time_without_a_zone_and_a_cell_without_evidence_are_said() {
        let mut evidence = Evidence::default();
        evidence.add("01/02/2026 10:00", 1);
        assert_eq!(
            lines(&evidence, 90).last().unwrap(),
            "1 time without a zone: UTC is assumed unless one is named."
        );
        assert!(
            lines(&evidence, 200)[1]
                .ends_with("Nothing says which is meant: decide, or leave them.")
        );
    }
}
