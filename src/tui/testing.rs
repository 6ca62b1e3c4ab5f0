//! Made-up rows, and a person at the keys, for the tests of the screen.

use std::collections::VecDeque;

use crossterm::event::KeyEvent;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use serde_json::{Value, json};

use super::{
    app::{App, Setup},
    clock::Clock,
    event::{Answer, Copied, Effect, Event, Place, Query, Route},
    keymap,
    theme::Theme,
};
use crate::{
    filter::{FilterError, Item, Of, Offered, Term},
    fix::{Change, three_way::part},
    model::{
        Behind, Comparison, Consequence, DeliveryState, FixRow, Form, Found, Group, GroupId,
        Layout, Path, Plan, PlanId, PlanRow, Problem, RecordDetail, RecordId, RecordRow, RunId,
        RunRow, Seen, ShapeCount, Since, Stage, Status, StepExample, StepFacts, StepId, StepKind,
        StepRow, Trend, ValueCount, Version, Wants, compare, shape_of,
    },
    ops::{
        Conflict, ContractState, FieldChanges, Filters, Made, MadeBy, Preview, Review, Saving,
        Standing,
    },
    text,
};

pub fn run() -> RunRow {
    RunRow {
        warned: 0,
        capped: false,
        id: RunId(1),
        name: "customers-2025-11-20".to_owned(),
        source: "customers.csv".to_owned(),
        format: "csv".to_owned(),
        records: 10_000,
        passed: 8_613,
        rejected: 1_387,
        unparsed: 12,
        problems: 1_702,
        bytes: 2_210_443,
        loaded_at: "2025-11-20T02:10:00Z".to_owned(),
        saved_at: "2025-11-20T02:41:09Z".to_owned(),
        statuses: vec![(Status::Rejected, 1_384), (Status::Ready, 3)],
        demo: false,
        contract: Some("customers".to_owned()),
    }
}

pub fn group(id: i64, title: &str, path: &str, open: u64) -> Group {
    Group {
        severity: crate::model::Severity::Error,
        owner: String::new(),
        id: GroupId(id),
        run: RunId(1),
        stage: Stage::Schema,
        code: "format".to_owned(),
        detail: "email".to_owned(),
        path: path.to_owned(),
        template: String::new(),
        title: title.to_owned(),
        records: open,
        problems: open,
        open,
        first_line: 18,
        last_line: 9_991,
        shapes: vec![
            ShapeCount {
                shape: "a+@".to_owned(),
                count: open - open / 10,
                example: "office@".to_owned(),
            },
            ShapeCount {
                shape: "(empty)".to_owned(),
                count: open / 10,
                example: String::new(),
            },
        ],
    }
}

pub fn problem(path: &str, found: Found) -> Problem {
    Problem {
        stage: Stage::Schema,
        code: "format".to_owned(),
        detail: "email".to_owned(),
        path: Path::parse(path).unwrap(),
        message: "This e-mail address is not complete.".to_owned(),
        hint: "Write it like name@example.com.".to_owned(),
        found: Some(found),
        shape: String::new(),
        severity: crate::model::Severity::Error,
        owner: String::new(),
    }
}

pub fn record(id: i64, current: Value) -> RecordRow {
    RecordRow {
        id: RecordId(id),
        run: RunId(1),
        line: id.unsigned_abs() + 1,
        key: Some(format!("CUS-{id:07}")),
        status: Status::Rejected,
        version: 1,
        problems: Vec::new(),
        current: Some(current),
        changed: Vec::new(),
    }
}

