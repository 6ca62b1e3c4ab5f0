//! Checks 20 and 21: what a preview says is what comes, and an edit says what is wrong when it may.

use std::collections::HashMap;

use super::{
    desk::{Desk, Example},
    rounds,
};
use crate::{
    model::{Effect as Becomes, FixRow, RecordId, Status},
    ops::{self, FixPreview, Workspace},
    tui::{event::JobRequest, keymap::Mode},
};

/// The ways to choose records, from the Problems page to Fix all.
const SCOPES: [(&str, &str); 3] = [
    ("all with the problem", "b"),
    ("those of a filter", "<ret>/row:1..90<ret>b"),
    ("those that are marked", "<ret> <Down><Down> b<ret>"),
];

/// The state of every record: text and status.
fn states(desk: &Desk) -> HashMap<RecordId, (i64, Status)> {
    let rows = ops::rows(&desk.workspace, &desk.ids()).unwrap();
    let state = |row: &crate::model::RecordRow| (row.id, (row.version, row.status));
    rows.iter().map(state).collect()
}

/// Applies the choice under the cursor and holds what comes against what was said. Says whether there was anything to apply.
fn keeps_its_word(desk: &mut Desk, again: &Desk, place: &str) -> bool {
    let before = states(desk);
    let text_before = desk.export();
    desk.types("<ret>");
    if desk.app.mode() == Mode::Typing {
        // A value that is asked for.
        desk.types("1=2<ret>");
    }
    assert!(
        desk.export() == text_before,
        "{place}: a preview changes nothing"
    );
    desk.types("A");
    let Some(JobRequest::Fix { preview, .. }) = desk.started.last().cloned() else {
        return false;
    };
    let after = states(desk);
    let mut counted = [0; 3];
    for one in &preview.consequences {
        let (version, status) = after[&one.record];
        let (version_before, status_before) = before[&one.record];
        let record = format!("{place}: record {}, {:?}", one.record, one.effect);
        match one.effect {
            Becomes::Unchanged => {
                assert_eq!(
                    (version, status),
                    (version_before, status_before),
                    "{record}"
                );
                counted[0] += 1;
            }
            Becomes::Ready => {
                assert_eq!(status, Status::Ready, "{record}");
                assert_ne!(version, version_before, "{record}");
                counted[1] += 1;
            }
            _ => {
                assert_eq!(status, Status::Rejected, "{record}");
                counted[2] += 1;
            }
        }
    }
    let report = &preview.report;
    assert_eq!(counted[0], report.unchanged, "{place}");
    assert_eq!(counted[1], report.ready, "{place}");
    assert_eq!(counted.iter().sum::<u64>(), report.scope, "{place}");
    let within = |id: &RecordId| preview.consequences.iter().any(|one| one.record == *id);
    for (id, state) in before.iter().filter(|(id, _)| !within(id)) {
        assert_eq!(after[id], *state, "{place}: record {id} is outside");
    }
    for row in said(&again.workspace, &preview) {
        let id = row.consequence.record;
        let now = ops::rows(&desk.workspace, &[id]).unwrap().remove(0);
        let now = now.current.as_ref();
        let value = now.and_then(|now| now.pointer(preview.request.field.as_str()));
        let value = value.map(ToString::to_string);
        assert_eq!(
            value, row.after,
            "{place}: record {id}, was {:?}",
            row.before
        );
    }
    true
}

/// The first hundred rows of a preview, as they were shown before it was applied.
fn said(untouched: &Workspace, preview: &FixPreview) -> Vec<FixRow> {
    let window: Vec<_> = preview.consequences.iter().take(100).copied().collect();
    ops::fix_rows(untouched, preview, &window).unwrap()
}

#[test]
fn what_is_previewed_is_what_comes_for_every_method_and_every_choice_of_records() {
    let example = Example::new(150);
    let untouched = example.desk("untouched");
    for ((scope, keys), step) in SCOPES.into_iter().zip([1, 5, 7]) {
        let mut applied = 0;
        for problem in 0..rounds(1) {
            for method in (0..22).step_by(step) {
                let place = format!("{scope}, problem {problem}, method {method}");
                let mut desk = example.desk("preview");
                desk.types(&"<Down>".repeat(problem));
                desk.types(keys);
                desk.types(&"<Down>".repeat(method));
                if keeps_its_word(&mut desk, &untouched, &place) {
                    applied += 1;
                }
            }
        }
        println!("{scope}: {applied} fixes");
        assert!(applied > 0, "{scope}: nothing was changed");
    }
}

#[test]
fn nothing_is_called_wrong_while_one_types_and_what_is_right_is_said_at_once() {
    let example = Example::new(60);
    let mut desk = example.desk("typing");
    // The first problem is a phone number that is not written as it should be.
    desk.types("<ret><ret><ret>");
    assert!(desk.sees().contains("Editing "), "{}", desk.sees());
    desk.types("<Ctrl+U>");
    desk.types("+1");
    let typing = desk.sees();
    desk.waits(50);
    assert_eq!(desk.sees(), typing, "nothing is said yet");
    desk.waits(500);
    assert_ne!(desk.sees(), typing, "it is said what is wrong");
    desk.types("5185550142");
    assert!(
        desk.sees().contains("1 problem left after this"),
        "{}",
        desk.sees()
    );
    desk.types("x<ret>");
    assert!(desk.sees().contains("Enter Save anyway"), "{}", desk.sees());
}
