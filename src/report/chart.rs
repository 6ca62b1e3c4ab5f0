//! Charts as inline SVG. They take their colours from the page, so that they follow dark and light.

use jiff::Timestamp;

use super::html::escaped;
use crate::text::{count, safe, shorten, width};

/// A chart before it is drawn.
pub(super) enum Chart {
    Bars { title: String, bars: Vec<Bar> },
    Timeline { events: Vec<Event> },
}

/// One line of a chart. Texts may be untrusted.
pub(super) struct Bar {
    pub label: String,
    /// How long it is, pale,
    pub whole: u64,
    /// and how much of that is solid.
    pub part: u64,
    /// `good`, `bad`, `ready` or nothing.
    pub kind: &'static str,
    /// What stands behind it.
    pub words: String,
}

/// One thing that happened.
pub(super) struct Event {
    /// RFC 3339.
    pub at: String,
    pub lane: Lane,
    pub records: u64,
    pub words: String,
}

/// What happened, one line of the timeline each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    Load,
    Check,
    Change,
    Send,
    Note,
}

impl Lane {
    const ALL: [Self; 5] = [
        Self::Load,
        Self::Check,
        Self::Change,
        Self::Send,
        Self::Note,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Load => "Loaded",
            Self::Check => "Checked",
            Self::Change => "Changed",
            Self::Send => "Planned to send",
            Self::Note => "Noted",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Load | Self::Note => "plain",
            Self::Check | Self::Change => "ready",
            Self::Send => "good",
        }
    }
}

const WIDTH: usize = 860;
/// What a character of a label takes, at most.
const CHARACTER: usize = 7;
/// How long the longest is.
const LONGEST: usize = 400;
const LINE: usize = 26;
/// Characters of a label that fit before the bars.
const LABEL: usize = 45;

/// Where the lines of a timeline begin and end, and how far they are from each other.
const START: usize = 150;
const END: usize = 830;
const LANE: usize = 34;

/// The events of a timeline that are drawn, at most: the newest.
const EVENTS: usize = 1_000;

pub(super) fn draw(chart: &Chart) -> String {
    match chart {
        Chart::Bars { title, bars } => draw_bars(title, bars),
        Chart::Timeline { events } => draw_timeline(events),
    }
}

fn draw_bars(title: &str, bars: &[Bar]) -> String {
    let longest = bars.iter().map(|bar| bar.whole).max().unwrap_or(0).max(1);
    let labels: Vec<String> = (bars.iter())
        .map(|bar| shorten(&safe(&bar.label), LABEL))
        .collect();
    let widest = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let left = widest * CHARACTER + 10;
    let mut inside = String::new();
    for (n, (bar, label)) in bars.iter().zip(&labels).enumerate() {
        let (top, kind) = (n * LINE, bar.kind);
        let (whole, part) = (length(bar.whole, longest), length(bar.part, longest));
        inside += &format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n",
            left - 10,
            top + 17,
            escaped(label)
        );
        for (class, length) in [("pale ", whole), ("", part)] {
            if length > 0.0 {
                inside += &format!(
                    "<rect class=\"{class}{kind}\" x=\"{left}\" y=\"{}\" width=\"{length:.1}\" height=\"16\" rx=\"2\"/>\n",
                    top + 5
                );
            }
        }
        inside += &format!(
            "<text class=\"faint\" x=\"{:.1}\" y=\"{}\">{}</text>\n",
            left as f64 + whole + 8.0,
            top + 17,
            escaped(&bar.words)
        );
    }
    svg(title, bars.len() * LINE + 6, &inside)
}

/// Something is always seen of what is there.
fn length(number: u64, longest: u64) -> f64 {
    match number {
        0 => 0.0,
        _ => (LONGEST as f64 * number as f64 / longest as f64).max(2.0),
    }
}

