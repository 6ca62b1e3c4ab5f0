//! Asking an API that recognises no repeat whether it has a record, before the record is created again.

use std::time::Duration;

use serde_json::Value;

use super::{
    super::{Applied, Delivery, Outcome},
    Sent,
    classify::{id_of, json},
};

/// What an API says when it is asked for a record.
pub(super) enum Found {
    There {
        id: String,
    },
    Missing,
    /// As before: nobody can tell.
    Unclear(Outcome),
}

/// Only the record itself proves that it is there, and only a plain 404 that it is not: a page for people may come from somebody
/// who knows nothing of records.
pub(super) fn found(sent: &Sent) -> Found {
    let unclear = |why: String, after: Option<Duration>, is_sick: bool| {
        Found::Unclear(Outcome::Again {
            code: "http:lookup".to_owned(),
            message: format!("it cannot be told whether the record is there: {why}"),
            applied: Applied::Maybe,
            after,
            is_sick,
        })
    };
    let answer = match sent {
        Sent::Answered(answer) => answer,
        Sent::Failed(failure) => return unclear(failure.words().to_owned(), None, true),
        Sent::Not(_) => {
            let why = "the lookup needs a value that it does not have";
            return unclear(why.to_owned(), None, false);
        }
    };
    let is_record = |document: Value| {
        document
            .as_object()
            .is_some_and(|fields| !fields.is_empty())
    };
    match answer.status {
        200 if json(answer).is_some_and(is_record) => Found::There { id: id_of(answer) },
        404 if answer.content_type != "text/html" => Found::Missing,
        status @ (200 | 404) => unclear(
            format!("the lookup answered {status} with what is no record"),
            None,
            false,
        ),
        status => unclear(
            format!("the lookup answered {status}"),
            answer.retry_after,
            status >= 500,
        ),
    }
}

/// Whether asking may tell more than this outcome does. What puts the destination on hold is left to a person first.
pub(super) fn is_doubtful(delivery: &Delivery, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Again { applied, .. } => *applied == Applied::Maybe,
        Outcome::Unknown { .. } => true,
        // It may have run into an earlier try of its own.
        Outcome::Refused { code, .. } => delivery.may_be_applied && code == "http 409",
        _ => false,
    }
}
