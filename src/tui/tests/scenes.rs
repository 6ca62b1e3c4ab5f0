//! Every page, and all that can lie over one, in a made-up run whose jobs are done as soon as they are started.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use crossterm::event::KeyEvent;
use ratatui::layout::Size;
use serde_json::json;

use crate::{
    check::suggest::Suggestion,
    model::{
        AsideReport, ChangeReport, DeliveryState, FixReport, PlanId, RecordId, Refusal, RunId,
        SendReport, StepId, Tally, Try, UndoReport, WentBack,
    },
    ops::{Filters, Flow, Logged, Progress, SendProgress, Turn, Waits, Why},
    tui::{
        app::App,
        event::{Answer, Effect, Event, JobRequest, Outcome, Query, Route, Wish},
        keymap::Keys,
        testing::{answer, app_with_keys, parse, preview, suggested},
    },
};

/// What a person can have before them, and the keys that lead there from the Problems page.
pub const SCENES: &[(&str, &str)] = &[
    ("problems", ""),
    ("the other panel of problems", "z"),
    ("the tabs", "<Up>"),
    ("records of a problem", "<ret>"),
    ("all records", "2"),
    ("a cell", "<ret><Right>"),
    ("marked records", "<ret> "),
    ("a filtered list", "2/country:DE<ret>"),
    ("an empty list", "2/country:DE stage:parse<ret>"),
    ("the filter prompt", "2/country"),
    ("a cell being edited", "<ret><Right>e"),
    ("suggestions in a cell", "<ret><Right>e<Down>"),
    ("a record", "<ret><ret>"),
    ("a record that is ready", "<ret><Down><Down><ret>"),
    ("a field being edited", "<ret><ret><ret>"),
    ("a field of other text", "<ret><ret><ret>x"),
    ("suggestions", "<ret><ret><ret><Down>"),
    ("save anyway", "<ret><ret><ret>x<ret>"),
    ("an unreadable record", "<ret><Down><Down><Down><ret>"),
    ("a line being edited", "<ret><Down><Down><Down><ret><ret>"),
    ("fix all", "b"),
    ("fix all, a value being typed", "b<Down><ret>x"),
    ("fix all, previewed", "b<ret>"),
    ("fix all, its records", "b<ret><Tab>"),
    ("fix all, done", "b<ret>A"),
    ("values", "v"),
    ("the run before", "D"),
    ("review", "3"),
    ("nothing being sent", "4"),
    ("a send", "S<Right><ret>"),
    ("the log of a send", "S<Right><ret>L"),
    ("fix all while a send goes on", "S<Right><ret>1b"),
    ("runs", ".another<ret>"),
    ("a file to open", ".another<ret>:open a<ret>"),
    (
        "a contract to check it against",
        ".another<ret>:open a<ret>in.csv<ret>",
    ),
    ("history", "5"),
    ("an older step", "5<Down><Down><Down>"),
    ("the palette over history", "5:"),
    ("help", "?"),
    ("help, searched", "?fix"),
    ("help while typing", "<ret><ret><ret><F1>"),
    ("the menu", "."),
    ("the menu of a record", "<ret><ret>."),
    ("commands", ":"),
    ("commands, none found", ":zzz"),
    ("what to copy", "<ret><ret>y"),
    ("columns", "<ret>c"),
    ("what to sort by", "<ret>s"),
    ("which records to fix", "<ret> b"),
    ("which records to set aside", "<ret> x"),
    ("why to set aside", "<ret><ret>x"),
    ("why a field is wrong", "<ret><ret>i"),
    ("why a problem is there", "i"),
    ("a note", "m"),
    ("a report", "E"),
    ("send or not", "S"),
    ("stop or not", "S<Right><ret>X"),
    ("leave or not", "q"),
];

/// Whether something lies over the page.
pub fn is_covered(app: &App) -> bool {
    app.overlay.is_some()
}

/// Where all scenes begin, for somebody with these keys.
pub fn reached(keys: Keys) -> App {
    app_with_keys(Route::Groups { run: RunId(1) }, (100, 30), keys)
}

/// Somebody who went there.
pub fn at(keys: &str, size: (u16, u16)) -> App {
    let mut app = reached(Keys::default());
    play(&mut app, keys);
    let effects = app.update(Event::Resize(Size::from(size)));
    settle(&mut app, effects);
    app
}

/// Types keys. Gives all that was asked, wished for and started.
pub fn play(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut all = Vec::new();
    for key in parse(keys) {
        all.extend(strike(app, key));
    }
    all
}

/// Presses one key, and waits until all that follows is over.
pub fn strike(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let effects = app.update(Event::Key(key));
    settle(app, effects)
}

/// Waits until all that these lead to is over. Gives it.
pub fn settle(app: &mut App, effects: Vec<Effect>) -> Vec<Effect> {
    let mut all = effects.clone();
    let mut waiting = VecDeque::from(effects);
    while let Some(effect) = waiting.pop_front() {
        let event = match effect {
            Effect::Ask(ticket, query) => Event::Answer(ticket, Ok(few(query))),
            Effect::Change(ticket, wish) => Event::Answer(ticket, Ok(done(&wish))),
            Effect::Start(request) => come(&request),
            _ => continue,
        };
        let more = app.update(event);
        all.extend(more.iter().cloned());
        waiting.extend(more);
    }
    all
}

