//! Made-up rows, and a person at the keys, for the tests of the screen.

mod rows;

use std::collections::{HashMap, VecDeque};

use crossterm::event::KeyEvent;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, layout::Position};

use self::rows::{
    before, counted, detail, fix_row, offered, place, plan_row, row, run_facts, since, value,
    why_wrong,
};
pub use self::rows::{
    conflict, group, groups, older_run, preview, problem, record, review, run, step, suggested,
};
use super::{
    app::{App, Setup},
    clock::Clock,
    event::{Answer, Copied, Effect, Event, Query, Route},
    keymap::{self, Keys},
    theme::Theme,
};
use crate::{
    filter::{FilterError, Term},
    model::{
        Comparison, Path, Plan, RecordId, Refusal, RunId, RunRow, StepExample, StepFacts, StepId,
        StepKind, Wants, compare,
    },
    ops::{
        Completed, ContractState, Filters, Made, MadeBy, Named, Preview, Standing, ToSend, Turns,
    },
    text,
};

/// An app on this route, with the answers it waits for first.
pub fn app(route: Route, size: (u16, u16)) -> App {
    opened(route, size, Keys::default(), &answer)
}

/// The same with other answers.
pub fn app_with(route: Route, size: (u16, u16), answer: &dyn Fn(Query) -> Answer) -> App {
    opened(route, size, Keys::default(), answer)
}

/// The same with other keys.
pub fn app_with_keys(route: Route, size: (u16, u16), keys: Keys) -> App {
    opened(route, size, keys, &answer)
}

fn opened(route: Route, size: (u16, u16), keys: Keys, answer: &dyn Fn(Query) -> Answer) -> App {
    let (mut app, effects) = begun(route, size, keys);
    feed_with(&mut app, effects, answer);
    app
}

/// An app on this route, and what it asks for first.
pub fn begun(route: Route, size: (u16, u16), keys: Keys) -> (App, Vec<Effect>) {
    let setup = Setup {
        route,
        size: size.into(),
        theme: Theme::default(),
        keys,
        clock: Clock::default(),
        read_only: false,
        workspace: "redrive.db".to_owned(),
        mouse: true,
        suspends: false,
        slow_link: false,
        tickets: 0,
        from: None,
        notice: None,
        at: None,
        opens: false,
    };
    App::open(setup)
}

/// The Problems page of the made-up run.
pub fn problems(size: (u16, u16)) -> App {
    app(Route::Groups { run: RunId(1) }, size)
}

/// The records of its first problem.
pub fn records(size: (u16, u16)) -> App {
    let mut app = problems(size);
    press(&mut app, "<ret>");
    app
}

/// Fails, with the picture, unless the screen shows these words.
#[track_caller]
pub fn shows(app: &mut App, words: &str) {
    let picture = picture(app);
    assert!(picture.contains(words), "{words}\n{picture}");
}

