//! Many records a request.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::model::Path;

/// An API that takes at most `max` records a request and recognises the key of each.
fn many(server: &Server, max: usize) -> Http {
    Http {
        batch: Some(Batch {
            max,
            items: Path::field("records"),
            key: Some("idempotency_key".to_owned()),
            results: Path::field("results"),
            matching: Matching::Key(Path::field("idempotency_key")),
            status: Path::field("status"),
            words: BTreeMap::new(),
            is_atomic: false,
            tells_repeats: true,
        }),
        ..api(&server.url("/c"))
    }
}

/// The same API, described in another way.
fn described(http: Http, how: impl FnOnce(&mut Batch)) -> Http {
    let mut batch = http.batch.unwrap();
    how(&mut batch);
    Http {
        batch: Some(batch),
        ..http
    }
}

/// One that the server refuses.
fn refused(n: usize) -> Delivery {
    let document = json!({"id": format!("C/{n}"), "refuse": 422});
    Delivery {
        payload: document.to_string().into_bytes(),
        document: document.as_object().unwrap().clone(),
        ..delivery(n)
    }
}

fn three() -> [Delivery; 3] {
    [1, 2, 3].map(delivery)
}

/// Each outcome in a word or two.
fn words(outcomes: &[Outcome]) -> Vec<String> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Accepted { id } => format!("accepted {id}"),
        Outcome::Taken { .. } => "taken".to_owned(),
        Outcome::Written => "written".to_owned(),
        Outcome::Refused { said, .. } => format!("refused at {:?}", said[0].path.as_str()),
        Outcome::Unknown { .. } => "unknown".to_owned(),
        Outcome::Again { applied, .. } => format!("again {applied:?}"),
        Outcome::Held { applied, .. } => format!("held {applied:?}"),
    };
    outcomes.iter().map(word).collect()
}

fn bodies(server: &Server) -> Vec<String> {
    (server.requests().into_iter())
        .map(|request| request.body)
        .collect()
}

fn sizes(server: &Server) -> Vec<usize> {
    let mut sizes: Vec<usize> = (server.requests().iter())
        .map(|request| request.records().len())
        .collect();
    sizes.sort_unstable();
    sizes
}

#[test]
fn a_request_carries_the_frozen_bytes_of_each_record_with_its_key() {
    let server = Server::start([], Does::Apply);
    let odd = Delivery {
        payload: b" {\n \"id\": \"x\",  \"n\": 1.10 }\n".to_vec(),
        ..delivery(2)
    };
    let empty = Delivery {
        payload: b"{}".to_vec(),
        document: serde_json::Map::new(),
        ..delivery(3)
    };
    let outcomes = send(many(&server, 3), &[delivery(1), odd, empty]);
    assert_eq!(words(&outcomes), ["accepted 1", "accepted 2", "accepted 3"]);
    assert_eq!(
        bodies(&server),
        [concat!(
            r#"{"records":[{"idempotency_key":"key-1","id":"C/1"},"#,
            "{\"idempotency_key\":\"key-2\",\n \"id\": \"x\",  \"n\": 1.10 },",
            r#"{"idempotency_key":"key-3"}]}"#
        )]
    );
    assert_eq!(server.requests()[0].headers.get("idempotency-key"), None);
}

#[test]
fn records_leave_in_as_few_requests_as_the_contract_allows() {
    let server = Server::start([], Does::Apply);
    let batch: Vec<Delivery> = (0..7).map(delivery).collect();
    let outcomes = send(many(&server, 3), &batch);
    assert!(
        (outcomes.iter()).all(|outcome| matches!(outcome, Outcome::Accepted { .. })),
        "{outcomes:?}"
    );
    assert_eq!(sizes(&server), [1, 3, 3]);
    let destination = HttpDestination::open(many(&server, 3), PathBuf::new()).unwrap();
    assert_eq!(destination.wave(), 12);
}

#[test]
fn each_record_is_accepted_or_refused_by_its_own_result() {
    let server = Server::start([], Does::Apply);
    let outcomes = send(many(&server, 9), &[delivery(1), refused(2), delivery(3)]);
    assert_eq!(
        words(&outcomes),
        ["accepted 1", "refused at \"/refuse\"", "accepted 2"]
    );
    let Outcome::Refused { code, said } = &outcomes[1] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(
        (code.as_str(), said[0].message.as_str()),
        ("http 422", "not this one")
    );
}

/// What becomes of three records when the server applies them and says this.
fn said(say: fn(Vec<Value>) -> Value) -> Vec<String> {
    let server = Server::start([], Does::ApplyAndSay(say));
    let outcomes = send(many(&server, 3), &three());
    assert_eq!(server.applied().len(), 3);
    assert_eq!(server.requests().len(), 1);
    words(&outcomes)
}

