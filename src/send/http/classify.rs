//! What an answer means, or that there was none: accepted, refused, to be tried again, or no fault of the record at all.

use std::time::Duration;

use super::{
    super::{Applied, Outcome},
    said::said,
};

/// What came back for one request.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub status: u16,
    /// In lower case, without parameters.
    pub content_type: String,
    pub location: String,
    pub retry_after: Option<Duration>,
    /// The server says that it repeats an earlier answer (`Idempotent-Replayed`).
    pub is_replay: bool,
    /// What the destination calls the request or what it made of it.
    pub request_id: String,
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Certainly nothing reached the server.
    NotSent(String),
    /// It may have: the connection broke or time ran out on the way, or the answer cannot be read.
    NoAnswer(String),
    /// The server is not who it should be, or cannot be talked to safely.
    Tls(String),
    /// The request cannot even be made.
    Unusable(String),
}

impl Failure {
    pub fn words(&self) -> &str {
        let (Self::NotSent(words)
        | Self::NoAnswer(words)
        | Self::Tls(words)
        | Self::Unusable(words)) = self;
        words
    }
}

/// What proves that a record was accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proof {
    /// A success whose body is JSON, or 201 or 204 without a body. A page for people proves nothing: it may come from a
    /// proxy that wants a login.
    #[default]
    Type,
    /// The status alone.
    Status,
}

/// What was seen of a destination since the send began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub success: bool,
    /// Answers 403 in a row.
    pub forbidden: u32,
    /// Answers 404, 405 and 410 in a row.
    pub missing: u32,
}

/// So many answers in a row are no record's fault any more.
const FORBIDDEN: u32 = 5;
const MISSING: u32 = 20;

impl Seen {
    /// Takes the next answer into account.
    pub fn add(&mut self, status: u16) {
        self.forbidden = if status == 403 { self.forbidden + 1 } else { 0 };
        self.missing = if matches!(status, 404 | 405 | 410) {
            self.missing + 1
        } else {
            0
        };
        self.success |= (200..300).contains(&status);
    }
}

/// What an answer means; `seen` holds it already.
pub(super) fn answered(answer: &Answer, proof: Proof, seen: Seen) -> Outcome {
    let code = format!("http {}", answer.status);
    match answer.status {
        202 => Outcome::Taken { id: id_of(answer) },
        206 | 207 => held(
            code,
            Applied::Maybe,
            "it answered with a part, which proves nothing",
        ),
        200..=299 => succeeded(answer, proof, code),
        300..=399 => held(code, Applied::Maybe, &redirect(answer)),
        401 | 407 => held(
            code,
            Applied::No,
            "it wants another sign-in: look at the secret in the contract's headers",
        ),
        402 => held(code, Applied::No, "it wants to be paid"),
        403 if !seen.success || seen.forbidden >= FORBIDDEN => held(
            code,
            Applied::No,
            "it does not let this sign-in send records",
        ),
        404 | 405 | 410 if !seen.success || seen.missing >= MISSING => held(
            code,
            Applied::No,
            "there is nothing that takes records: look at the URL and the method in the contract",
        ),
        406 | 411 | 415 if !seen.success => held(
            code,
            Applied::No,
            "it does not take what is sent: look at the contract's headers",
        ),
        414 | 417 | 426 | 428 | 431 => held(code, Applied::No, "it does not take such requests"),
        409 if says(answer, &["in-progress", "in_progress", "outstanding"]) => {
            again(answer, code, Applied::Maybe, false)
        }
        422 if says(answer, &["idempotency-key", "idempotency_key"]) => held(
            code,
            Applied::Maybe,
            "it knows the same idempotency key with another content; this is a mistake of redrive, report it",
        ),
        408 => again(answer, code, Applied::Maybe, true),
        421 | 423 | 425 => again(answer, code, Applied::No, false),
        429 => again(answer, code, Applied::No, false),
        400..=499 => Outcome::Refused {
            code,
            said: said(&answer.body, answer.status),
        },
        501 | 505 => held(code, Applied::No, "it does not know such requests"),
        507 | 508 => held(code, Applied::No, "it has no room left"),
        511 => held(code, Applied::No, "the network wants a login first"),
        500..=599 if answer.is_replay => Outcome::Unknown {
            code,
            message: "the destination repeats an earlier failure instead of trying again"
                .to_owned(),
        },
        500..=599 => again(answer, code, Applied::Maybe, true),
        _ => held(
            code,
            Applied::Maybe,
            "it answered with a status that means nothing here",
        ),
    }
}

