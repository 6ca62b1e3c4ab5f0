use super::*;
use crate::model::{
    DeliveryState, GroupId, PlanId, RecordId, RunId, Severity, ShapeCount, Stage, Status, StepId,
    StepKind,
};

const EVIL: &str = "</td><script>alert(1)</script>|`\u{1b}[2J@all https://e.test";

fn step(id: i64, kind: StepKind, label: &str, records: u64) -> StepRow {
    StepRow {
        id: StepId(id),
        parent: None,
        run: RunId(1),
        kind,
        author: "jana".to_owned(),
        at: format!("2026-01-01T03:{:02}:00.000Z", 10 + id),
        label: label.to_owned(),
        records,
        undone: false,
    }
}

fn group(id: i64, title: &str, records: u64, open: u64) -> Group {
    Group {
        id: GroupId(id),
        run: RunId(1),
        stage: Stage::Schema,
        code: "format".to_owned(),
        detail: "email".to_owned(),
        path: "/email".to_owned(),
        severity: Severity::Error,
        owner: String::new(),
        template: String::new(),
        title: title.to_owned(),
        records,
        problems: records,
        open,
        first_line: 2,
        last_line: 9,
        shapes: vec![ShapeCount {
            shape: "aaa@".to_owned(),
            count: records,
            example: "ben@".to_owned(),
        }],
    }
}

fn run() -> RunRow {
    RunRow {
        id: RunId(1),
        name: "customers".to_owned(),
        source: "customers.csv".to_owned(),
        format: "csv".to_owned(),
        records: 10_000,
        passed: 8_800,
        rejected: 1_200,
        unparsed: 12,
        problems: 1_300,
        warned: 3,
        bytes: 1,
        capped: false,
        loaded_at: "2026-01-01T03:00:00.000Z".to_owned(),
        saved_at: "2026-01-01T03:20:00.000Z".to_owned(),
        statuses: vec![
            (Status::Rejected, 150),
            (Status::Ready, 40),
            (Status::Accepted, 1_000),
            (Status::Discarded, 10),
        ],
        demo: false,
        contract: Some("customers".to_owned()),
        history: 0,
    }
}

fn sample() -> Report {
    let note = Note {
        step: StepId(4),
        author: "ben".to_owned(),
        at: "2026-01-01T03:14:00.000Z".to_owned(),
        text: "waits for the customer".to_owned(),
    };
    Report {
        at: "2026-01-01T04:00:00.000Z".to_owned(),
        run: run(),
        old_verdicts: 0,
        groups: vec![group(1, "Email address not complete", 1_100, 150)],
        steps: vec![
            step(1, StepKind::Edit, "email  ben@ -> ben@example.com", 1),
            step(2, StepKind::Fix, "email  replace \"@@\" by \"@\"", 1_049),
            step(3, StepKind::Discard, "10 records: test data", 10),
            step(4, StepKind::Note, "record 17: waits for the customer", 0),
        ],
        plans: vec![PlanRow {
            id: PlanId(1),
            destination: "crm".to_owned(),
            environment: "production".to_owned(),
            target: "table customer in crm.db".to_owned(),
            author: "jana".to_owned(),
            made_at: "2026-01-01T03:15:00.000Z".to_owned(),
            planned: 1_010,
            states: vec![
                (DeliveryState::Delivered, 1_000),
                (DeliveryState::Refused, 10),
            ],
            attempts: 1_012,
        }],
        notes: vec![(NoteAbout::Record(RecordId(17)), note)],
        values: false,
    }
}

/// The same, with something nasty wherever others wrote.
fn nasty() -> Report {
    let evil = || EVIL.to_owned();
    let mut report = sample();
    report.values = true;
    (report.run.name, report.run.source) = (evil(), evil());
    report.run.contract = Some(evil());
    let group = &mut report.groups[0];
    (group.title, group.owner, group.code) = (evil(), evil(), evil());
    (group.path, group.shapes[0].example) = (format!("/{EVIL}"), evil());
    for step in &mut report.steps {
        (step.label, step.author) = (evil(), evil());
    }
    let plan = &mut report.plans[0];
    (plan.destination, plan.target, plan.author) = (evil(), evil(), evil());
    (report.notes[0].1.text, report.notes[0].1.author) = (evil(), evil());
    report
}

