//! What a person is asked to write before records are set aside, and for a note.

use crate::{
    filter::Filter,
    model::{Group, NoteAbout, RecordId, RecordRow, RunId, Status},
    text,
    tui::{
        action::Action,
        event::{Aside, Effect, JobRequest, Needs, Wanting},
        keymap::Keys,
        overlays::asked_aside,
        pages::editor::frozen,
    },
};

/// Asks why the records of a problem are set aside.
pub(super) fn aside_of_group(group: &Group) -> Effect {
    let filter = Filter::of_group(group.run, group.id);
    Effect::Prompt(reason_for(group.open, filter, Some(&group.title)))
}

/// Asks why a record is set aside; takes it back where it is, and says why where it can be neither.
pub(super) fn aside_of_record(row: &RecordRow, keys: Keys) -> Effect {
    if row.status == Status::Discarded {
        let filter = Filter::of_record(row.run, row.id);
        return Effect::Start(JobRequest::Aside {
            filter: Box::new(filter),
            reason: None,
            counted: None,
        });
    }
    if let Some(why) = frozen(false, row.status) {
        return Effect::Say(why.to_owned());
    }
    reason_for_record(row.run, row.id, keys)
}

/// Asks why a record is set aside.
pub(super) fn reason_for_record(run: RunId, id: RecordId, keys: Keys) -> Effect {
    let filter = Filter::of_record(run, id);
    Effect::Prompt(Wanting {
        title: format!("Set aside record {id}?"),
        body: format!(
            "It is neither fixed nor sent until somebody takes it back with {}.",
            keys.of(Action::SetAside)
        ),
        label: "Reason".to_owned(),
        verb: "Set aside".to_owned(),
        needs: Needs::Reason(Aside {
            filter,
            counted: Some([id].into()),
        }),
    })
}

/// Asks why these records, so many, are set aside.
pub(super) fn aside_of_many(records: u64, filter: Filter) -> Effect {
    Effect::Prompt(reason_for(records, filter, None))
}

/// What is asked before these records, so many, are set aside; of all that have one problem, with its title.
pub(in crate::tui) fn reason_for(records: u64, filter: Filter, problem: Option<&str>) -> Wanting {
    let problem = problem.map(|title| format!("{}. ", text::safe(title)));
    let problem = problem.unwrap_or_default();
    Wanting {
        title: asked_aside(records),
        body: format!("{problem}They are neither fixed nor sent until somebody takes them back."),
        label: "Reason".to_owned(),
        verb: "Set aside".to_owned(),
        needs: Needs::Reason(Aside {
            filter,
            counted: None,
        }),
    }
}

pub(super) fn note_on_group(group: &Group) -> Effect {
    note(
        "A note on this problem",
        text::safe(&group.title).into_owned(),
        NoteAbout::Group(group.id),
    )
}

pub(super) fn note_on_record(row: &RecordRow) -> Effect {
    let title = format!("A note on record {}", row.id);
    let body = "`redrive show` prints it with the record.".to_owned();
    note(&title, body, NoteAbout::Record(row.id))
}

/// Asks for the file a report on the run is written to.
pub(in crate::tui) fn report_on(run: RunId) -> Effect {
    Effect::Prompt(Wanting {
        title: "A report on this run".to_owned(),
        body: "Markdown for a ticket, or a page with charts where the name ends in .html. It holds shapes, not values."
            .to_owned(),
        label: "File".to_owned(),
        verb: "Write it".to_owned(),
        needs: Needs::Report(run),
    })
}

fn note(title: &str, body: String, about: NoteAbout) -> Effect {
    Effect::Prompt(Wanting {
        title: title.to_owned(),
        body,
        label: "Note".to_owned(),
        verb: "Write it down".to_owned(),
        needs: Needs::Note(about),
    })
}