/// What it means that there was no answer.
pub(super) fn failed(failure: &Failure) -> Outcome {
    let again = |code: &str, message: &String, applied| Outcome::Again {
        code: code.to_owned(),
        message: message.clone(),
        applied,
        after: None,
        is_sick: true,
    };
    match failure {
        Failure::NotSent(message) => again("http:not_sent", message, Applied::No),
        Failure::NoAnswer(message) => again("http:no_answer", message, Applied::Maybe),
        Failure::Tls(message) => held(
            "http:tls".to_owned(),
            Applied::No,
            &format!("no safe connection: {message}"),
        ),
        Failure::Unusable(message) => held("http:request".to_owned(), Applied::No, message),
    }
}

fn succeeded(answer: &Answer, proof: Proof, code: String) -> Outcome {
    let is_proven = match proof {
        Proof::Status => true,
        Proof::Type if answer.body.is_empty() => matches!(answer.status, 201 | 204),
        Proof::Type => json(answer).is_some(),
    };
    if is_proven {
        return Outcome::Accepted { id: id_of(answer) };
    }
    let what = match (answer.body.is_empty(), answer.content_type.as_str()) {
        (true, _) => "it answered with nothing".to_owned(),
        (false, "") => "its answer does not say what it is".to_owned(),
        (false, kind) => format!("it answered with {kind}, not with JSON"),
    };
    let hint = "look at the URL; if the status alone is proof enough, write proof = \"status\" into the contract";
    held(code, Applied::Maybe, &format!("{what}: {hint}"))
}

/// The document of an answer that says it is one.
pub(super) fn json(answer: &Answer) -> Option<serde_json::Value> {
    let is_json =
        answer.content_type == "application/json" || answer.content_type.ends_with("+json");
    is_json
        .then(|| serde_json::from_slice(&answer.body).ok())
        .flatten()
}

fn redirect(answer: &Answer) -> String {
    let to = match answer.location.as_str() {
        "" => String::new(),
        location => format!(" to {location}"),
    };
    format!(
        "it sends us elsewhere{to}, and redirects are never followed: write the right URL into the contract"
    )
}

fn held(code: String, applied: Applied, reason: &str) -> Outcome {
    Outcome::Held {
        reason: format!("{code}: {reason}"),
        code,
        applied,
    }
}

fn again(answer: &Answer, code: String, applied: Applied, is_sick: bool) -> Outcome {
    let said = said(&answer.body, answer.status);
    Outcome::Again {
        code,
        message: said
            .into_iter()
            .next()
            .map_or_else(String::new, |said| said.message),
        applied,
        after: answer.retry_after,
        is_sick,
    }
}

/// Whether the type of a problem (RFC 9457) has one of these words.
fn says(answer: &Answer, words: &[&str]) -> bool {
    let document: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
    let kind = document
        .as_ref()
        .and_then(|document| document.get("type")?.as_str());
    kind.is_some_and(|kind| words.iter().any(|word| kind.contains(word)))
}

