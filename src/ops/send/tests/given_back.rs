//! Plans that are not sent after all.

use super::*;

impl Desk {
    fn give_back(&mut self, request: &SendRequest) -> Result<SendReport, Fault> {
        let done = give_back(&mut self.workspace, request);
        done.map_err(|error| error.downcast().unwrap())
    }

    fn contract(&self, text: &str) {
        fs::write(self.folder.path().join("contract.toml"), text).unwrap();
    }
}

#[test]
fn a_plan_is_given_back_after_its_destination_became_another_one() {
    let mut desk = desk(&["1,10,", "2,20,", "3,30,"]);
    let plan = desk.begin("crm", true);
    desk.reopen();
    desk.contract(&CONTRACT.replace("crm.db", "other.db"));
    let fault = desk.refusal(&to("crm"));
    assert_eq!(fault.code, "send:destination_changed");
    let hint = fault.hint.unwrap();
    assert!(
        hint.contains(&format!("redrive send --give-back --run 1 --plan {plan}")),
        "{hint}"
    );
    let report = desk.give_back(&to("crm")).unwrap();
    // Two were on their way when their sender died, and nobody asks the old place any more.
    assert_eq!(
        (report.given_back, report.unknown, report.not_sent),
        (1, 2, 0)
    );
    assert_eq!(desk.statuses(), [(Status::Ready, 1), (Status::Unknown, 2)]);
    assert_eq!(desk.send("crm").accepted, 1);
    assert!(
        crate::ops::verify(&desk.workspace)
            .unwrap()
            .iter()
            .all(|one| one.ok)
    );
}

#[test]
fn a_plan_is_given_back_under_a_contract_that_finds_something_else() {
    let mut desk = desk(&["1,10,", "2,20,", "3,30,"]);
    desk.begin("crm", true);
    desk.reopen();
    desk.contract(&CONTRACT.replace("/id", "/note"));
    assert_eq!(desk.refusal(&to("crm")).code, "send:contract_changed");
    let report = desk.give_back(&SendRequest::default()).unwrap();
    assert_eq!((report.given_back, report.unknown), (1, 2));
}

#[test]
fn what_the_destination_can_tell_stays_in_the_plan() {
    let mut desk = desk(&["1,10,", "2,20,", "3,30,"]);
    let plan = desk.begin("crm", true);
    desk.reopen();
    let report = desk.give_back(&SendRequest::default()).unwrap();
    assert_eq!(
        (
            report.plan,
            report.given_back,
            report.unknown,
            report.not_sent
        ),
        (Some(plan), 1, 0, 2)
    );
    assert_eq!(desk.send("crm").accepted, 2);
}

#[test]
fn a_plan_is_given_back_as_a_whole_and_as_it_was_seen() {
    let mut desk = desk(&["1,10,", "2,20,", "3,30,"]);
    let run = desk.run;
    let mut behind = Behind::default();
    for (id, name) in [(1, "crm"), (2, "drop")] {
        let request = SendRequest {
            filter: Filter::of_record(run, RecordId(id)),
            ..to(name)
        };
        let (_, aim) = aim_of(&desk.workspace, &request).unwrap();
        make_plan(&mut desk.workspace, &request, run, &aim, &mut behind).unwrap();
    }
    let one = SendRequest {
        filter: Filter::of_record(run, RecordId(1)),
        ..to("crm")
    };
    let fault = desk.give_back(&one).unwrap_err();
    assert_eq!(fault.code, "send:filter");
    assert!(fault.message.contains("row:1"), "{}", fault.message);
    let other = SendRequest {
        expect: Some(7),
        ..to("crm")
    };
    let fault = desk.give_back(&other).unwrap_err();
    assert_eq!(fault.message, "plan 1 still has 1 record to send, not 7");
    let fault = desk.give_back(&SendRequest::default()).unwrap_err();
    assert_eq!(
        fault.message,
        "you have 2 unfinished plans: 1 to 'crm', 2 to 'drop'"
    );
    assert_eq!(desk.statuses(), [(Status::Ready, 1), (Status::Sending, 2)]);
    let named = SendRequest {
        filter: Filter::of_run(run),
        plan: Some(PlanId(2)),
        expect: Some(1),
        ..SendRequest::default()
    };
    assert_eq!(desk.give_back(&named).unwrap().given_back, 1);
    assert_eq!(
        desk.give_back(&named).unwrap_err().message,
        "run 1 has no unfinished plan 2"
    );
    assert_eq!(desk.give_back(&to("crm")).unwrap().given_back, 1);
}
