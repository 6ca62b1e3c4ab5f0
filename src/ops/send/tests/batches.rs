//! Sending many records in one request.

use super::{
    http::{contract_for, times_applied},
    *,
};
use crate::send::testing::{Does, Server};

/// A desk whose destination takes at most three records a request, one request at a time.
fn desk_of(server: &Server, idempotency: &str, batch: &str) -> Desk {
    let people: Vec<String> = (1..=5).map(|n| format!("P-{n},{n},")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let contract = format!(
        "{}concurrency = {{ max = 1 }}\nbatch = {{ max = 3, items = \"/records\", results = \"/results\", {batch} }}\n",
        contract_for(&server.url("/people"), idempotency)
    );
    desk_with(&contract, &people)
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_keys_of_its_records_and_nothing_is_applied_twice() {
    let server = Server::start(
        [Does::Apply, Does::ApplyAndDrop, Does::ApplyAndCut],
        Does::Apply,
    );
    let mut desk = desk_of(&server, "key", "key = \"/idempotency_key\"");
    let report = desk.send("api");
    assert_eq!((report.accepted, report.unknown), (5, 0));
    assert_eq!(times_applied(&server), [1; 5]);
    assert!(report.attempts > 5);
}

#[test]
fn where_a_repeat_is_not_recognised_all_records_of_a_lost_answer_wait_for_a_person() {
    let server = Server::start([Does::Apply, Does::ApplyAndDrop], Does::Apply);
    server.forget_keys();
    let mut desk = desk_of(&server, "none", "ordered = true");
    let report = desk.send("api");
    assert_eq!((report.accepted, report.unknown), (2, 3));
    assert_eq!(desk.status(3), Status::Unknown);
    // It left with the first request, which carries one record as always.
    assert_eq!(desk.status(1), Status::Accepted);
    assert_eq!(times_applied(&server), [1; 5]);
    // Nothing is left to send.
    assert_eq!(desk.send("api").plan, None);
}

#[test]
fn an_answer_without_results_holds_the_destination_and_keeps_the_rest_back() {
    let empty = Does::ApplyAnd(200, "", r#"{"results":[]}"#);
    let server = Server::start([Does::Apply, empty], Does::Apply);
    let mut desk = desk_of(&server, "none", "ordered = true");
    let report = desk.send("api");
    assert_eq!((report.unknown, report.not_sent), (3, 1));
    let held = report.held.unwrap();
    assert!(held.contains("without results at \"/results\""), "{held}");
    assert_eq!(server.requests().len(), 2);
}