/// What the review of the made-up run says.
pub fn review() -> Review {
    let made = |label: &str, records| Made {
        by: MadeBy::Step {
            label: label.to_owned(),
            author: "jana".to_owned(),
            at: "2025-11-20T02:44:00Z".to_owned(),
        },
        records,
    };
    let pair = |before: &str, after: &str, times| (before.to_owned(), after.to_owned(), times);
    Review {
        plan: Plan {
            id: None,
            run: RunId(1),
            destination: "crm".to_owned(),
            environment: "test".to_owned(),
            target: "table customer in crm.db".to_owned(),
            planned: 3,
            changed: 2,
            behind: Behind::default(),
            continued: false,
            since: 0,
        },
        ids: [7, 14, 21].map(RecordId).to_vec(),
        made: vec![
            made("contact_email  trim, lower case", 2),
            Made {
                by: MadeBy::Received,
                records: 1,
            },
        ],
        fields: vec![FieldChanges {
            path: "/contact_email".to_owned(),
            records: 2,
            pairs: vec![pair(" OFFICE@example.com", "office@example.com", 2)],
        }],
        compared: 3,
        needs_fixing: 1_384,
        set_aside: 0,
        unanswered: 1,
    }
}

/// An app on this route, with the answers it waits for first.
pub fn app(route: Route, size: (u16, u16)) -> App {
    let setup = Setup {
        route,
        size: size.into(),
        theme: Theme::default(),
        clock: Clock::default(),
        read_only: false,
        workspace: "redrive.db".to_owned(),
        mouse: true,
        suspends: false,
        slow_link: false,
        notice: None,
    };
    let (mut app, effects) = App::open(setup);
    feed(&mut app, effects);
    app
}

/// What was typed into a field that bert has changed meanwhile, and into one that nobody has.
pub fn conflict(id: i64, path: &str) -> Conflict {
    let text = |path: &str, text: &str| Change::Text {
        path: Path::parse(path).unwrap(),
        text: text.to_owned(),
    };
    let opened = json!({"contact_email": "a@x", "city": "Bern", "vip": true});
    let theirs = json!({"contact_email": "a@x.org", "city": "Bern", "vip": false});
    let mine = json!({"contact_email": "a@x.com", "city": "Basel", "vip": true});
    Conflict {
        saving: Saving {
            record: RecordId(id),
            version: 1,
            changes: vec![text(path, "a@x.com"), text("/city", "Basel")],
        },
        version: 3,
        status: Status::Rejected,
        theirs: Some(("bert".to_owned(), "2025-11-20T14:02:11Z".to_owned())),
        partings: part(&opened, &theirs, &mine),
        is_whole: false,
        sent: None,
    }
}

/// The Problems page of the made-up run.
pub fn problems(size: (u16, u16)) -> App {
    app(Route::Groups { run: RunId(1) }, size)
}

/// Types keys as a person would, answering every question at once; `<ret>`, `<esc>` and the like name the special ones.
/// Gives everything that was asked and wished for.
pub fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut all = Vec::new();
    for key in parse(keys) {
        let effects = app.update(Event::Key(key));
        all.extend(effects.iter().cloned());
        feed(app, effects);
    }
    all
}

/// Types keys and gives what they lead to, without answering anything.
pub fn wishes(app: &mut App, keys: &str) -> Vec<Effect> {
    let keys = parse(keys).into_iter();
    keys.flat_map(|key| app.update(Event::Key(key))).collect()
}

/// The keys a text of [`press`] names.
pub fn parse(keys: &str) -> Vec<KeyEvent> {
    let mut parsed = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        // The key `>` closes no name.
        if let Some(tail) = rest.strip_prefix("<>>") {
            parsed.extend(keymap::parse(">"));
            rest = tail;
            continue;
        }
        let (name, tail) = match rest.strip_prefix('<').and_then(|tail| tail.split_once('>')) {
            Some((name, tail)) => (name.to_owned(), tail),
            None => (c.to_string(), &rest[c.len_utf8()..]),
        };
        let name = match name.as_str() {
            "ret" => "Enter",
            "esc" => "Esc",
            " " => "Space",
            name => name,
        };
        parsed.push(keymap::parse(name).unwrap_or_else(|| panic!("no key is called {name}")));
        rest = tail;
    }
    parsed
}

