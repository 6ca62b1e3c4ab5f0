//! What a report says, and in which order.

use super::{
    Report,
    chart::{Bar, Chart},
    work::{plans, steps},
};
use crate::{
    model::{Group, NoteAbout, RunRow, Severity, Status},
    text::{count, thousands},
};

/// Groups that get a bar, at most.
const BARS: usize = 20;

/// Shapes of values that are listed for one group, at most.
const SHAPES: usize = 3;

/// Open groups that are named under what stays, at most.
const OPEN: usize = 10;

/// A report before it is written down. Every text may be untrusted.
pub(super) struct Page {
    pub title: String,
    pub lead: Vec<String>,
    pub sections: Vec<Section>,
}

pub(super) struct Section {
    pub title: &'static str,
    pub blocks: Vec<Block>,
}

pub(super) enum Block {
    Words(String),
    List(Vec<String>),
    Table(Table),
    Chart(Chart),
}

pub(super) struct Table {
    /// Those that start with `#` are numbers, set to the right.
    pub head: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
}

pub(super) enum Cell {
    Words(String),
    /// Patterns or values, as they stand; before each how many.
    Codes(Vec<(u64, String)>),
}

pub(super) fn page(report: &Report) -> Page {
    let run = &report.run;
    let at_least = if run.capped { "at least " } else { "" };
    let mut lead = vec![format!(
        "Run {} of {} ({}), loaded {}{}. State of {}.",
        run.id,
        run.source,
        run.format,
        run.loaded_at,
        match &run.contract {
            Some(contract) => format!(", contract {contract}"),
            None => ", without a contract".to_owned(),
        },
        report.at
    )];
    if run.capped {
        lead.push(
            "The tool that made these results stopped at its own limit, so all counts are at least these."
                .to_owned(),
        );
    }
    Page {
        title: format!(
            "{}: {at_least}{} of {} rejected",
            run.name,
            thousands(run.rejected),
            count(run.records, "record")
        ),
        lead,
        sections: vec![
            funnel(run),
            groups(report),
            steps(report),
            plans(&report.plans),
            rest(report),
            notes(report),
        ],
    }
}

/// Records that were rejected when they were loaded, and now neither need fixing nor are set aside.
fn fixed(run: &RunRow) -> u64 {
    let left = run.with_status(Status::Rejected) + run.with_status(Status::Discarded);
    run.rejected.saturating_sub(left)
}

/// From what was read to where the records stand now: the name, how many, and how a bar of it looks.
fn stands(run: &RunRow) -> Vec<(&'static str, u64, &'static str)> {
    let always = [
        ("Read", run.records, ""),
        ("Passed", run.passed, "good"),
        ("Rejected", run.rejected, "bad"),
        ("Fixed", fixed(run), "good"),
        ("Sent", run.with_status(Status::Accepted), "good"),
    ];
    let rest = [
        ("Handed over", Status::HandedOver, "good"),
        ("Sending", Status::Sending, "ready"),
        ("Ready to send", Status::Ready, "ready"),
        ("Needs fixing", Status::Rejected, "bad"),
        ("No answer", Status::Unknown, "bad"),
        ("Set aside", Status::Discarded, ""),
    ];
    let rest = (rest.into_iter())
        .map(|(label, status, kind)| (label, run.with_status(status), kind))
        .filter(|(_, records, _)| *records > 0);
    always.into_iter().chain(rest).collect()
}

fn funnel(run: &RunRow) -> Section {
    let title = "Where the records stand";
    let lines = stands(run);
    let bars = lines.iter().map(|(label, records, kind)| Bar {
        label: (*label).to_owned(),
        whole: *records,
        part: *records,
        kind,
        words: format!("{} ({})", thousands(*records), share(*records, run.records)),
    });
    let rows = lines.iter().map(|(label, records, _)| {
        let share = share(*records, run.records);
        vec![words(*label), words(thousands(*records)), words(share)]
    });
    let mut notes = Vec::new();
    for (records, what) in [
        (run.unparsed, "could not be split into fields"),
        (run.warned, "passed with a warning"),
    ] {
        notes.extend((records > 0).then(|| format!("{} {what}.", count(records, "record"))));
    }
    let mut blocks = vec![
        Block::Chart(Chart::Bars {
            title: title.to_owned(),
            bars: bars.collect(),
        }),
        Block::Table(Table {
            head: vec!["", "#Records", "#Of all"],
            rows: rows.collect(),
        }),
    ];
    blocks.extend((!notes.is_empty()).then(|| Block::Words(notes.join(" "))));
    Section { title, blocks }
}

fn groups(report: &Report) -> Section {
    let title = "What broke";
    let groups = &report.groups;
    let blocks = if groups.is_empty() {
        vec![Block::Words("Nothing.".to_owned())]
    } else {
        let bars = groups.iter().take(BARS).map(group_bar);
        let chart = Chart::Bars {
            title: "Records of each problem, and how many still have it".to_owned(),
            bars: bars.collect(),
        };
        vec![Block::Chart(chart), Block::Table(group_table(report))]
    };
    Section { title, blocks }
}