/// What the destination calls the record: the `id` of its answer, where it put it, or the number of the request.
pub(super) fn id_of(answer: &Answer) -> String {
    let document: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
    let id = document
        .as_ref()
        .and_then(|document| match document.get("id")? {
            serde_json::Value::String(id) => Some(id.clone()),
            serde_json::Value::Number(id) => Some(id.to_string()),
            _ => None,
        });
    let id = id.unwrap_or_else(|| match answer.location.as_str() {
        "" => answer.request_id.clone(),
        location => location.to_owned(),
    });
    id.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `class applied` of an answer when nothing was seen of the destination before.
    fn class(answer: &Answer, seen: Seen) -> String {
        said_of(&answered(answer, Proof::Type, seen))
    }

    fn said_of(outcome: &Outcome) -> String {
        match outcome {
            Outcome::Accepted { .. } => "accepted".to_owned(),
            Outcome::Taken { .. } => "taken".to_owned(),
            Outcome::Written => "written".to_owned(),
            Outcome::Refused { .. } => "refused".to_owned(),
            Outcome::Unknown { .. } => "unknown".to_owned(),
            Outcome::Again {
                applied, is_sick, ..
            } => {
                format!("again {applied:?}{}", if *is_sick { " sick" } else { "" })
            }
            Outcome::Held { applied, .. } => format!("held {applied:?}"),
        }
    }

    fn json(status: u16) -> Answer {
        Answer {
            status,
            content_type: "application/json".to_owned(),
            body: b"{}".to_vec(),
            ..Answer::default()
        }
    }

    #[test]
    fn every_status_has_its_class() {
        let after_success = Seen {
            success: true,
            ..Seen::default()
        };
        let check = |statuses: &[u16], first: &str, later: &str| {
            for status in statuses {
                assert_eq!(
                    class(&json(*status), Seen::default()),
                    first,
                    "{status} first"
                );
                assert_eq!(
                    class(&json(*status), after_success),
                    later,
                    "{status} later"
                );
            }
        };
        check(&[200, 201, 204], "accepted", "accepted");
        check(&[202], "taken", "taken");
        check(
            &[206, 207, 301, 302, 303, 304, 307, 308],
            "held Maybe",
            "held Maybe",
        );
        check(&[400, 409, 412, 413, 418, 422, 451], "refused", "refused");
        check(
            &[401, 402, 407, 414, 417, 426, 428, 431],
            "held No",
            "held No",
        );
        check(&[403, 404, 405, 406, 410, 411, 415], "held No", "refused");
        check(
            &[408, 500, 502, 503, 504, 520, 529, 599],
            "again Maybe sick",
            "again Maybe sick",
        );
        check(&[421, 423, 425, 429], "again No", "again No");
        check(&[501, 505, 507, 508, 511], "held No", "held No");
    }

    #[test]
    fn a_success_without_proof_is_none() {
        let check = |status: u16, kind: &str, body: &str, expected: &str| {
            let answer = Answer {
                status,
                content_type: kind.to_owned(),
                body: body.as_bytes().to_vec(),
                ..Answer::default()
            };
            assert_eq!(
                class(&answer, Seen::default()),
                expected,
                "{status} {kind} {body}"
            );
        };
        check(200, "text/html", "<p>Sign in</p>", "held Maybe");
        check(200, "application/json", "{\"cut", "held Maybe");
        check(200, "", "", "held Maybe");
        check(201, "", "", "accepted");
        check(200, "application/hal+json", "{}", "accepted");
        let page = Answer {
            status: 200,
            body: b"ok".to_vec(),
            ..Answer::default()
        };
        let outcome = answered(&page, Proof::Status, Seen::default());
        assert_eq!(said_of(&outcome), "accepted");
    }

    #[test]
    fn many_alike_are_the_fault_of_the_destination() {
        let mut seen = Seen::default();
        seen.add(200);
        let mut classes = Vec::new();
        for _ in 0..FORBIDDEN {
            seen.add(403);
            classes.push(class(&json(403), seen));
        }
        assert_eq!(
            classes,
            ["refused", "refused", "refused", "refused", "held No"]
        );
        seen.add(404);
        assert_eq!((seen.forbidden, seen.missing), (0, 1));
    }

    #[test]
    fn types_of_problems_are_read() {
        let of = |status: u16, kind: &str| {
            let body = format!("{{\"type\":\"https://x.example/{kind}\"}}").into_bytes();
            class(
                &Answer {
                    body,
                    ..json(status)
                },
                Seen {
                    success: true,
                    ..Seen::default()
                },
            )
        };
        assert_eq!(of(409, "request-in-progress"), "again Maybe");
        assert_eq!(of(409, "exists"), "refused");
        assert_eq!(of(422, "idempotency-key-reused"), "held Maybe");
    }

    #[test]
    fn a_failure_that_is_repeated_from_memory_is_not_tried_again() {
        let answer = Answer {
            is_replay: true,
            ..json(500)
        };
        assert_eq!(class(&answer, Seen::default()), "unknown");
    }

    #[test]
    fn without_an_answer_it_counts_whether_anything_left() {
        let check =
            |failure: Failure, expected: &str| assert_eq!(said_of(&failed(&failure)), expected);
        check(Failure::NotSent(String::new()), "again No sick");
        check(Failure::NoAnswer(String::new()), "again Maybe sick");
        check(Failure::Tls(String::new()), "held No");
        check(Failure::Unusable(String::new()), "held No");
    }

    #[test]
    fn what_the_destination_calls_a_record_is_kept() {
        let check = |answer: Answer, expected: &str| {
            let outcome = answered(&answer, Proof::Status, Seen::default());
            assert_eq!(
                outcome,
                Outcome::Accepted {
                    id: expected.to_owned()
                }
            );
        };
        check(
            Answer {
                body: b"{\"id\":17}".to_vec(),
                ..json(201)
            },
            "17",
        );
        check(
            Answer {
                location: "/c/17".to_owned(),
                ..json(201)
            },
            "/c/17",
        );
        check(
            Answer {
                request_id: "r-1".to_owned(),
                ..json(201)
            },
            "r-1",
        );
    }
}
