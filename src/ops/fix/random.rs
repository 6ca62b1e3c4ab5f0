//! Random work on a workspace against a model in memory: a stack of states, of which an undo takes the top away and a redo brings
//! it back. After every step the workspace's own check of itself holds.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    fix::{
        Change,
        transforms::{
            case::{Case, To},
            map::Map,
            remove::Remove,
            replace::Replace,
            set::Set,
        },
    },
    ops::{discard, edit, redo, restore, testing::Desk, undo, verify},
};

const FIELDS: [&str; 4] = ["/id", "/email", "/age", "/stage"];

#[derive(Clone, Debug)]
enum Work {
    Edit(i64, usize, String),
    Fix(usize, Transform),
    Discard(i64, i64),
    Restore,
    Check,
    Undo,
    Redo,
}

fn value() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "", "A1", "A2", "a@b.de", "foo@", "12", "30", "Open", "open", "x\"y", "a,b", "ü",
    ])
    .prop_map(str::to_owned)
}

fn transform() -> impl Strategy<Value = Transform> {
    prop_oneof![
        value().prop_map(|to| Transform::Set(Set { to })),
        Just(Transform::Case(Case { to: To::Upper })),
        Just(Transform::Remove(Remove {})),
        (value(), value()).prop_map(|(old, new)| Transform::Map(Map {
            values: [(old, new)].into()
        })),
        Just(Transform::Replace(Replace {
            find: "A".to_owned(),
            with: "B".to_owned(),
            whole: false,
            ignore_case: true,
        })),
    ]
}

fn work() -> impl Strategy<Value = Work> {
    prop_oneof![
        3 => (1..=5i64, 0..4usize, value()).prop_map(|(id, field, to)| Work::Edit(id, field, to)),
        4 => (0..4usize, transform()).prop_map(|(field, transform)| Work::Fix(field, transform)),
        1 => (1..=5i64, 1..=5i64).prop_map(|(a, b)| Work::Discard(a.min(b), a.max(b))),
        1 => Just(Work::Restore),
        1 => Just(Work::Check),
        3 => Just(Work::Undo),
        2 => Just(Work::Redo),
    ]
}

/// What is to be seen of every record.
type State = BTreeMap<i64, String>;

fn state(desk: &Desk) -> State {
    (1..=5).map(|id| (id, desk.look(id))).collect()
}

fn all() -> Filter {
    Filter::default()
}

/// Does one thing; whether it made a step.
fn perform(desk: &mut Desk, work: &Work) -> bool {
    let job = Job::default();
    let path = |field: usize| Path::parse(FIELDS[field]).unwrap();
    match work {
        Work::Edit(id, field, text) => {
            let change = Change::Text {
                path: path(*field),
                text: text.clone(),
            };
            // A record that is set aside is not edited.
            edit(&mut desk.workspace, RecordId(*id), &[change], None)
                .is_ok_and(|report| report.step.is_some())
        }
        Work::Fix(field, transform) => {
            let request = FixRequest::new(all(), path(*field), vec![transform.clone()]);
            let preview = preview_fix(&desk.workspace, &request, &job)
                .unwrap()
                .unwrap();
            let report = apply_fix(&mut desk.workspace, &preview, &BTreeSet::new(), &job).unwrap();
            assert_eq!(report.changed, preview.report.changed);
            assert_eq!(report.ready, preview.report.ready);
            report.step.is_some()
        }
        Work::Discard(first, last) => {
            let rows = Filter::parse(&format!("row:{first}..{last}")).unwrap();
            discard(&mut desk.workspace, &rows, "", None, &job)
                .unwrap()
                .step
                .is_some()
        }
        Work::Restore => restore(&mut desk.workspace, &all(), &job)
            .unwrap()
            .step
            .is_some(),
        Work::Check => desk.check(None).unwrap().step.is_some(),
        Work::Undo | Work::Redo => false,
    }
}

fn holds(desk: &Desk, received: &State) {
    for finding in verify(&desk.workspace).unwrap() {
        assert!(finding.ok, "{finding:?}");
    }
    let run = desk.workspace.store.run(RunId(1)).unwrap();
    let sum: u64 = run.statuses.iter().map(|(_, count)| count).sum();
    assert_eq!(sum, 5);
    for id in 1..=5 {
        let record = desk.workspace.store.record(RecordId(id)).unwrap();
        let raw = String::from_utf8_lossy(&record.raw().bytes).into_owned();
        assert_eq!(Some(&raw), received.get(&id));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_is_done_is_undone_to_the_byte(all in prop::collection::vec(work(), 1..14)) {
        let lines = [
            "A1,a@b.de,30,Open",
            "A2,foo@,12,open",
            "A1,c@b.de,30,Shut",
            "A4,,x,Open",
            "A5,\"e,@b.de\",30,",
        ];
        let mut desk = Desk::checked(&lines);
        let received: State = (1..).zip(lines.map(str::to_owned)).collect();
        let mut done = vec![state(&desk)];
        let mut undone: Vec<State> = Vec::new();
        for work in &all {
            match work {
                // The check that Desk begins with is the first step, and stays.
                Work::Undo if done.len() > 1 => {
                    undo(&mut desk.workspace, None).unwrap();
                    undone.extend(done.pop());
                }
                Work::Redo if !undone.is_empty() => {
                    redo(&mut desk.workspace).unwrap();
                    done.extend(undone.pop());
                }
                Work::Undo | Work::Redo => {}
                work => {
                    if perform(&mut desk, work) {
                        done.push(state(&desk));
                        undone.clear();
                    }
                }
            }
            prop_assert_eq!(Some(&state(&desk)), done.last(), "after {:?}", work);
            holds(&desk, &received);
        }
        while done.len() > 1 {
            undo(&mut desk.workspace, None).unwrap();
            done.pop();
            prop_assert_eq!(Some(&state(&desk)), done.last());
        }
        holds(&desk, &received);
    }
}