#[test]
fn a_report_says_what_broke_what_was_done_and_what_stays() {
    insta::assert_snapshot!(markdown(&sample()), @r#"
    # customers: 1,200 of 10,000 records rejected

    Run 1 of customers.csv (csv), loaded 2026-01-01T03:00:00.000Z, contract customers. State of 2026-01-01T04:00:00.000Z.

    ## Where the records stand

    |  | Records | Of all |
    | --- | ---: | ---: |
    | Read | 10,000 | 100.0 % |
    | Passed | 8,800 | 88.0 % |
    | Rejected | 1,200 | 12.0 % |
    | Fixed | 1,040 | 10.4 % |
    | Sent | 1,000 | 10.0 % |
    | Ready to send | 40 | 0.4 % |
    | Needs fixing | 150 | 1.5 % |
    | Set aside | 10 | 0.1 % |

    12 records could not be split into fields. 3 records passed with a warning.

    ## What broke

    | Problem | Field | Code | Records | Open now | Shapes of failing values |
    | --- | --- | --- | ---: | ---: | --- |
    | Email address not complete | email | format:email | 1,100 | 150 | 1,100 × `aaa@` |

    ## What was done

    | Who | What | Steps | Records |
    | --- | --- | ---: | ---: |
    | jana | discard | 1 | 10 |
    | jana | edit | 1 | 1 |
    | jana | fix | 1 | 1,049 |

    | Step | When | Who | What | Records | Details |
    | ---: | --- | --- | --- | ---: | --- |
    | 1 | 2026-01-01T03:11:00.000Z | jana | edit | 1 | email |
    | 2 | 2026-01-01T03:12:00.000Z | jana | fix | 1,049 | email  replace ... |
    | 3 | 2026-01-01T03:13:00.000Z | jana | discard | 10 | 10 records: test data |

    ## What was sent

    | Plan | When | Who | Where to | Planned | Sent | Handed over | Refused | No answer | Not yet | Attempts |
    | ---: | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | 1 | 2026-01-01T03:15:00.000Z | jana | crm \[production\]: table customer in crm.db | 1,010 | 1,000 | 0 | 10 | 0 | 0 | 1,012 |

    ## What stays

    - 150 records to be fixed
    - 40 records ready and not sent
    - 10 records set aside

    Open problems, the largest first, those of records that were set aside among them:

    - Email address not complete (email): 150 records

    ## Notes

    | When | Who | On | Note |
    | --- | --- | --- | --- |
    | 2026-01-01T03:14:00.000Z | ben | record 17 | waits for the customer |
    "#);
}

#[test]
fn what_was_taken_out_of_a_plan_is_a_column_of_its_own() {
    let mut report = sample();
    report.plans[0].states = vec![
        (DeliveryState::Delivered, 1_000),
        (DeliveryState::Cancelled, 10),
    ];
    let written = markdown(&report);
    let head =
        "| Planned | Sent | Handed over | Refused | No answer | Not yet | Taken out | Attempts |";
    let row = "| 1,010 | 1,000 | 0 | 0 | 0 | 0 | 10 | 1,012 |";
    assert!(written.contains(head), "{written}");
    assert!(written.contains(row), "{written}");
}

#[test]
fn a_page_says_the_same_and_draws_it() {
    let page = html(&sample());
    for words in [
        "Email address not complete",
        "1,000",
        "10 records: test data",
        "waits for the customer",
        "table customer in crm.db",
        "prefers-color-scheme: dark",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(page.matches("<svg").count(), 3);
    assert_eq!(
        page.matches("<circle").count(),
        6,
        "loaded, four steps, a plan"
    );
}

#[test]
fn values_are_only_shown_to_who_asks_for_them() {
    let mut report = sample();
    for words in [markdown(&report), html(&report)] {
        assert!(words.contains("aaa@"), "{words}");
        assert!(!words.contains("ben@"), "{words}");
        assert!(words.contains("email  replace ..."), "{words}");
        assert!(!words.contains("@@"), "{words}");
    }
    report.values = true;
    for words in [markdown(&report), html(&report)] {
        assert!(words.contains("ben@example.com"), "{words}");
        assert!(words.contains("@@"), "{words}");
    }
}

#[test]
fn nothing_that_others_wrote_becomes_a_mark_or_leads_elsewhere() {
    let page = html(&nasty());
    assert!(
        !page.contains("<script") && !page.contains('\u{1b}'),
        "{page}"
    );
    assert!(page.contains("&lt;script&gt;"));
    for elsewhere in ["src=", "href=", "url(", "@import", "<link", "<iframe"] {
        assert!(!page.contains(elsewhere), "{elsewhere}: {page}");
    }
    let words = markdown(&nasty());
    assert!(!words.contains('\u{1b}'), "{words}");
    // Every table keeps its columns, and every @all stands in code.
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut width = 0;
    for line in words.lines() {
        width = match line.starts_with('|') {
            true if width == 0 => columns(line),
            true => {
                assert_eq!(columns(line), width, "{line}");
                width
            }
            false => 0,
        };
        let outside: String = line.split("``").step_by(2).collect();
        assert!(!outside.contains("@all"), "{line}");
        assert!(!outside.contains("<script"), "{line}");
    }
}

#[test]
fn a_run_in_which_nothing_broke_is_a_report_too() {
    let report = Report {
        run: RunRow {
            records: 0,
            passed: 0,
            rejected: 0,
            unparsed: 0,
            warned: 0,
            statuses: Vec::new(),
            contract: None,
            ..run()
        },
        groups: Vec::new(),
        steps: Vec::new(),
        plans: Vec::new(),
        notes: Vec::new(),
        ..sample()
    };
    let words = markdown(&report);
    assert!(words.contains("Nothing stays to be done."), "{words}");
    assert!(html(&report).contains("Nothing was changed yet."));
}

#[test]
fn a_long_history_is_cut_and_says_where_the_rest_is() {
    let mut report = sample();
    report.steps = (1..=250)
        .map(|id| StepRow {
            at: "2026-01-01T03:10:00.000Z".to_owned(),
            ..step(id, StepKind::Edit, "email  a -> b", 1)
        })
        .collect();
    let words = markdown(&report);
    assert!(words.contains("The newest 200 of 250 steps; redrive history --run 1 lists all."));
    assert!(!words.contains("| 50 |") && words.contains("| 51 |") && words.contains("| 250 |"));
}
