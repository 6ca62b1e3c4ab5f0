mod batch;
mod lookup;
mod secure;

use std::fs;

use serde_json::json;

use super::*;
use crate::send::{
    Applied,
    testing::{Does, Server},
};

fn api(url: &str) -> Http {
    Http {
        url: UrlTemplate::parse(url).unwrap(),
        lookup: None,
        method: "POST".to_owned(),
        headers: Vec::new(),
        batch: None,
        key_header: "Idempotency-Key".to_owned(),
        proof: Proof::Type,
        ca_file: None,
        timeouts: Timeouts {
            first_byte: Duration::from_millis(300),
            ..Timeouts::default()
        },
        concurrency: 4,
    }
}

fn delivery(n: usize) -> Delivery {
    let document = json!({"id": format!("C/{n}")});
    Delivery {
        key: format!("key-{n}"),
        payload: document.to_string().into_bytes(),
        payload_sha256: [0; 32],
        document: document.as_object().unwrap().clone(),
        may_be_applied: false,
    }
}

fn send(http: Http, batch: &[Delivery]) -> Vec<Outcome> {
    let mut destination = HttpDestination::open(http, PathBuf::new()).unwrap();
    let answers = destination.deliver(batch).unwrap();
    answers
        .into_iter()
        .map(|answered| answered.outcome)
        .collect()
}

#[test]
fn a_request_carries_the_frozen_bytes_the_key_and_the_secret() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "Bearer abc\n").unwrap();
    let server = Server::start([], Does::Apply);
    let http = Http {
        headers: vec![(
            "Authorization".to_owned(),
            Secret::parse("file:token").unwrap(),
        )],
        method: "PUT".to_owned(),
        ..api(&server.url("/c/{/id}?x=1"))
    };
    let mut destination = HttpDestination::open(http, folder.path().to_owned()).unwrap();
    let answers = destination.deliver(&[delivery(1)]).unwrap();
    assert_eq!(answers[0].outcome, Outcome::Accepted { id: "1".to_owned() });
    let request = &server.requests()[0];
    assert_eq!(request.line, "PUT /c/C%2F1?x=1");
    assert_eq!(request.body, r#"{"id":"C/1"}"#);
    let header = |name: &str| request.headers.get(name).map(String::as_str);
    assert_eq!(header("idempotency-key"), Some("key-1"));
    assert_eq!(header("authorization"), Some("Bearer abc"));
    assert_eq!(header("content-type"), Some("application/json"));
}

#[test]
fn answers_come_in_the_order_of_the_records_whatever_the_threads() {
    let server = Server::start([], Does::Apply);
    let batch: Vec<Delivery> = (0..40).map(delivery).collect();
    let outcomes = send(api(&server.url("/c")), &batch);
    let applied = server.applied();
    for (delivery, outcome) in batch.iter().zip(outcomes) {
        let body = String::from_utf8_lossy(&delivery.payload);
        let number = applied.iter().position(|applied| *applied == body).unwrap() + 1;
        assert_eq!(
            outcome,
            Outcome::Accepted {
                id: number.to_string()
            }
        );
    }
}

#[test]
fn something_else_is_done_while_an_answer_is_awaited() {
    let server = Server::start([Does::ApplyAndWait], Does::Apply);
    let http = api(&server.url("/c"));
    let mut destination = HttpDestination::open(http, PathBuf::new()).unwrap();
    let mut times = 0;
    let answers = destination.deliver_while(&[delivery(1)], &mut || {
        while server.requests().is_empty() {
            thread::yield_now();
        }
        server.let_go();
        times += 1;
    });
    let outcome = &answers.unwrap()[0].outcome;
    assert_eq!(*outcome, Outcome::Accepted { id: "1".to_owned() });
    assert_eq!(times, 1);
}