/// Answers questions from made-up rows until none is left.
pub fn feed(app: &mut App, effects: Vec<Effect>) {
    feed_with(app, effects, &answer);
}

/// The same with other answers.
pub fn feed_with(app: &mut App, effects: Vec<Effect>, answer: &dyn Fn(Query) -> Answer) {
    let mut waiting = VecDeque::from(effects);
    while let Some(effect) = waiting.pop_front() {
        if let Effect::Ask(ticket, query) = effect {
            waiting.extend(app.update(Event::Answer(ticket, Ok(answer(query)))));
        }
    }
}

pub fn answer(query: Query) -> Answer {
    let id = |id: &RecordId| id.0;
    match query {
        Query::Runs => Answer::Runs(vec![run(), older_run()]),
        Query::Groups { .. } => Answer::Groups {
            run: run(),
            groups: groups(),
        },
        Query::SortedIds { filter, sort } => {
            let Answer::Ids {
                run,
                mut ids,
                unknown,
            } = answer(Query::Ids { filter })
            else {
                panic!("a list is answered by a list")
            };
            if sort.reversed {
                ids.reverse();
            }
            Answer::Ids { run, ids, unknown }
        }
        Query::Since { .. } => Answer::Since(Box::new(since())),
        Query::Comparison { .. } => Answer::Comparison(Box::new(Comparison {
            groups: compare(&before(), &groups(), &[]),
            old: older_run(),
            new: run(),
        })),
        Query::Ids { filter } => {
            let (gone, terms): (Vec<_>, Vec<_>) =
                (filter.terms.into_iter()).partition(|term| term.fields().contains(&"/ship_dat"));
            let all = if terms.len() > 1 { 412 } else { 1_387 };
            let all = if terms.len() > 2 { 0 } else { all };
            let unknown = |term: Term| {
                let error = FilterError {
                    term: term.to_string(),
                    message: "ship_dat is not a field".to_owned(),
                    hint: "Did you mean ship_date?".to_owned(),
                };
                (term, error)
            };
            Answer::Ids {
                run: run(),
                ids: (1..=all).map(|n| RecordId(n * 7)).collect(),
                unknown: gone.into_iter().map(unknown).collect(),
            }
        }
        Query::Offered { of, .. } => Answer::Offered(offered(&of)),
        Query::Filters { .. } => Answer::Filters(Filters::default(), String::new()),
        Query::Rows { ids } => Answer::Rows(ids.iter().map(id).map(row).collect()),
        Query::Example { .. } => Answer::Example {
            row: Some(Box::new(row(14))),
            notes: Vec::new(),
        },
        Query::Review { .. } => Answer::Review(Box::new(review())),
        Query::Sending { .. } => Answer::Sending(None),
        Query::Copy(_) => Answer::Copied(Copied {
            what: "CUS-1 as JSON".to_owned(),
            text: "{\"a\": 1}\n".to_owned(),
            ..Copied::default()
        }),
        Query::Version => Answer::Version(1),
        Query::EditClaims => Answer::EditClaims(Vec::new()),
        Query::Drafts { .. } => Answer::Drafts(Vec::new()),
        Query::Record { id } => Answer::Record(Box::new(detail(id.0))),
        Query::Preview { id, .. } => {
            let record = detail(id.0);
            Answer::Preview(Box::new(Preview {
                text: record.text,
                problems: record.row.problems,
                current: record.row.current,
                wants: Wants::default(),
                suggestions: Vec::new(),
                refusal: None,
                stages: Vec::new(),
            }))
        }
        Query::Plan { run } => Answer::Plan(Plan {
            id: None,
            run,
            destination: "crm".to_owned(),
            environment: "test".to_owned(),
            target: "table customer in crm.db".to_owned(),
            planned: 3,
            changed: 2,
            behind: crate::model::Behind::default(),
            continued: false,
            since: 0,
        }),
        Query::Alike { .. } => Answer::Alike(groups().into_iter().next().map(Box::new)),
        Query::Dates(_) => {
            let mut evidence = crate::fix::dates::Evidence::default();
            evidence.add("31/12/2025", 300);
            evidence.add("01/02/2026", 41);
            Answer::Dates(Box::new(evidence))
        }
        Query::ValueRecords { .. } => Answer::ValueRecords(vec![RecordId(7), RecordId(14)]),
        Query::Values { .. } => Answer::Values(vec![
            value("office@", 371, 7),
            value("office(at)kunde.example\u{a0}", 41, 14),
        ]),
        Query::History { run } => Answer::History {
            plans: vec![plan_row()],
            steps: vec![
                step(run, 3, StepKind::Undo, "undo of step 2", false),
                step(run, 2, StepKind::Discard, "12 records: test orders", true),
                step(
                    run,
                    1,
                    StepKind::Fix,
                    "contact_email  trim, lower case",
                    false,
                ),
            ],
        },
        Query::StepFacts { step, .. } => Answer::StepFacts(Box::new(StepFacts {
            step,
            records: [7, 14, 21].map(RecordId).into(),
            sent: 0,
            examples: vec![StepExample {
                record: RecordId(7),
                path: Path::field("contact_email"),
                before: " Office@x.de".to_owned(),
                after: "office@x.de".to_owned(),
            }],
        })),
        Query::Suggest { .. } => Answer::Suggested(Vec::new()),
        Query::FixRows { window, .. } => Answer::FixRows(window.into_iter().map(fix_row).collect()),
        Query::Standing { .. } => Answer::Standing(Standing {
            current: 1_387,
            old: 0,
            not_checked: 0,
            contract: ContractState::Same,
        }),
        Query::Places { .. } => Answer::Places(vec![Place {
            name: "crm".to_owned(),
            environment: "test".to_owned(),
            target: "table customer in crm.db".to_owned(),
        }]),
    }
}