/// Answers with these results.
fn results(results: &[Value]) -> Value {
    json!({"results": results})
}

#[test]
fn results_are_matched_by_key_whatever_their_order() {
    let found = said(|mut all| {
        all.reverse();
        results(&all)
    });
    assert_eq!(found, ["accepted 1", "accepted 2", "accepted 3"]);
}

#[test]
fn a_record_without_a_result_may_have_been_applied() {
    let found = said(|mut all| {
        all.remove(1);
        results(&all)
    });
    assert_eq!(found, ["accepted 1", "again Maybe", "accepted 3"]);
    let found = said(|mut all| {
        all[1]["status"] = json!("fine");
        results(&all)
    });
    assert_eq!(found, ["accepted 1", "again Maybe", "accepted 3"]);
}

#[test]
fn a_result_of_no_record_that_was_sent_changes_nothing() {
    let found = said(|mut all| {
        all.push(json!({"idempotency_key": "another", "status": 500}));
        all.push(json!(null));
        results(&all)
    });
    assert_eq!(found, ["accepted 1", "accepted 2", "accepted 3"]);
}

#[test]
fn of_two_results_for_one_record_the_worse_counts() {
    let twice = |statuses: [u16; 2], expected: &str| {
        let server = Server::start([], Does::Apply);
        let http = many(&server, 3);
        let batch = http.batch.clone().unwrap();
        let list = json!({"results": [
            {"idempotency_key": "key-1", "status": statuses[0]},
            {"idempotency_key": "key-1", "status": statuses[1]},
            {"idempotency_key": "key-2", "status": 201},
        ]});
        let answer = Answer {
            status: 200,
            content_type: "application/json".to_owned(),
            body: list.to_string().into_bytes(),
            ..Answer::default()
        };
        let [one, two, _] = three();
        let found = words(&batch.results(&[&one, &two], &answer));
        assert_eq!(found, [expected, "accepted "], "{statuses:?}");
    };
    for [one, other] in [[0, 1], [1, 0]] {
        let check = |statuses: [u16; 2], expected: &str| {
            twice([statuses[one], statuses[other]], expected);
        };
        check([201, 201], "accepted ");
        check([201, 202], "taken");
        check([422, 429], "again No");
        check([422, 500], "again Maybe");
        check([422, 422], "refused at \"\"");
        // One of them says that it was applied.
        check([201, 422], "again Maybe");
        check([201, 429], "again Maybe");
        check([201, 507], "held Maybe");
    }
}

#[test]
fn a_success_that_says_nothing_of_its_records_proves_nothing() {
    let all = ["held Maybe"; 3];
    assert_eq!(said(|_| results(&[])), all);
    assert_eq!(said(|_| json!({"results": null})), all);
    assert_eq!(said(|_| json!({"ok": true})), all);
    assert_eq!(said(|_| json!([])), all);
    // Neither keys nor statuses where the contract looks for them.
    assert_eq!(
        said(|all| results(&all.iter().map(|_| json!({})).collect::<Vec<_>>())),
        all
    );
    for page in [
        Does::ApplyAnd(200, "Content-Type: text/html\r\n", "<p>Sign in</p>"),
        Does::ApplyAnd(200, "", "{\"results\": [{"),
        Does::ApplyAnd(204, "", ""),
    ] {
        let server = Server::start([], page.clone());
        let outcomes = send(many(&server, 3), &three());
        assert_eq!(words(&outcomes), all, "{page:?}");
    }
}

#[test]
fn a_result_can_say_its_status_in_words_that_the_contract_knows() {
    let worded = |server: &Server| {
        described(many(server, 3), |batch| {
            let words = [("created", 201), ("false", 422)];
            batch.words = words.map(|(word, status)| (word.to_owned(), status)).into();
        })
    };
    let say = |mut all: Vec<Value>| {
        all[0]["status"] = json!("created");
        all[1]["status"] = json!(false);
        all[2]["status"] = json!("odd");
        results(&all)
    };
    let server = Server::start([Does::ApplyAndSay(say)], Does::Apply);
    let batch = [delivery(1), refused(2), delivery(3)];
    let outcomes = send(worded(&server), &batch);
    assert_eq!(
        words(&outcomes),
        ["accepted 1", "refused at \"/refuse\"", "again Maybe"]
    );
    let Outcome::Again { message, .. } = &outcomes[2] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(message, "nobody says what \"odd\" at \"/status\" means");
}

