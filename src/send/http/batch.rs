//! Many records a request. What became of each is what the answer says of that one; that the whole went well proves nothing.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use serde_json::{Map, Value};

use super::{
    super::{Answered, Applied, Delivery, Meanwhile, Outcome, Said, cell_text},
    HttpDestination, Request, Sent,
    classify::{Answer, Proof, Seen, answered, failed, json},
};
use crate::model::Path;

/// How an API takes many records in one request, as a contract describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The most records in one request.
    pub max: usize,
    /// Where the records stand in the request; the root when they are all of it.
    pub items: Path,
    /// The field of each record that its idempotency key goes in.
    pub key: Option<String>,
    /// Where the results stand in the answer.
    pub results: Path,
    pub matching: Matching,
    /// Where in a result its HTTP status stands.
    pub status: Path,
    /// What words that stand there mean, as HTTP statuses.
    pub words: BTreeMap<String, u16>,
    /// A request that is refused has applied none of its records.
    pub is_atomic: bool,
    /// The destination recognises a record that it has already.
    pub tells_repeats: bool,
}

/// How it is told which result is whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matching {
    /// By the idempotency key, which a result repeats here.
    Key(Path),
    /// By the place in the list, where there are as many results as records.
    Order,
}

/// Records that share a request.
struct Part {
    /// Their numbers.
    members: Vec<usize>,
    /// A larger request that was refused may have applied them.
    may_be_applied: bool,
    /// What their requests took so far.
    took: Duration,
}

impl Part {
    fn halves(self, may_be_applied: bool) -> [Self; 2] {
        let half = self.members.len() / 2;
        let may_be_applied = self.may_be_applied || may_be_applied;
        [&self.members[..half], &self.members[half..]].map(|members| Self {
            members: members.to_vec(),
            may_be_applied,
            took: self.took,
        })
    }
}

/// What became of one request.
enum Ended {
    /// One outcome a record.
    Each(Vec<Outcome>),
    /// It was refused, and nobody can say for which of its records: halves tell more.
    Whole { may_be_applied: bool },
}

impl HttpDestination {
    /// Sends these, as many in one request as the contract says, and says what came of each.
    pub(super) fn take_batches(
        &mut self,
        batch: &Batch,
        deliveries: &[&Delivery],
        meanwhile: &mut dyn Meanwhile,
    ) -> Vec<Answered> {
        let mut answers: Vec<Option<Answered>> = (deliveries.iter())
            .map(|delivery| batch.conflict(delivery).map(Answered::from))
            .collect();
        let fit: Vec<usize> = (0..answers.len())
            .filter(|n| answers[*n].is_none())
            .collect();
        let mut parts: Vec<Part> = fit.chunks(batch.max).map(part).collect();
        let mut meanwhile = Some(meanwhile);
        loop {
            let of = |part: &Part| part.members.iter().map(|n| deliveries[*n]).collect();
            let members: Vec<Vec<&Delivery>> = parts.iter().map(of).collect();
            let http = Arc::clone(&self.http);
            // It has no key of its own: the next try may carry other records.
            let request = |members: &Vec<&Delivery>| Request {
                url: http.url.of(&Map::new()),
                key: None,
                body: Some(batch.body(members)),
            };
            let requests = members.iter().map(request);
            let sent = match meanwhile.take() {
                Some(meanwhile) => self.send_signed(requests, (meanwhile, &|_| None)),
                None => self.send_signed(requests, (&mut || {}, &|_| None)),
            };
            let mut halves = Vec::new();
            for ((mut part, members), (sent, took)) in parts.into_iter().zip(members).zip(sent) {
                part.took += took;
                match batch.ended(&members, sent, &mut self.seen) {
                    Ended::Whole { may_be_applied } => halves.extend(part.halves(may_be_applied)),
                    Ended::Each(outcomes) => {
                        for (n, outcome) in part.members.into_iter().zip(outcomes) {
                            let outcome = if part.may_be_applied {
                                doubted(outcome)
                            } else {
                                outcome
                            };
                            let took = Some(part.took);
                            answers[n] = Some(Answered { outcome, took });
                        }
                    }
                }
            }
            if halves.is_empty() {
                return answers.into_iter().flatten().collect();
            }
            parts = halves;
        }
    }
}

fn part(members: &[usize]) -> Part {
    Part {
        members: members.to_vec(),
        may_be_applied: false,
        took: Duration::ZERO,
    }
}

impl Batch {
    /// Why a record cannot carry its key.
    fn conflict(&self, delivery: &Delivery) -> Option<Outcome> {
        let name = self.key.as_ref()?;
        delivery.document.contains_key(name).then(|| {
            let message =
                "the idempotency key goes into this field, and the record has one already";
            Outcome::refused_at("http:batch_key", Path::field(name), message)
        })
    }