fn draw_timeline(events: &[Event]) -> String {
    let newest = events.len().saturating_sub(EVENTS);
    let timed: Vec<(Timestamp, &Event)> = (events[newest..].iter())
        .filter_map(|event| Some((event.at.parse().ok()?, event)))
        .collect();
    let first = timed.iter().min_by_key(|(at, _)| *at);
    let last = timed.iter().max_by_key(|(at, _)| *at);
    let (Some((first, opening)), Some((last, closing))) = (first, last) else {
        return String::new();
    };
    let lanes: Vec<Lane> = (Lane::ALL.into_iter())
        .filter(|lane| timed.iter().any(|(_, event)| event.lane == *lane))
        .collect();
    let seconds = |at: Timestamp| (at.as_millisecond() - first.as_millisecond()) as f64 / 1000.0;
    let span = seconds(*last).max(1.0);
    let mut inside = String::new();
    for (y, lane) in heights(&lanes) {
        inside += &format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n<line x1=\"{START}\" y1=\"{y}\" x2=\"{END}\" y2=\"{y}\"/>\n",
            START - 20,
            y + 5,
            lane.label()
        );
        let here = timed.iter().filter(|(_, event)| event.lane == lane);
        for (at, event) in here {
            let x = START as f64 + (END - START) as f64 * seconds(*at) / span;
            inside += &circle(event, x, y);
        }
    }
    let bottom = lanes.len() * LANE + 20;
    for (x, anchor, event) in [(START, "start", opening), (END, "end", closing)] {
        inside += &format!(
            "<text class=\"faint\" x=\"{x}\" y=\"{bottom}\" text-anchor=\"{anchor}\">{}</text>\n",
            escaped(&minute(&event.at))
        );
    }
    svg("What happened when", bottom + 10, &inside)
}

fn circle(event: &Event, x: f64, y: usize) -> String {
    // It grows with the number of digits: one record is seen beside a hundred thousand.
    let radius = 4.0 + 2.0 * (event.records as f64 + 1.0).log10();
    format!(
        "<circle class=\"{}\" cx=\"{x:.1}\" cy=\"{y}\" r=\"{radius:.1}\"><title>{}: {}, {}</title></circle>\n",
        event.lane.kind(),
        escaped(&event.at),
        escaped(&event.words),
        count(event.records, "record")
    )
}

/// Each lane with its height.
fn heights(lanes: &[Lane]) -> impl Iterator<Item = (usize, Lane)> {
    (lanes.iter().enumerate()).map(|(n, lane)| (n * LANE + 20, *lane))
}

/// `2026-01-01 03:12 UTC`.
fn minute(at: &str) -> String {
    match (at.get(..10), at.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => at.to_owned(),
    }
}

fn svg(title: &str, height: usize, inside: &str) -> String {
    let title = escaped(title);
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n{inside}</svg>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, whole: u64, part: u64) -> Bar {
        Bar {
            label: label.to_owned(),
            whole,
            part,
            kind: "bad",
            words: whole.to_string(),
        }
    }

    #[test]
    fn a_bar_is_as_long_as_its_number_and_never_unseen() {
        assert_eq!(
            (length(0, 9), length(9, 9), length(1, 1_000_000)),
            (0.0, 400.0, 2.0)
        );
        let drawn = draw_bars("Problems", &[bar("<b>", 10, 5), bar("none", 0, 0)]);
        assert!(
            drawn.contains("&lt;b&gt;") && !drawn.contains("<b>"),
            "{drawn}"
        );
        assert_eq!(drawn.matches("<rect").count(), 2, "{drawn}");
        assert!(drawn.contains("width=\"400.0\"") && drawn.contains("width=\"200.0\""));
        assert!(draw_bars("Nothing", &[]).contains("<svg"));
    }

    #[test]
    fn events_stand_in_their_lane_at_their_time() {
        let event = |at: &str, lane: Lane| Event {
            at: at.to_owned(),
            lane,
            records: 99,
            words: "by <ann>".to_owned(),
        };
        let drawn = draw_timeline(&[
            event("2026-01-01T00:00:00.000Z", Lane::Load),
            event("2026-01-01T00:30:00.000Z", Lane::Change),
            event("2026-01-01T01:00:00.000Z", Lane::Send),
            event("some day", Lane::Note),
        ]);
        let places: Vec<&str> = (drawn.lines())
            .filter(|line| line.starts_with("<circle"))
            .map(|line| line.split(" r=").next().unwrap())
            .collect();
        assert_eq!(
            places,
            [
                "<circle class=\"plain\" cx=\"150.0\" cy=\"20\"",
                "<circle class=\"ready\" cx=\"490.0\" cy=\"54\"",
                "<circle class=\"good\" cx=\"830.0\" cy=\"88\"",
            ]
        );
        assert!(drawn.contains("by &lt;ann&gt;, 99 records"), "{drawn}");
        assert!(!drawn.contains("Noted"), "its time is none");
        assert_eq!(draw_timeline(&[]), "");
    }
}