#[test]
fn results_in_order_count_when_there_is_one_for_each_record() {
    let ordered = |server: &Server| {
        described(many(server, 3), |batch| {
            batch.matching = Matching::Order;
            batch.key = None;
        })
    };
    let plain = |all: Vec<Value>| {
        results(
            &all.iter()
                .map(|one| json!({"status": one["status"]}))
                .collect::<Vec<_>>(),
        )
    };
    let server = Server::start(
        [Does::ApplyAndSay(plain)],
        Does::Answer(200, "", r#"{"results":[{"status":200}]}"#),
    );
    server.forget_keys();
    let batch = [delivery(1), refused(2), delivery(3)];
    let outcomes = send(ordered(&server), &batch);
    assert_eq!(
        words(&outcomes),
        ["accepted ", "refused at \"\"", "accepted "]
    );
    let outcomes = send(ordered(&server), &batch);
    assert_eq!(words(&outcomes), ["held Maybe"; 3]);
}

#[test]
fn a_lost_answer_may_have_applied_all_and_the_same_keys_apply_nothing_twice() {
    for does in [
        Does::ApplyAndDrop,
        Does::ApplyAndCut,
        Does::ApplyAndHang,
        Does::ApplyAnd(500, "", ""),
    ] {
        let server = Server::start([does.clone()], Does::Apply);
        let mut destination = HttpDestination::open(many(&server, 3), PathBuf::new()).unwrap();
        let mut deliver = |batch: &[Delivery]| {
            let answers = destination.deliver(batch).unwrap();
            let outcomes: Vec<Outcome> = answers.into_iter().map(|one| one.outcome).collect();
            outcomes
        };
        let lost = deliver(&three());
        assert_eq!(words(&lost), ["again Maybe"; 3], "{does:?}");
        // A request that went wrong is one sign that the destination is sick, not three.
        let sick = |outcome: &&Outcome| matches!(outcome, Outcome::Again { is_sick: true, .. });
        assert_eq!(lost.iter().filter(sick).count(), 1, "{does:?}");
        // In another company, in another order.
        let again = deliver(&[3, 4, 1].map(delivery));
        assert_eq!(words(&again), ["accepted 3", "accepted 4", "accepted 1"]);
        assert_eq!(words(&deliver(&[delivery(2)])), ["accepted 2"]);
        assert_eq!(server.applied().len(), 4, "{does:?}");
    }
}

#[test]
fn what_is_too_large_is_sent_in_halves() {
    let server = Server::start([], Does::AtMost(2));
    server.forget_keys();
    let http = described(many(&server, 9), |batch| batch.tells_repeats = false);
    let batch: Vec<Delivery> = (0..7).map(delivery).collect();
    let outcomes = send(http, &batch);
    assert!(
        (outcomes.iter()).all(|outcome| matches!(outcome, Outcome::Accepted { .. })),
        "{outcomes:?}"
    );
    assert_eq!(sizes(&server), [1, 2, 2, 2, 3, 4, 7]);
    assert_eq!(server.applied().len(), 7);
}

#[test]
fn a_record_that_is_too_large_by_itself_is_refused() {
    let server = Server::start([], Does::AtMost(0));
    let outcomes = send(many(&server, 9), &[delivery(1), delivery(2)]);
    assert_eq!(words(&outcomes), ["refused at \"\"", "refused at \"\""]);
    assert_eq!(sizes(&server), [1, 1, 2]);
}

#[test]
fn one_bad_record_is_found_where_a_request_is_applied_as_a_whole_or_not_at_all() {
    let server = Server::start([], Does::AllOrNone);
    server.forget_keys();
    let http = described(many(&server, 9), |batch| {
        batch.is_atomic = true;
        batch.tells_repeats = false;
    });
    let mut batch: Vec<Delivery> = (0..8).map(delivery).collect();
    batch[5] = refused(5);
    let outcomes = send(http, &batch);
    for (n, outcome) in outcomes.iter().enumerate() {
        assert_eq!(
            matches!(outcome, Outcome::Refused { .. }),
            n == 5,
            "{n}: {outcome:?}"
        );
        assert_eq!(
            matches!(outcome, Outcome::Accepted { .. }),
            n != 5,
            "{n}: {outcome:?}"
        );
    }
    assert_eq!(server.applied().len(), 7);
    assert_eq!(sizes(&server), [1, 1, 2, 2, 4, 4, 8]);
}

#[test]
fn one_bad_record_is_found_with_the_same_keys_where_others_may_have_been_applied() {
    let server = Server::start([], Does::AllBefore);
    let outcomes = send(
        many(&server, 9),
        &[delivery(1), delivery(2), refused(3), delivery(4)],
    );
    assert!(
        matches!(
            &outcomes[..],
            [
                Outcome::Accepted { .. },
                Outcome::Accepted { .. },
                Outcome::Refused { .. },
                Outcome::Accepted { .. }
            ]
        ),
        "{outcomes:?}"
    );
    assert_eq!(server.applied().len(), 3);
}

#[test]
fn a_try_after_a_refusal_that_may_have_applied_some_is_no_proof_that_nothing_was() {
    let script = [
        Does::AllBefore,
        Does::Answer(429, "", "{}"),
        Does::Answer(429, "", "{}"),
    ];
    let server = Server::start(script, Does::Apply);
    let outcomes = send(many(&server, 9), &[delivery(1), refused(2)]);
    assert_eq!(words(&outcomes), ["again Maybe"; 2]);
}

#[test]
fn nobody_is_blamed_for_a_refusal_where_a_second_try_could_apply_twice() {
    let server = Server::start([Does::Apply], Does::AllBefore);
    server.forget_keys();
    let http = described(many(&server, 9), |batch| batch.tells_repeats = false);
    let mut destination = HttpDestination::open(http, PathBuf::new()).unwrap();
    destination.deliver(&[delivery(9)]).unwrap();
    let answers = destination
        .deliver(&[delivery(1), refused(2), delivery(3)])
        .unwrap();
    for answered in &answers {
        assert!(
            matches!(&answered.outcome, Outcome::Held { applied: Applied::Maybe, reason, .. } if reason.contains("atomic = true")),
            "{answered:?}"
        );
    }
    assert_eq!(sizes(&server), [1, 3]);
}

#[test]
fn what_turns_the_whole_request_away_is_no_records_fault() {
    let check = |does: Does, expected: &str| {
        let server = Server::start([], does.clone());
        let outcomes = send(many(&server, 3), &three());
        assert_eq!(words(&outcomes), [expected; 3], "{does:?}");
        assert_eq!(server.requests().len(), 1, "{does:?}");
    };
    check(Does::Answer(401, "", ""), "held No");
    check(Does::Answer(404, "", ""), "held No");
    check(Does::Answer(429, "", ""), "again No");
    check(Does::Answer(503, "", ""), "again Maybe");
    check(Does::Answer(302, "Location: /x\r\n", ""), "held Maybe");
}

#[test]
fn what_is_said_of_a_request_with_one_record_lands_on_its_field() {
    let body = r#"{"detail":[{"loc":["body","records",0,"email"],"msg":"no"}]}"#;
    let server = Server::start([], Does::Answer(422, "", body));
    let outcomes = send(many(&server, 3), &[delivery(1)]);
    assert_eq!(words(&outcomes), ["refused at \"/email\""]);
}

#[test]
fn a_record_whose_own_field_stands_where_the_key_goes_does_not_leave() {
    let server = Server::start([], Does::Apply);
    let document = json!({"idempotency_key": "mine"});
    let own = Delivery {
        payload: document.to_string().into_bytes(),
        document: document.as_object().unwrap().clone(),
        ..delivery(1)
    };
    let outcomes = send(many(&server, 3), &[own, delivery(2)]);
    assert_eq!(
        words(&outcomes),
        ["refused at \"/idempotency_key\"", "accepted 1"]
    );
    assert_eq!(sizes(&server), [1]);
}

#[test]
fn something_else_is_done_once_while_answers_to_many_are_awaited() {
    for batch in [vec![], vec![delivery(1), delivery(2)]] {
        let server = Server::start([], Does::AtMost(1));
        let mut destination = HttpDestination::open(many(&server, 3), PathBuf::new()).unwrap();
        let mut times = 0;
        let answers = destination.deliver_while(&batch, &mut || times += 1);
        assert_eq!((answers.unwrap().len(), times), (batch.len(), 1));
    }
}

#[test]
fn records_whose_common_answer_was_lost_are_asked_for_one_by_one() {
    let server = Server::start([Does::ApplyAndDrop], Does::Apply);
    server.forget_keys();
    let http = Http {
        lookup: Some(UrlTemplate::parse(&server.url("/c/{/id}")).unwrap()),
        concurrency: 1,
        ..described(many(&server, 3), |batch| batch.tells_repeats = false)
    };
    let outcomes = send(http, &three());
    assert_eq!(words(&outcomes), ["accepted 1", "accepted 2", "accepted 3"]);
    let lines: Vec<String> = (server.requests().into_iter())
        .map(|request| request.line)
        .collect();
    assert_eq!(
        lines,
        ["POST /c", "GET /c/C%2F1", "GET /c/C%2F2", "GET /c/C%2F3"]
    );
}