/// Fails, with the picture, if the screen shows these words.
#[track_caller]
pub fn shows_not(app: &mut App, words: &str) {
    let picture = picture(app);
    assert!(!picture.contains(words), "{words}\n{picture}");
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

/// The fix stands, and the setting aside was undone.
fn turns() -> Turns {
    Turns {
        undo: Some(StepId(1)),
        redo: Some(StepId(2)),
    }
}

/// Records that were refused alike.
pub fn refusal(message: &str, records: u64) -> Refusal {
    Refusal {
        code: "http 409".to_owned(),
        message: message.to_owned(),
        pattern: message.to_owned(),
        records,
        came_back: records > 10,
    }
}

/// What is ready to be sent of a run.
pub fn plan(run: RunId) -> Plan {
    Plan {
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
    }
}

/// The same, with what made the records what they are.
pub fn to_send(run: RunId) -> ToSend {
    let made = |by, records| Made { by, records };
    let step = MadeBy::Step {
        label: "stage  lower case".to_owned(),
        author: "jana".to_owned(),
        at: String::new(),
    };
    ToSend {
        plan: plan(run),
        made: vec![made(step, 2), made(MadeBy::Received, 1)],
    }
}

pub fn answer(query: Query) -> Answer {
    let id = |id: &RecordId| id.0;
    match query {
        Query::Runs => Answer::Runs(vec![run(), older_run()]),
        Query::RunFacts { .. } => Answer::RunFacts(Box::new(run_facts())),
        Query::InWork => Answer::InWork(Vec::new()),
        Query::Named { typed, .. } => Answer::Named(Named::Input {
            path: typed.into(),
            contract: None,
        }),
        Query::Completed { typed } => Answer::Completed(Completed {
            longest: format!("{typed}orders-"),
            names: vec!["orders-1.csv".to_owned(), "orders-2.csv".to_owned()],
            typed,
        }),
        Query::Groups { run: id } => Answer::Groups {
            run: RunRow { id, ..run() },
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
        Query::Visit { .. } => Answer::Visit(None),
        Query::Visits => Answer::Visits(vec![(RunId(1), "2025-11-20T02:55:00Z".to_owned())]),
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
        Query::WhyWrong(at) => Answer::WhyWrong(Box::new(why_wrong(&at))),
        Query::CountAside(filter) => Answer::Counted(counted(*filter)),
        Query::Version => Answer::Version(1),
        Query::EditClaims => Answer::EditClaims(Vec::new()),
        Query::Turns => Answer::Turns(turns()),
        Query::Unsaved { run } => Answer::Unsaved(run, Vec::new()),
        Query::Drafts { .. } => Answer::Drafts(Vec::new()),
        Query::Record { id } => Answer::Record(Box::new(detail(id.0))),
        Query::Preview { id, .. } => {
            let record = detail(id.0);
            Answer::Preview(Box::new(Preview {
                text: record.text,
                problems: record.row.problems,
                current: record.row.current,
                wants: Wants::default(),
                readings: Vec::new(),
                suggestions: Vec::new(),
                refusal: None,
                closed: None,
                stages: Vec::new(),
            }))
        }
        Query::Plan { run, .. } => Answer::Plan(plan(run)),
        Query::ToSend { run, .. } => Answer::ToSend(Box::new(to_send(run))),
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
            sent: HashMap::new(),
            turns: turns(),
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
            examples: vec![StepExample {
                record: RecordId(7),
                path: Path::field("contact_email"),
                before: " Office@x.de".to_owned(),
                after: "office@x.de".to_owned(),
            }],
        })),
        Query::Suggest { .. } => Answer::Suggested(Vec::new()),
        Query::ChangedSince(_) => Answer::ChangedSince(0),
        Query::FixRows(_, window, _) => Answer::FixRows(window.into_iter().map(fix_row).collect()),
        Query::Standing { .. } => Answer::Standing(Standing {
            current: 1_387,
            old: 0,
            not_checked: 0,
            contract: ContractState::Same,
        }),
        Query::Places { .. } => Answer::Places(vec![place()]),
    }
}

/// What is to be seen, cell by cell.
pub fn cells(app: &mut App) -> Buffer {
    let size = app.cx.size;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    terminal.draw(|frame| app.draw(frame)).unwrap();
    app.cx.now.into_iter().for_each(|now| app.drawn(now));
    terminal.backend().buffer().clone()
}

/// Where the terminal's own cursor stands, and what is to be seen; fails where it stands nowhere.
#[track_caller]
pub fn cursor(app: &mut App) -> (Position, Buffer) {
    let size = app.cx.size;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    terminal.draw(|frame| app.draw(frame)).unwrap();
    let backend = terminal.backend();
    let picture = || rows_of(backend.buffer()).join("\n");
    assert!(backend.cursor_visible(), "{}", picture());
    (backend.cursor_position(), backend.buffer().clone())
}

/// What is to be seen, line by line, without spaces at the ends.
pub fn picture(app: &mut App) -> String {
    rows_of(&cells(app)).join("\n")
}

/// The rows of what was drawn, without spaces at the ends.
pub fn rows_of(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let mut rows = Vec::new();
    for y in 0..area.height {
        let mut row = String::new();
        let mut skip = 0;
        for x in 0..area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                row.push_str(symbol);
            }
            skip = text::width(symbol).max(skip).saturating_sub(1);
        }
        rows.push(row.trim_end().to_owned());
    }
    rows
}

pub fn resize(app: &mut App, width: u16, height: u16) {
    app.update(Event::Resize((width, height).into()));
}
