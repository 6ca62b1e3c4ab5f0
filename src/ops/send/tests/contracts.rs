//! Nothing is sent on the word of another contract than the one in force.

use super::*;

#[test]
fn another_contract_than_the_checked_one_is_refused() {
    let mut desk = desk(&["1,10,"]);
    let path = desk.folder.path().join("contract.toml");
    fs::write(&path, CONTRACT.replace("/id", "/note")).unwrap();
    let fault = desk.refusal(&to("crm"));
    assert_eq!(fault.code, "send:contract_changed");
    assert!(
        fault
            .hint
            .unwrap()
            .contains("redrive check --run 1 --contract")
    );
    fs::remove_file(&path).unwrap();
    assert_eq!(desk.refusal(&to("crm")).code, "send:contract_missing");
    assert_eq!(desk.status(1), Status::Ready);
}

#[test]
fn another_destination_needs_no_other_check() {
    let mut desk = desk(&["1,10,"]);
    check(
        &mut desk.workspace,
        &CheckRequest::default(),
        &Job::default(),
    )
    .unwrap();
    let path = desk.folder.path().join("contract.toml");
    fs::write(&path, CONTRACT.replace("crm.db", "other.db")).unwrap();
    assert_eq!(desk.send("crm").accepted, 1);
    assert!(desk.folder.path().join("other.db").exists());
}

/// A contract that finds something else.
fn stricter() -> String {
    CONTRACT.to_owned()
        + "[[rule]]\nid = \"OLD\"\nassert = \"record.age < 90\"\nmessage = \"Too old.\"\n"
}

#[test]
fn nothing_is_sent_on_the_word_of_an_older_contract() {
    let mut desk = desk(&["1,10,", "2,20,", "3,95,"]);
    check(
        &mut desk.workspace,
        &CheckRequest::default(),
        &Job::default(),
    )
    .unwrap();
    let path = desk.folder.path().join("contract.toml");
    fs::write(&path, stricter()).unwrap();
    let mut first_only = CheckRequest {
        contract: Some(path),
        ..CheckRequest::default()
    };
    first_only.filter.and(Wanted::Row(RecordId(1), RecordId(1)));
    check(&mut desk.workspace, &first_only, &Job::default()).unwrap();
    let stale = desk.refusal(&to("crm"));
    assert_eq!(
        (stale.code, stale.message.as_str(), stale.hint.as_deref()),
        (
            "send:stale",
            "2 of 3 ready records were checked against another contract",
            Some("check again first: redrive check --run 1")
        )
    );
    assert!(plan(&desk.workspace, &to("crm")).is_err());
    assert_eq!(desk.statuses(), [(Status::Ready, 3)]);
    // What was checked may go alone.
    let checked = SendRequest {
        filter: first_only.filter,
        ..to("crm")
    };
    let sent = send(&mut desk.workspace, &checked, &Job::default()).unwrap();
    assert_eq!(sent.accepted, 1);
    let report = check(
        &mut desk.workspace,
        &CheckRequest::default(),
        &Job::default(),
    )
    .unwrap();
    assert_eq!((report.ready, report.newly_broken), (1, 1));
    assert_eq!(desk.send("crm").accepted, 1);
    assert_eq!(desk.status(3), Status::Rejected);
}

#[test]
fn a_plan_is_continued_only_under_the_contract_its_records_were_checked_against() {
    let mut desk = desk(&["1,10,", "2,20,"]);
    check(
        &mut desk.workspace,
        &CheckRequest::default(),
        &Job::default(),
    )
    .unwrap();
    desk.begin("crm", false);
    let path = desk.folder.path().join("contract.toml");
    fs::write(&path, stricter()).unwrap();
    assert_eq!(desk.refusal(&to("crm")).code, "send:contract_changed");
    let against = CheckRequest {
        contract: Some(path.clone()),
        ..CheckRequest::default()
    };
    // Its records are frozen: no check can decide about them again.
    check(&mut desk.workspace, &against, &Job::default()).unwrap();
    let stale = desk.refusal(&to("crm"));
    assert_eq!(stale.code, "send:stale");
    assert!(stale.hint.unwrap().contains("WHERE id = 1"));
    assert!(plan(&desk.workspace, &to("crm")).is_err());
    fs::write(&path, CONTRACT).unwrap();
    check(&mut desk.workspace, &against, &Job::default()).unwrap();
    assert_eq!(desk.send("crm").accepted, 2);
}
