//! Over TLS: who is not trusted gets nothing, and what was not sent is told from what may have been.

use super::*;
use crate::send::{
    testing_authority::Authority,
    testing_secure::{SecureServer, Speaks},
};

/// An API behind this server that trusts this authority.
struct Trust {
    folder: tempfile::TempDir,
}

impl Trust {
    fn of(authority: &Authority) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        Self { folder }
    }

    fn send_to(&self, url: &str) -> Outcome {
        let http = Http {
            ca_file: Some("ca.pem".to_owned()),
            timeouts: Timeouts {
                connect: Duration::from_millis(300),
                ..api(url).timeouts
            },
            ..api(url)
        };
        let mut destination = HttpDestination::open(http, self.folder.path().to_owned()).unwrap();
        destination
            .deliver(&[delivery(1)])
            .unwrap()
            .remove(0)
            .outcome
    }
}

fn held_with(outcome: &Outcome, words: &str) {
    let Outcome::Held {
        reason,
        code,
        applied,
    } = outcome
    else {
        panic!("{words}: {outcome:?}");
    };
    assert_eq!((code.as_str(), *applied), ("http:tls", Applied::No));
    assert!(reason.contains(words), "{reason}");
}

fn again(outcome: &Outcome, code: &str, applied: Applied, words: &str) {
    let Outcome::Again {
        code: found,
        message,
        applied: found_applied,
        is_sick: true,
        ..
    } = outcome
    else {
        panic!("{words}: {outcome:?}");
    };
    assert_eq!((found.as_str(), *found_applied), (code, applied));
    assert!(message.contains(words), "{message}");
}

#[test]
fn a_server_whose_authority_the_contract_names_takes_records() {
    let authority = Authority::new();
    let server = SecureServer::start(Speaks::Tls(authority.identity("127.0.0.1")));
    let outcome = Trust::of(&authority).send_to(&server.url("/c"));
    assert_eq!(outcome, Outcome::Accepted { id: String::new() });
    assert_eq!(server.applied(), [r#"{"id":"C/1"}"#]);
}

#[test]
fn a_certificate_that_does_not_hold_puts_the_destination_on_hold_and_nothing_leaves() {
    let authority = Authority::new();
    let check = |speaks: Speaks, words: &str| {
        let server = SecureServer::start(speaks);
        held_with(&Trust::of(&authority).send_to(&server.url("/c")), words);
        assert_eq!(server.applied(), [""; 0], "{words}");
    };
    for stranger in [Authority::new(), Authority::named("another one")] {
        check(
            Speaks::Tls(stranger.identity("127.0.0.1")),
            "signed by an authority that is not trusted; if it is your own, name its certificate with ca_file",
        );
    }
    check(
        Speaks::Tls(authority.expired_identity("127.0.0.1")),
        "its certificate has expired",
    );
    check(
        Speaks::Tls(authority.identity("crm.example")),
        "its certificate is for another name",
    );
    check(
        Speaks::PlainText,
        "what answers there does not speak TLS; look at the url",
    );
}

#[test]
fn without_an_authority_of_its_own_only_the_public_ones_are_trusted() {
    let authority = Authority::new();
    let server = SecureServer::start(Speaks::Tls(authority.identity("127.0.0.1")));
    let outcomes = send(api(&server.url("/c")), &[delivery(1)]);
    held_with(&outcomes[0], "an authority that is not trusted");
    assert_eq!(server.applied(), [""; 0]);
}

#[test]
fn a_handshake_that_breaks_off_or_hangs_sent_nothing_and_is_tried_again() {
    let trust = Trust::of(&Authority::new());
    let cut = SecureServer::start(Speaks::Cuts);
    let outcome = trust.send_to(&cut.url("/c"));
    again(&outcome, "http:not_sent", Applied::No, "no connection");
    let silent = SecureServer::start(Speaks::Nothing);
    let outcome = trust.send_to(&silent.url("/c"));
    let words = "no connection in the time it may take (timeouts.connect)";
    again(&outcome, "http:not_sent", Applied::No, words);
}

#[test]
fn a_secure_connection_that_breaks_after_the_request_may_have_applied_it() {
    let authority = Authority::new();
    let trust = Trust::of(&authority);
    let identity = || authority.identity("127.0.0.1");
    for speaks in [
        Speaks::TlsThenNoise(identity()),
        Speaks::TlsThenCut(identity()),
    ] {
        let server = SecureServer::start(speaks);
        let outcome = trust.send_to(&server.url("/c"));
        again(&outcome, "http:no_answer", Applied::Maybe, "");
        assert_eq!(server.applied(), [r#"{"id":"C/1"}"#]);
    }
}

#[test]
fn a_file_of_authorities_that_is_of_no_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.pem"), "no certificate here").unwrap();
    let check = |name: &str, words: &str| {
        let http = Http {
            ca_file: Some(name.to_owned()),
            ..api("https://crm.example/")
        };
        let wrong = HttpDestination::open(http, folder.path().to_owned()).err();
        let wrong = wrong.unwrap();
        assert!(wrong.contains(name) && wrong.contains(words), "{wrong}");
    };
    check("missing.pem", "No such file");
    check("empty.pem", "there is none in it");
}
