//! Where records stopped, and what the Problems page says when there is nothing to list.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::groups::State;
use crate::{
    model::{RunRow, Status},
    text,
    tui::{
        overlays::wrap,
        theme::Theme,
        widgets::{cursor::put_cursor, panel::panel},
    },
};

/// Rows the funnel takes, its box included.
pub(super) fn funnel_height(area: Rect) -> u16 {
    if area.width >= 100 { 5 } else { 4 }
}

/// From what was read to what passed, and where the stored records stand now.
pub(super) fn draw_funnel(frame: &mut Frame, area: Rect, run: &RunRow, theme: Theme) {
    if area.is_empty() {
        return;
    }
    let number = text::thousands;
    let failed = run.rejected.saturating_sub(run.unparsed);
    let mut note = format!("passed {} of {}", number(run.passed), number(run.records));
    if run.warned > 0 {
        note.push_str(&format!(", {} with a warning", number(run.warned)));
    }
    let mut lines = Vec::new();
    if area.width >= 100 {
        let stages = [
            ("Read", run.records, Some((run.unparsed, "unreadable"))),
            (
                "Check",
                run.records.saturating_sub(run.unparsed),
                Some((failed, "failed checks")),
            ),
            ("Passed", run.passed, None),
        ];
        let (mut above, mut below) = (String::new(), String::new());
        for (label, records, lost) in stages {
            if !above.is_empty() {
                // What was lost stands below its own stage, however long the words before it are.
                let line = "─".repeat(
                    (below.len() + 2)
                        .saturating_sub(text::width(&above) + 3)
                        .max(2),
                );
                above.push_str(&format!(" {line}> "));
            }
            let at = text::width(&above);
            above.push_str(&format!("{label} {}", number(records)));
            if let Some((lost, why)) = lost {
                let lost = format!("-{} {why}", number(lost));
                below.push_str(&format!("{}{lost}", " ".repeat(at - below.len())));
            }
        }
        above.push_str(&format!(" ({})", share(run.passed, run.records)));
        lines.extend([above, below]);
    } else {
        lines.push(format!(
            "Read -{}  >  Check -{}  >  Passed {}",
            number(run.unparsed),
            number(failed),
            share(run.passed, run.records)
        ));
    }
    lines.push(standing(
        run,
        if area.width >= 100 { "     " } else { "   " },
    ));
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|line| Line::from(format!(" {line}")))
        .collect();
    let block = panel(area.width, "Where records stopped", &note, false, theme);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// How many stored records stand where; rare states only when there are some.
pub(super) fn standing(run: &RunRow, gap: &str) -> String {
    let number = text::thousands;
    let mut states = vec![
        format!("Needs fixing {}", number(run.with_status(Status::Rejected))),
        format!("Ready to send {}", number(run.with_status(Status::Ready))),
        format!("Sent {}", number(run.with_status(Status::Accepted))),
    ];
    for (word, status) in [
        ("Handed over", Status::HandedOver),
        ("Set aside", Status::Discarded),
        ("No answer", Status::Unknown),
        ("Sending", Status::Sending),
    ] {
        if run.with_status(status) > 0 {
            states.push(format!("{word} {}", number(run.with_status(status))));
        }
    }
    states.join(gap)
}

fn share(part: u64, whole: u64) -> String {
    match whole {
        0 => "0%".to_owned(),
        _ => format!("{:.1}%", part as f64 * 100.0 / whole as f64),
    }
}

/// Before the answer is there, or when it is an error.
pub(super) fn draw_state(frame: &mut Frame, area: Rect, state: &State, theme: Theme) {
    let (title, words) = match state {
        State::Failed(words) => ("Cannot open this run", words.as_str()),
        _ => ("Problems", "loading ..."),
    };
    draw_words(frame, area, title, &[words.to_owned()], theme);
}

/// A panel with a few sentences. Gives where each of them stands.
pub(super) fn draw_words(
    frame: &mut Frame,
    area: Rect,
    title: &str,
    words: &[String],
    theme: Theme,
) -> Vec<Rect> {
    let block = panel(area.width, title, "", true, theme);
    let inside = block.inner(area);
    let columns = usize::from(area.width).saturating_sub(6);
    let mut lines = vec![Line::default()];
    let mut places = Vec::new();
    for line in words {
        let rows = wrap(line, columns);
        let place = Rect {
            y: inside.y.saturating_add(lines.len() as u16),
            height: rows.len() as u16,
            ..inside
        };
        places.push(place.intersection(inside));
        lines.extend(rows.into_iter().map(|row| Line::from(format!("   {row}"))));
    }
    let under = (lines.iter()).position(|line| line.to_string().starts_with("   >"));
    frame.render_widget(Paragraph::new(lines).block(block), area);
    put_cursor(frame, inside, (3, under.unwrap_or(1) as u16));
    places
}