/// The values a filter can go on with.
fn offered(of: &Of) -> Offered {
    let values: &[(&str, u64)] = match of {
        Of::Key(key) if key == "is" => &[("rejected", 1_384), ("ready", 3)],
        _ => &[("DE", 702), ("FR", 110), ("AT", 61)],
    };
    Offered {
        values: (values.iter())
            .map(|(value, records)| (Item::Like((*value).to_owned()), *records))
            .collect(),
        all: true,
        whole: true,
    }
}

pub fn groups() -> Vec<Group> {
    vec![
        group(1, "Email address not complete", "/contact_email", 412),
        group(
            2,
            "Date and time not written the ISO way",
            "/created_at",
            301,
        ),
        group(3, "Deal value is not a number", "/deal_value", 214),
        group(4, "Stage not in the list", "/stage", 116),
        group(5, "Country not in the list", "/address/country", 88),
        group(6, "Line could not be read", "", 12),
        group(7, "Phone has too few digits", "/phone", 0),
    ]
}

/// The problems of the run before.
fn before() -> Vec<Group> {
    let mut before = groups();
    before.remove(1);
    before[0].records = 380;
    before[1].records = 214;
    before[2].records = 120;
    before.push(group(9, "Tax ID already taken", "/tax_id", 30));
    before
}

/// The same, as the Problems page says it.
fn since() -> Since {
    let mut since = Since {
        before: Some(older_run()),
        ..Since::default()
    };
    for one in compare(&before(), &groups(), &[]) {
        let (trend, before, last) = (one.trend, one.before, one.last_seen);
        since.new += u64::from(trend == Trend::New);
        since.gone += u64::from(trend == Trend::Gone);
        since.groups.insert(
            one.group.id,
            Seen {
                trend,
                before,
                last,
            },
        );
    }
    since
}