    /// What a request with these holds.
    fn body(&self, members: &[&Delivery]) -> Vec<u8> {
        self.list(members.len(), |n, body| self.put(members[n], body))
    }

    /// The same with one record, without its key.
    pub(super) fn body_by_hand(&self, payload: &[u8]) -> Vec<u8> {
        self.list(1, |_, body| body.extend(payload.trim_ascii()))
    }

    /// A list of so many records, where the contract wants it.
    fn list(&self, count: usize, mut put: impl FnMut(usize, &mut Vec<u8>)) -> Vec<u8> {
        let mut body = Vec::new();
        let mut ends = Vec::new();
        for name in self.items.segments() {
            body.extend(format!("{{{}:", Value::from(name)).bytes());
            ends.push(b'}');
        }
        body.push(b'[');
        for n in 0..count {
            if n > 0 {
                body.push(b',');
            }
            put(n, &mut body);
        }
        body.push(b']');
        body.extend(ends);
        body
    }

    /// The frozen bytes of a record, with its key as the first field.
    fn put(&self, delivery: &Delivery, body: &mut Vec<u8>) {
        let payload = delivery.payload.trim_ascii();
        let (Some(name), Some(fields)) = (&self.key, payload.strip_prefix(b"{")) else {
            body.extend(payload);
            return;
        };
        let (name, key) = (Value::from(name.as_str()), Value::from(&*delivery.key));
        body.extend(format!("{{{name}:{key}").bytes());
        if !delivery.document.is_empty() {
            body.push(b',');
        }
        body.extend(fields);
    }

    fn ended(&self, members: &[&Delivery], sent: Sent, seen: &mut Seen) -> Ended {
        let many = members.len();
        let answer = match sent {
            Sent::Answered(answer) => answer,
            Sent::Failed(failure) => return Ended::Each(of_all(&failed(&failure), many)),
            Sent::Not(outcome) => return Ended::Each(of_all(&outcome, many)),
        };
        seen.add(answer.status);
        if (200..300).contains(&answer.status) {
            return Ended::Each(self.results(members, &answer));
        }
        let (code, said) = match answered(&answer, Proof::Type, *seen) {
            Outcome::Refused { code, said } => (code, said),
            other => return Ended::Each(of_all(&other, many)),
        };
        if many == 1 {
            let said = said.into_iter().map(|said| self.of_record(said)).collect();
            return Ended::Each(vec![Outcome::Refused { code, said }]);
        }
        let applies_none = self.is_atomic || answer.status == 413;
        if applies_none || self.tells_repeats {
            return Ended::Whole {
                may_be_applied: !applies_none,
            };
        }
        let words: Vec<String> = said.into_iter().map(|said| said.message).collect();
        let reason = format!(
            "{code}: it refuses {many} records at once and does not say which it means; if it then applies none of them, \
             write atomic = true into batch: {}",
            words.join("; ")
        );
        Ended::Each(held(&reason, code, many))
    }

    /// What an answer that is a success says of each record.
    pub(super) fn results(&self, members: &[&Delivery], answer: &Answer) -> Vec<Outcome> {
        let many = members.len();
        let hold = |what: &str| {
            let reason = format!(
                "it answered {} {what}: look at the batch in the contract",
                answer.status
            );
            held(&reason, format!("http {}", answer.status), many)
        };
        let Some(document) = json(answer) else {
            return hold("with what is no JSON");
        };
        let list = document.pointer(self.results.as_str());
        let Some(list) = list
            .and_then(Value::as_array)
            .filter(|list| !list.is_empty())
        else {
            return hold(&format!("without results at {:?}", self.results.as_str()));
        };
        let mut found: Vec<Option<Outcome>> = vec![None; many];
        match &self.matching {
            Matching::Order if list.len() == many => {
                for (place, result) in found.iter_mut().zip(list) {
                    *place = Some(self.result(result, answer));
                }
            }
            Matching::Order => {
                return hold(&format!("with {} results for {many} records", list.len()));
            }
            Matching::Key(at) => self.match_keys(at, members, (list, answer), &mut found),
        }
        let missing = || unclear("the answer does not say what became of it");
        let outcomes: Vec<Outcome> = (found.into_iter())
            .map(|outcome| outcome.unwrap_or_else(missing))
            .collect();
        // One that cannot be told may be a mistake of the destination; where none can, the contract reads it wrongly.
        if outcomes.iter().all(is_unclear) {
            return hold("with results that say of no record what became of it");
        }
        outcomes
    }

