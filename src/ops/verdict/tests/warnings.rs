//! Rules that warn and do not reject, and the owners of rules.

use super::*;
use crate::{
    fix::Change,
    model::{ChangeReport, Path, Severity},
    ops::{
        self, accept, edit, redo,
        testing::{CONTRACT, Desk},
        undo,
    },
    store::testing::problem,
};

/// Sales are warned of everything that is not open.
fn warning(owner: &str) -> String {
    format!(
        "{CONTRACT}\n[[rule]]\nid = \"OPEN\"\nassert = \"record.stage == 'Open'\"\nmessage = \"It is closed.\"\n\
         fields = [\"/stage\"]\nseverity = \"warning\"\nowner = \"{owner}\"\n"
    )
}

fn desk(lines: &[&str]) -> Desk {
    let mut desk = Desk::csv(lines);
    desk.check_against(&warning("sales")).unwrap();
    desk
}

fn set(desk: &mut Desk, id: i64, field: &str, text: &str) -> ChangeReport {
    let change = Change::Text {
        path: Path::field(field),
        text: text.to_owned(),
    };
    edit(&mut desk.workspace, RecordId(id), &[change], None).unwrap()
}

fn sound(desk: &Desk) {
    for finding in ops::verify(&desk.workspace).unwrap() {
        assert!(finding.ok, "{finding:?}");
    }
}

#[test]
fn only_what_is_no_warning_rejects() {
    let check = |severities: &[Severity], expected: Status| {
        let problems: Vec<Problem> = (severities.iter())
            .map(|severity| Problem {
                severity: *severity,
                ..problem("x", "/x")
            })
            .collect();
        assert_eq!(status(&problems), expected, "{severities:?}");
    };
    let (error, warning) = (Severity::Error, Severity::Warning);
    check(&[], Status::Ready);
    check(&[warning, warning], Status::Ready);
    check(&[warning, error], Status::Rejected);
    check(&[error], Status::Rejected);
}

#[test]
fn a_record_becomes_ready_with_its_warnings_and_an_undo_takes_that_back() {
    let mut desk = desk(&["A1,foo@,30,Closed"]);
    let rejected = "A1,foo@,30,Closed | rejected | format@/email OPEN@/stage";
    let ready = "A1,a@b.de,30,Closed | ready | OPEN@/stage";
    assert_eq!(desk.look(1), rejected);
    let report = set(&mut desk, 1, "email", "a@b.de");
    assert_eq!((report.ready, report.still_rejected), (1, 0));
    assert_eq!(desk.look(1), ready);
    sound(&desk);
    undo(&mut desk.workspace, None).unwrap();
    assert_eq!(desk.look(1), rejected);
    redo(&mut desk.workspace).unwrap();
    assert_eq!(desk.look(1), ready);
    assert_eq!(desk.check(None).unwrap().step, None);
    let report = set(&mut desk, 1, "email", "foo@");
    assert_eq!(report.newly_broken, 1);
    sound(&desk);
}

#[test]
fn a_rule_that_only_warns_from_now_on_makes_its_records_ready() {
    let mut desk = Desk::checked(&["A1,a@b.de,12,Open"]);
    assert_eq!(desk.look(1), "A1,a@b.de,12,Open | rejected | ADULT@/age");
    let lenient = format!("{CONTRACT}severity = \"warning\"\n");
    assert_eq!(desk.check_against(&lenient).unwrap().ready, 1);
    assert_eq!(desk.look(1), "A1,a@b.de,12,Open | ready | ADULT@/age");
    sound(&desk);
    let report = desk.check_against(CONTRACT).unwrap();
    assert_eq!(report.newly_broken, 1);
    sound(&desk);
}

#[test]
fn uniqueness_that_is_decided_again_leaves_warnings_alone() {
    let mut desk = desk(&["K,a@b.de,30,Closed", "K,b@b.de,30,Closed"]);
    let second = "K,b@b.de,30,Closed | rejected | unique@/id OPEN@/stage";
    assert_eq!(desk.look(1), "K,a@b.de,30,Closed | ready | OPEN@/stage");
    assert_eq!(desk.look(2), second);
    set(&mut desk, 1, "id", "L");
    assert_eq!(desk.look(2), "K,b@b.de,30,Closed | ready | OPEN@/stage");
    set(&mut desk, 1, "id", "K");
    assert_eq!(desk.look(2), second);
    sound(&desk);
}

#[test]
fn a_person_who_sends_again_what_was_refused_keeps_its_warnings() {
    let mut desk = desk(&["A1,a@b.de,30,Closed"]);
    let record = desk.workspace.store.record(RecordId(1)).unwrap();
    let mut refused = crate::store::RecordChange {
        record: record.id,
        version: record.version,
        text: None,
        status: Status::Rejected,
        key: record.key,
        unique: BTreeMap::new(),
        problems: record.problems,
        checked: true.into(),
    };
    refused.problems.push(Problem {
        stage: Stage::Send,
        ..problem("http 409", "")
    });
    let entry = crate::store::Entry {
        run: record.run,
        kind: crate::model::StepKind::Check,
        author: "ann",
        at: crate::store::testing::NOW,
        label: "as if sent",
        contract: None,
        under: None,
        confirmed: &[],
        seen: None,
        what: None,
    };
    (desk.workspace.store)
        .apply(&entry, &[refused], &|problem: &Problem| {
            problem.code.clone()
        })
        .unwrap();
    let both = "A1,a@b.de,30,Closed | rejected | OPEN@/stage http 409@";
    assert_eq!(desk.look(1), both);
    assert_eq!(desk.check(None).unwrap().still_rejected, 1);
    assert_eq!(desk.look(1), both);
    assert_eq!(
        accept(&mut desk.workspace, RecordId(1), None)
            .unwrap()
            .ready,
        1
    );
    assert_eq!(desk.look(1), "A1,a@b.de,30,Closed | ready | OPEN@/stage");
    sound(&desk);
}

#[test]
fn a_rule_that_gets_another_owner_has_the_old_one_again_after_an_undo() {
    let mut desk = desk(&["A1,a@b.de,30,Closed", "A2,b@b.de,30,Closed"]);
    let owners = |desk: &Desk| {
        let groups = ops::groups(&desk.workspace, &crate::filter::Filter::default()).unwrap();
        let owners: Vec<String> = groups.into_iter().map(|group| group.owner).collect();
        owners.join(" ")
    };
    assert_eq!(owners(&desk), "sales");
    let report = desk.check_against(&warning("support")).unwrap();
    assert!(report.step.is_some());
    assert_eq!(owners(&desk), "support");
    undo(&mut desk.workspace, None).unwrap();
    assert_eq!(owners(&desk), "sales");
    redo(&mut desk.workspace).unwrap();
    assert_eq!(owners(&desk), "support");
}
