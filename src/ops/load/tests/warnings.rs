//! Records with problems that only warn.

use super::*;

/// 1 passes, 2 and 5 pass with a warning, 3 is rejected and large, 4 is large and has the key of the first.
const WITH_WARNINGS: &[u8] = b"id,n,t\nA,1,x\nB,900,x\n,901,x\nA,902,x\nE,903,x\n";

fn load_warned(keep_passed: bool) -> (Folder, Workspace, LoadReport) {
    let folder = Folder::new();
    let mut workspace = folder.workspace();
    let request = LoadRequest {
        keep_passed,
        passed: Some(folder.path("passed.csv")),
        ..folder.request(WITH_WARNINGS)
    };
    let contract = contract();
    let report = load_with(
        &mut workspace,
        &request,
        Some(&contract),
        16,
        &Job::default(),
    )
    .unwrap();
    for finding in ops::verify(&workspace).unwrap() {
        assert!(finding.ok, "{finding:?}");
    }
    (folder, workspace, report)
}

fn problems_of(workspace: &Workspace, id: i64) -> (Status, Vec<String>) {
    let record = workspace.store.record(RecordId(id)).unwrap();
    let codes = record.problems.into_iter().map(|problem| problem.code);
    (record.status, codes.collect())
}

#[test]
fn a_record_with_nothing_but_warnings_passes_and_is_counted() {
    let (folder, workspace, report) = load_warned(false);
    assert_eq!(
        (
            report.passed,
            report.warned,
            report.rejected,
            report.problems,
            report.groups
        ),
        (3, 2, 2, 2, 2)
    );
    assert_eq!(workspace.store.run(report.run).unwrap().warned, 2);
    let passed = std::fs::read_to_string(folder.path("passed.csv")).unwrap();
    assert_eq!(passed, "id,n,t\nA,1,x\nB,900,x\nE,903,x\n");
    let ids = workspace.store.ids(report.run, &Filter::default()).unwrap();
    assert_eq!(ids, [RecordId(3), RecordId(4)]);
    let groups = workspace
        .store
        .groups(report.run, &Filter::default())
        .unwrap();
    let large = groups.iter().find(|group| group.code == "LARGE").unwrap();
    assert_eq!(
        (large.severity, large.owner.as_str()),
        (Severity::Warning, "counting")
    );
    assert_eq!((large.records, large.problems, large.open), (4, 4, 2));
    assert_eq!((large.first_line, large.last_line), (3, 6));
    assert_eq!(large.shapes[0].count, 4);
}

#[test]
fn a_rejected_record_keeps_its_warnings_whenever_it_was_rejected() {
    let (_folder, workspace, _) = load_warned(false);
    let codes = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect();
    let rejected = |found| (Status::Rejected, codes(found));
    assert_eq!(problems_of(&workspace, 3), rejected(&["required", "LARGE"]));
    assert_eq!(problems_of(&workspace, 4), rejected(&["unique", "LARGE"]));
    let record = workspace.store.record(RecordId(4)).unwrap();
    assert_eq!(record.key.as_deref(), Some("A"));
    assert_eq!(record.text.bytes, b"A,902,x");
}

#[test]
fn kept_records_with_warnings_are_ready_and_have_them() {
    let (_folder, workspace, report) = load_warned(true);
    assert_eq!((report.passed, report.warned, report.rejected), (3, 2, 2));
    assert_eq!(problems_of(&workspace, 1), (Status::Ready, Vec::new()));
    let large = (Status::Ready, vec!["LARGE".to_owned()]);
    assert_eq!(problems_of(&workspace, 2), large);
    assert_eq!(problems_of(&workspace, 5), large);
    let groups = workspace
        .store
        .groups(report.run, &Filter::default())
        .unwrap();
    let large = groups.iter().find(|group| group.code == "LARGE").unwrap();
    assert_eq!((large.records, large.open), (4, 4));
}