#[test]
fn every_way_to_lose_an_answer_may_have_applied_the_record() {
    let ways = [
        Does::ApplyAndDrop,
        Does::ApplyAndCut,
        Does::ApplyAndHang,
        Does::ApplyAndTalkNonsense,
        Does::ApplyAnd(500, "", ""),
        Does::Drop,
    ];
    for does in ways {
        let server = Server::start([], does.clone());
        let outcomes = send(api(&server.url("/c")), &[delivery(1)]);
        assert!(
            matches!(
                outcomes[..],
                [Outcome::Again {
                    applied: Applied::Maybe,
                    is_sick: true,
                    ..
                }]
            ),
            "{does:?}: {outcomes:?}"
        );
        // Nothing is tried again behind our back.
        assert!(server.requests().len() <= 1, "{does:?}");
    }
}

#[test]
fn a_destination_that_is_not_there_got_nothing() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    for url in [
        format!("http://127.0.0.1:{port}/"),
        "http://no-such-host.invalid/".to_owned(),
    ] {
        let outcomes = send(api(&url), &[delivery(1)]);
        assert!(
            matches!(
                outcomes[..],
                [Outcome::Again {
                    applied: Applied::No,
                    is_sick: true,
                    ..
                }]
            ),
            "{url}: {outcomes:?}"
        );
    }
}

#[test]
fn a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let other = Server::start([], Does::Apply);
        let location: &'static str = format!("Location: {}\r\n", other.url("/c")).leak();
        let server = Server::start([], Does::Answer(status, location, ""));
        let outcomes = send(api(&server.url("/c")), &[delivery(1)]);
        assert!(
            matches!(&outcomes[..], [Outcome::Held { reason, .. }] if reason.contains("never followed")),
            "{outcomes:?}"
        );
        assert_eq!(other.requests(), []);
    }
}

#[test]
fn a_secret_that_has_run_out_is_fetched_again_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "old").unwrap();
    let server = Server::start([Does::Answer(401, "", ""); 1], Does::Apply);
    let http = Http {
        headers: vec![(
            "Authorization".to_owned(),
            Secret::parse("file:token").unwrap(),
        )],
        ..api(&server.url("/c"))
    };
    let mut destination = HttpDestination::open(http, folder.path().to_owned()).unwrap();
    fs::write(folder.path().join("token"), "new").unwrap();
    let answers = destination.deliver(&[delivery(1)]).unwrap();
    assert!(matches!(answers[0].outcome, Outcome::Accepted { .. }));
    let sent: Vec<_> = (server.requests().iter())
        .map(|request| request.headers["authorization"].clone())
        .collect();
    assert_eq!(sent, ["old", "new"]);
    server.then([Does::Answer(401, "", "")]);
    let answers = destination.deliver(&[delivery(2)]).unwrap();
    assert!(
        matches!(&answers[0].outcome, Outcome::Held { applied: Applied::No, reason, .. } if !reason.contains("new"))
    );
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn how_long_to_wait_is_read_as_seconds_and_as_a_date() {
    let check = |text: &str, expected: Option<u64>| {
        let date = "Sat, 28 Nov 2026 10:00:00 GMT";
        assert_eq!(
            retry_after(text, date),
            expected.map(Duration::from_secs),
            "{text}"
        );
    };
    check("7", Some(7));
    check(" 120 ", Some(120));
    check("Sat, 28 Nov 2026 10:01:30 GMT", Some(90));
    check("Sat, 28 Nov 2026 09:00:00 GMT", None);
    check("-1", None);
    check("86401", None);
    check("99999999999999999999", None);
    check("soon", None);
    check("", None);
}

#[test]
fn a_value_that_cannot_stand_in_the_url_is_refused_before_anything_leaves() {
    let server = Server::start([], Does::Apply);
    let outcomes = send(api(&server.url("/c/{/number}")), &[delivery(1)]);
    assert!(
        matches!(&outcomes[..], [Outcome::Refused { said, .. }] if said[0].path.as_str() == "/number")
    );
    assert_eq!(server.requests(), []);
}