/// The made-up answers, but for a list of a dozen, a value that can be repaired and a problem that can be fixed.
pub fn few(query: Query) -> Answer {
    let asks_for_help = matches!(query, Query::Suggest { .. });
    match (asks_for_help, answer(query)) {
        (
            _,
            Answer::Ids {
                run,
                mut ids,
                unknown,
            },
        ) => {
            ids.truncate(12);
            Answer::Ids { run, ids, unknown }
        }
        (_, Answer::Preview(mut preview)) => {
            preview.suggestions = vec![Suggestion {
                value: json!("office@example.com"),
                why: "nearest allowed value",
            }];
            Answer::Preview(preview)
        }
        (true, _) => Answer::Suggested(suggested()),
        (_, other) => other,
    }
}

fn undone() -> UndoReport {
    UndoReport {
        step: StepId(3),
        label: "trim".to_owned(),
        records: 12,
        skipped: Vec::new(),
        is_next: true,
    }
}

fn done(wish: &Wish) -> Answer {
    let undone = undone();
    match wish {
        Wish::Undo | Wish::UndoStep { .. } => Answer::Undone(undone),
        Wish::Redo => Answer::Redone(undone),
        Wish::Recipe { file, .. } => Answer::Reported(file.clone()),
        Wish::KeepFilter { .. } | Wish::SaveView { .. } | Wish::RemoveView { .. } => {
            Answer::Filters(Filters::default(), "Saved.".to_owned())
        }
        Wish::ClaimEdit { .. }
        | Wish::ReleaseEdit
        | Wish::KeepVisit(..)
        | Wish::KeepDraft(_)
        | Wish::DropDrafts { .. }
        | Wish::Decide(..) => Answer::Told,
        Wish::Note { .. } => Answer::Noted,
        Wish::Report { file, .. } => Answer::Reported(file.clone()),
        Wish::Edit { .. }
        | Wish::EditAsSuggested { .. }
        | Wish::Accept { .. }
        | Wish::Check { .. } => Answer::Changed(ChangeReport {
            checked: 1,
            ready: 1,
            step: Some(StepId(4)),
            ..ChangeReport::default()
        }),
    }
}

/// What comes of a job: its end, but a send goes on for ever.
fn come(request: &JobRequest) -> Event {
    Event::Finished(Ok(match request {
        JobRequest::Send { .. } => return Event::Progress(sending()),
        JobRequest::GiveBack { .. } => Outcome::GivenBack(SendReport {
            given_back: 3,
            ..SendReport::default()
        }),
        JobRequest::FixPreview(request) => Outcome::FixPreviewed(Some(preview(request, 7))),
        JobRequest::Fix { .. } => Outcome::Fixed(FixReport {
            scope: 5,
            changed: 4,
            ready: 2,
            ..FixReport::default()
        }),
        JobRequest::Aside { reason, .. } => Outcome::Aside {
            report: AsideReport {
                records: 1,
                step: Some(StepId(4)),
                ..AsideReport::default()
            },
            back: reason.is_none(),
        },
        JobRequest::Check { .. } => Outcome::Checked(ChangeReport::default()),
        JobRequest::Load { .. } | JobRequest::Demo => {
            return Event::Finished(Err(anyhow::anyhow!("there is nothing to load")));
        }
        JobRequest::Turn { what, .. } => Outcome::Turned {
            report: undone(),
            is_redo: matches!(what, Turn::Redo(_)),
        },
        JobRequest::GoBack { .. } => Outcome::WentBack(WentBack {
            steps: 2,
            of: 2,
            records: 14,
            is_stopped: false,
        }),
    }))
}

/// A send that waits for a sick destination, half done.
pub fn sending() -> Progress {
    let one = |record, outcome, code: &str| {
        Logged::Try(Try {
            at: "2025-11-20T02:53:41Z".to_owned(),
            record: RecordId(record),
            key: None,
            outcome,
            code: code.to_owned(),
            duration_ms: Some(290),
            again_at: None,
        })
    };
    let sending = SendProgress {
        plan: PlanId(3),
        destination: "crm".to_owned(),
        tally: Tally {
            waiting: 579,
            in_flight: 8,
            sent: 571,
            refused: 29,
            again: 12,
            unknown: 0,
        },
        flow: Flow::Waiting(Waits {
            why: Why::Sick { failed: 5, of: 20 },
            time: Duration::from_secs(23),
        }),
        speed: 6.2,
        limit: 10,
        elapsed: Duration::from_secs(97),
        left: Some(Duration::from_secs(110)),
        refusals: vec![Refusal {
            code: "http 409".to_owned(),
            message: "Tax ID already exists there".to_owned(),
            pattern: "Tax ID already exists there".to_owned(),
            records: 29,
            came_back: true,
        }],
        log: vec![
            one(790, DeliveryState::Delivered, ""),
            one(792, DeliveryState::Refused, "http 409"),
        ],
        took: Some((Duration::from_millis(310), Duration::from_millis(4_200))),
    };
    Progress {
        done: 600,
        total: Some(1_199),
        records: 600,
        waits: None,
        sending: Some(Arc::new(sending)),
    }
}

/// The end of that send.
pub fn sent() -> Event {
    Event::Finished(Ok(Outcome::Sent(SendReport {
        planned: 1_199,
        accepted: 1_199,
        ..SendReport::default()
    })))
}

/// Whether an effect changes more than one record, sends, or stops what is under way.
pub fn is_bulk(effect: &Effect) -> bool {
    match effect {
        // A file that was named is one thing, and the demo is made beside, in a workspace of its own.
        Effect::Start(request) => !matches!(
            request,
            JobRequest::FixPreview(_) | JobRequest::Load { .. } | JobRequest::Demo
        ),
        Effect::Cancel(_) => true,
        Effect::Change(_, wish) => matches!(wish, Wish::UndoStep { .. } | Wish::Undo | Wish::Redo),
        _ => false,
    }
}