fn fix_row(consequence: Consequence) -> FixRow {
    let id = consequence.record.0;
    FixRow {
        consequence,
        line: id.unsigned_abs(),
        key: None,
        before: Some(format!("\"office{id}(at)kunde\"")),
        after: Some(format!("\"office{id}@kunde.example\"")),
        note: String::new(),
    }
}

fn value(text: &str, count: u64, record: i64) -> ValueCount {
    let found = Found::Text(text.to_owned());
    ValueCount {
        shape: shape_of(&found),
        found,
        count,
        record: RecordId(record),
        repair: None,
    }
}

fn step(run: RunId, id: i64, kind: StepKind, label: &str, undone: bool) -> StepRow {
    StepRow {
        id: StepId(id),
        parent: (id > 1).then(|| StepId(id - 1)),
        run,
        kind,
        author: "jana".to_owned(),
        at: format!("2025-11-20T02:4{id}:00Z"),
        label: label.to_owned(),
        records: 12,
        undone,
    }
}

fn plan_row() -> PlanRow {
    PlanRow {
        id: PlanId(1),
        destination: "crm".to_owned(),
        environment: "test".to_owned(),
        target: "table customer in crm.db".to_owned(),
        author: "jana".to_owned(),
        made_at: "2025-11-20T02:41:30Z".to_owned(),
        planned: 40,
        states: vec![(DeliveryState::Delivered, 37), (DeliveryState::Refused, 3)],
        attempts: 41,
    }
}

fn older_run() -> RunRow {
    RunRow {
        id: RunId(2),
        name: "customers-2025-11-19".to_owned(),
        statuses: vec![(Status::Accepted, 212)],
        loaded_at: "2025-11-19T02:10:00Z".to_owned(),
        rejected: 212,
        ..run()
    }
}

fn row(id: i64) -> RecordRow {
    let mut row = record(
        id,
        json!({
            "customer_id": format!("CUS-{id:07}"),
            "name": "Müller GmbH",
            "contact_email": "office@",
            "address": {"country": "DE", "city": "Köln"},
            "deal_value": 1200.5,
            "stage": "Lead",
            "created_at": "2025-11-20T02:10:00Z",
        }),
    );
    row.problems = vec![problem("/contact_email", Found::Text("office@".to_owned()))];
    match id % 5 {
        1 => {
            row.status = Status::Ready;
            row.version = 2;
            row.problems.clear();
            row.changed = vec![Path::field("contact_email")];
        }
        2 => row.problems.push(problem("/phone", Found::Missing)),
        3 => row.current = None,
        _ => {}
    }
    row
}

fn detail(id: i64) -> RecordDetail {
    let columns = ["customer_id", "name", "contact_email", "phone", "stage"];
    let text = Version {
        form: Form::Csv,
        bytes: b"CUS-1,M,office@,,Lead".to_vec(),
    };
    RecordDetail {
        loaded_at: "2025-11-20T02:10:00Z".to_owned(),
        verdict: crate::model::Freshness::Current,
        stages: Vec::new(),
        row: row(id),
        source: "customers.csv".to_owned(),
        byte: 100,
        layout: Layout::Csv {
            columns: columns.map(str::to_owned).to_vec(),
            delimiter: ',',
        },
        raw: text.clone(),
        text,
        received: row(id).current,
        history: Vec::new(),
        notes: Vec::new(),
        attempts: Vec::new(),
        has_contract: true,
    }
}

/// What is to be seen, cell by cell.
pub fn cells(app: &mut App) -> Buffer {
    let size = app.cx.size;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    terminal.draw(|frame| app.draw(frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// What is to be seen, line by line, without spaces at the ends.
pub fn picture(app: &mut App) -> String {
    let size = app.cx.size;
    let buffer = cells(app);
    let mut lines = Vec::new();
    for y in 0..size.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..size.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                line.push_str(symbol);
            }
            skip = text::width(symbol).max(skip).saturating_sub(1);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

pub fn resize(app: &mut App, width: u16, height: u16) {
    app.update(Event::Resize((width, height).into()));
}
