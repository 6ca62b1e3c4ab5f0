//! Asking for a record whose answer was lost.

use super::*;

/// An API that recognises no repeat and can be asked for its records.
fn asked(server: &Server) -> Http {
    server.forget_keys();
    Http {
        lookup: Some(UrlTemplate::parse(&server.url("/c/{/id}")).unwrap()),
        ..api(&server.url("/c"))
    }
}

fn doubtful(n: usize) -> Delivery {
    Delivery {
        may_be_applied: true,
        ..delivery(n)
    }
}

fn lines(server: &Server) -> Vec<String> {
    (server.requests().into_iter())
        .map(|request| request.line)
        .collect()
}

#[test]
fn a_record_whose_answer_was_lost_is_accepted_when_it_is_there() {
    for does in [
        Does::ApplyAndDrop,
        Does::ApplyAndCut,
        Does::ApplyAndHang,
        Does::ApplyAndTalkNonsense,
        Does::ApplyAnd(500, "", ""),
    ] {
        let server = Server::start([Does::Apply, does.clone()], Does::Apply);
        let mut destination = HttpDestination::open(asked(&server), PathBuf::new()).unwrap();
        for n in 1..=2 {
            let answers = destination.deliver(&[delivery(n)]).unwrap();
            let id = n.to_string();
            assert_eq!(answers[0].outcome, Outcome::Accepted { id }, "{does:?}");
        }
        assert_eq!(
            lines(&server),
            ["POST /c", "POST /c", "GET /c/C%2F2"],
            "{does:?}"
        );
        let asked = &server.requests()[2];
        assert_eq!((asked.key().as_str(), asked.body.as_str()), ("", ""));
    }
}

#[test]
fn a_record_that_is_missing_so_soon_may_still_be_on_its_way() {
    let server = Server::start([Does::Drop], Does::Apply);
    let outcomes = send(asked(&server), &[delivery(1)]);
    assert!(
        matches!(
            outcomes[..],
            [Outcome::Again {
                applied: Applied::Maybe,
                ..
            }]
        ),
        "{outcomes:?}"
    );
    assert_eq!(server.applied(), [""; 0]);
}

#[test]
fn a_record_that_may_have_been_applied_is_asked_for_before_it_is_created_again() {
    let server = Server::start([], Does::Apply);
    let http = asked(&server);
    send(http.clone(), &[delivery(1)]);
    let batch = [doubtful(1), doubtful(2), delivery(3)];
    let ids = ["1", "2", "3"].map(|id| Outcome::Accepted { id: id.to_owned() });
    let http = Http {
        concurrency: 1,
        ..http
    };
    assert_eq!(send(http, &batch), ids);
    assert_eq!(
        lines(&server),
        [
            "POST /c",
            "GET /c/C%2F1",
            "GET /c/C%2F2",
            "POST /c",
            "POST /c"
        ]
    );
}

#[test]
fn anything_but_the_record_or_a_plain_404_leaves_it_unclear_and_nothing_is_created() {
    let page = "Content-Type: text/html\r\n";
    for does in [
        Does::Answer(200, page, "<p>Sign in</p>"),
        Does::Answer(200, "", ""),
        Does::Answer(200, "", "[]"),
        Does::Answer(200, "", "{}"),
        Does::Answer(404, page, "<p>Not found</p>"),
        Does::Answer(410, "", ""),
        Does::Answer(302, "Location: /x\r\n", ""),
        Does::Answer(401, "", ""),
        Does::Answer(429, "", ""),
        Does::Answer(503, "", ""),
        Does::Drop,
    ] {
        let server = Server::start([], Does::Apply);
        server.when_asked([does.clone()]);
        let outcomes = send(asked(&server), &[doubtful(1)]);
        assert!(
            matches!(
                &outcomes[..],
                [Outcome::Again { code, applied: Applied::Maybe, message, .. }]
                    if code == "http:lookup" && message.starts_with("it cannot be told")
            ),
            "{does:?}: {outcomes:?}"
        );
        assert_eq!(server.applied(), [""; 0], "{does:?}");
    }
}

#[test]
fn a_record_that_exists_already_is_its_own_when_an_earlier_try_may_have_made_it() {
    let exists = Does::ApplyAnd(409, "", "");
    let server = Server::start([exists.clone(), exists], Does::Apply);
    let outcomes = send(asked(&server), &[doubtful(1)]);
    assert_eq!(outcomes, [Outcome::Accepted { id: "1".to_owned() }]);
    let outcomes = send(asked(&server), &[delivery(2)]);
    assert!(matches!(&outcomes[..], [Outcome::Refused { .. }]));
}

#[test]
fn a_secret_that_has_run_out_is_fetched_again_to_ask() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "old").unwrap();
    let server = Server::start([], Does::Apply);
    server.when_asked([Does::Answer(401, "", "")]);
    let http = Http {
        headers: vec![(
            "Authorization".to_owned(),
            Secret::parse("file:token").unwrap(),
        )],
        ..asked(&server)
    };
    let mut destination = HttpDestination::open(http, folder.path().to_owned()).unwrap();
    fs::write(folder.path().join("token"), "new").unwrap();
    let answers = destination.deliver(&[doubtful(1)]).unwrap();
    assert!(matches!(answers[0].outcome, Outcome::Accepted { .. }));
    let sent: Vec<_> = (server.requests().iter())
        .map(|request| request.headers["authorization"].clone())
        .collect();
    assert_eq!(sent, ["old", "new", "new"]);
}