    fn match_keys(
        &self,
        at: &Path,
        members: &[&Delivery],
        (list, answer): (&[Value], &Answer),
        found: &mut [Option<Outcome>],
    ) {
        let keys = members.iter().enumerate();
        let numbers: HashMap<&str, usize> = keys.map(|(n, one)| (&*one.key, n)).collect();
        let mut strange = 0;
        for result in list {
            let key = result.pointer(at.as_str()).and_then(Value::as_str);
            let Some(n) = key.and_then(|key| numbers.get(key)) else {
                strange += 1;
                continue;
            };
            let outcome = self.result(result, answer);
            found[*n] = Some(match found[*n].take() {
                Some(other) => worse(other, outcome),
                None => outcome,
            });
        }
        if strange > 0 {
            tracing::warn!(target: "redrive", event = "strange_results", strange, of = list.len());
        }
    }

    /// What one result says.
    fn result(&self, result: &Value, answer: &Answer) -> Outcome {
        let said = result.pointer(self.status.as_str()).map(cell_text);
        let said = said.unwrap_or_default();
        let number = || said.parse().ok();
        let status = self.words.get(&said).copied().or_else(number);
        let Some(status) = status.filter(|status| (100..600).contains(status)) else {
            let place = self.status.as_str();
            return unclear(&match said.as_str() {
                "" => format!("its result has no HTTP status at {place:?}"),
                word => format!("nobody says what {word:?} at {place:?} means"),
            });
        };
        let own = Answer {
            status,
            content_type: answer.content_type.clone(),
            location: String::new(),
            retry_after: answer.retry_after,
            is_replay: answer.is_replay,
            request_id: answer.request_id.clone(),
            body: result.to_string().into_bytes(),
        };
        // The API is there and lets us in, or it would not have answered with results.
        let seen = Seen {
            success: true,
            ..Seen::default()
        };
        answered(&own, Proof::Status, seen)
    }

    /// What is said of a request with one record, as said of the record.
    fn of_record(&self, said: Said) -> Said {
        let record = self.items.child("0");
        let own = said.path.as_str().strip_prefix(record.as_str());
        let own = own.and_then(Path::parse);
        Said {
            path: own.unwrap_or(said.path),
            message: said.message,
        }
    }
}

/// The same of every record. A request that went wrong says once that the destination is sick, not once a record.
fn of_all(outcome: &Outcome, many: usize) -> Vec<Outcome> {
    let mut all = vec![outcome.clone(); many];
    for other in all.iter_mut().skip(1) {
        if let Outcome::Again { is_sick, .. } = other {
            *is_sick = false;
        }
    }
    all
}

fn held(reason: &str, code: String, many: usize) -> Vec<Outcome> {
    let outcome = Outcome::Held {
        reason: reason.to_owned(),
        code,
        applied: Applied::Maybe,
    };
    of_all(&outcome, many)
}

const UNCLEAR: &str = "http:result";

fn unclear(message: &str) -> Outcome {
    Outcome::Again {
        code: UNCLEAR.to_owned(),
        message: message.to_owned(),
        applied: Applied::Maybe,
        after: None,
        is_sick: false,
    }
}

fn is_unclear(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Again { code, .. } if code == UNCLEAR)
}

/// The worse of two results for one record. Where one says that it was applied and the other that it was not, it may have been.
fn worse(one: Outcome, other: Outcome) -> Outcome {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Accepted { .. } => 0,
        Outcome::Taken { .. } | Outcome::Written => 1,
        Outcome::Refused { .. } => 2,
        Outcome::Again { applied, .. } if *applied == Applied::No => 3,
        Outcome::Again { .. } => 4,
        Outcome::Unknown { .. } => 5,
        Outcome::Held { .. } => 6,
    };
    let (better, worse) = if rank(&one) <= rank(&other) {
        (one, other)
    } else {
        (other, one)
    };
    match worse {
        worse if rank(&better) > 1 => worse,
        Outcome::Refused { .. } => unclear("one result says that it was taken, another that not"),
        worse => doubted(worse),
    }
}

/// What it means for a record that an earlier request may have applied.
fn doubted(mut outcome: Outcome) -> Outcome {
    match &mut outcome {
        Outcome::Again { applied, .. } | Outcome::Held { applied, .. } => {
            *applied = Applied::Maybe;
        }
        // It may have run into that request.
        Outcome::Refused { code, said } if code == "http 409" => {
            let message = said
                .first()
                .map_or_else(String::new, |said| said.message.clone());
            return Outcome::Unknown {
                code: code.clone(),
                message: format!("probably sent before: {message}"),
            };
        }
        _ => {}
    }
    outcome
}