fn group_bar(group: &Group) -> Bar {
    Bar {
        label: format!("{} ({})", group.title, group.field()),
        whole: group.records.max(group.open),
        part: group.open,
        kind: match group.severity {
            Severity::Error => "bad",
            Severity::Warning => "ready",
        },
        words: match (group.records, group.open) {
            (records, open) if records == open => thousands(open),
            (records, open) => format!("{} loaded, {} open", thousands(records), thousands(open)),
        },
    }
}

fn group_table(report: &Report) -> Table {
    let groups = &report.groups;
    // Only where they say something.
    let severity = groups.iter().any(|group| group.severity != Severity::Error);
    let owner = groups.iter().any(|group| !group.owner.is_empty());
    let mut head = vec!["Problem", "Field", "Code"];
    head.extend(severity.then_some("Severity"));
    head.extend(owner.then_some("Owner"));
    head.extend(["#Records", "#Open now"]);
    head.push(if report.values {
        "Failing values"
    } else {
        "Shapes of failing values"
    });
    let row = |group: &Group| {
        let mut row = vec![
            words(group.title.clone()),
            words(group.field()),
            words(group.code_and_detail()),
        ];
        row.extend(severity.then(|| words(group.severity.word())));
        row.extend(owner.then(|| words(group.owner.clone())));
        row.extend([
            words(thousands(group.records)),
            words(thousands(group.open)),
        ]);
        row.push(shapes(group, report.values));
        row
    };
    Table {
        head,
        rows: groups.iter().map(row).collect(),
    }
}

fn shapes(group: &Group, values: bool) -> Cell {
    let shapes = group.shapes.iter().take(SHAPES).map(|shape| {
        // What is missing has no example.
        let text = if values && !shape.example.is_empty() {
            &shape.example
        } else {
            &shape.shape
        };
        (shape.count, text.clone())
    });
    Cell::Codes(shapes.collect())
}

/// What still needs somebody.
fn rest(report: &Report) -> Section {
    let now = |status| report.run.with_status(status);
    let mut lines = Vec::new();
    let mut say = |number: u64, words: &str| {
        if number > 0 {
            lines.push(format!("{} {words}", count(number, "record")));
        }
    };
    say(now(Status::Rejected), "to be fixed");
    say(now(Status::Ready), "ready and not sent");
    say(now(Status::Sending), "on the way");
    say(
        now(Status::Unknown),
        "without an answer: somebody must find out whether they arrived (redrive settle)",
    );
    say(
        now(Status::HandedOver),
        "handed over, which nobody has confirmed yet",
    );
    say(now(Status::Discarded), "set aside");
    if report.old_verdicts > 0 {
        lines.push(format!(
            "{} by an older contract: redrive check --run {} renews them",
            count(report.old_verdicts, "verdict"),
            report.run.id
        ));
    }
    let mut blocks = vec![if lines.is_empty() {
        Block::Words("Nothing stays to be done.".to_owned())
    } else {
        Block::List(lines)
    }];
    blocks.extend(open_groups(report));
    Section {
        title: "What stays",
        blocks,
    }
}

/// The open problems by name, the largest first; nothing where there is none.
fn open_groups(report: &Report) -> Vec<Block> {
    let open: Vec<&Group> = (report.groups.iter())
        .filter(|group| group.open > 0 && group.severity == Severity::Error)
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let aside = match report.run.with_status(Status::Discarded) {
        0 => "",
        _ => ", those of records that were set aside among them",
    };
    let mut names: Vec<String> = (open.iter().take(OPEN))
        .map(|group| {
            let owner = match group.owner.as_str() {
                "" => String::new(),
                owner => format!(" (owner: {owner})"),
            };
            let (open, field) = (count(group.open, "record"), group.field());
            format!("{} ({field}): {open}{owner}", group.title)
        })
        .collect();
    let more = open.len().saturating_sub(OPEN) as u64;
    names.extend((more > 0).then(|| format!("and {} more", thousands(more))));
    vec![
        Block::Words(format!("Open problems, the largest first{aside}:")),
        Block::List(names),
    ]
}

fn notes(report: &Report) -> Section {
    let named = |about: &NoteAbout| match about {
        NoteAbout::Group(id) => {
            let group = report.groups.iter().find(|group| group.id == *id);
            group.map_or_else(|| about.to_string(), |group| group.title.clone())
        }
        _ => about.to_string(),
    };
    let rows = report.notes.iter().map(|(about, note)| {
        vec![
            words(note.at.clone()),
            words(note.author.clone()),
            words(named(about)),
            words(note.text.clone()),
        ]
    });
    Section {
        title: "Notes",
        blocks: vec![if report.notes.is_empty() {
            Block::Words("None.".to_owned())
        } else {
            Block::Table(Table {
                head: vec!["When", "Who", "On", "Note"],
                rows: rows.collect(),
            })
        }],
    }
}

fn share(part: u64, whole: u64) -> String {
    match whole {
        0 => "0 %".to_owned(),
        _ => format!("{:.1} %", part as f64 * 100.0 / whole as f64),
    }
}

pub(super) fn words(text: impl Into<String>) -> Cell {
    Cell::Words(text.into())
}
