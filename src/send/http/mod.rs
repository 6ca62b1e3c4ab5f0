//! An HTTP API: one record a request, or a batch of them; several requests at a time. Redirects are never followed, nothing is tried again behind
//! our back, and the answer of a proxy does not pass for one of the destination.

mod batch;
mod classify;
mod connect;
mod early;
mod lookup;
mod said;
mod url;

use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{RecvTimeoutError, Sender, unbounded};
use ureq::{Agent, Body, http};

use self::{
    classify::{Answer, Failure, Seen, answered, failed},
    connect::failure,
    early::{Confirms, Placed, confirmed},
    lookup::{Found, found, is_doubtful},
};
use super::{Answered, Delivery, Destination, Held, Meanwhile, Outcome, Secret};
use crate::model::Path;

pub use self::{
    batch::{Batch, Matching},
    classify::Proof,
    url::UrlTemplate,
};

/// The largest answer that is read.
const MAX_ANSWER: u64 = 1 << 20;
/// How long answers that have come wait for the others before they are told.
const PATIENCE: Duration = Duration::from_millis(200);
/// The largest answer to many records.
const MAX_RESULTS: u64 = 16 << 20;

/// How long the steps of a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Name, connection and TLS.
    pub connect: Duration,
    /// From the request to the first byte of the answer.
    pub first_byte: Duration,
    /// Everything.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(30),
            total: Duration::from_mins(1),
        }
    }
}

/// An API as a contract describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    pub url: UrlTemplate,
    /// Where it says whether it has a record, before that is created again; only where a repeat is not recognised.
    pub lookup: Option<UrlTemplate>,
    /// `POST`, `PUT` or `PATCH`.
    pub method: String,
    pub headers: Vec<(String, Secret)>,
    /// Many records a request.
    pub batch: Option<Batch>,
    /// The header the idempotency key goes in, where a request has one record.
    pub key_header: String,
    pub proof: Proof,
    /// PEM; relative to the contract's folder. The public authorities when `None`.
    pub ca_file: Option<String>,
    pub timeouts: Timeouts,
    /// Requests at a time.
    pub concurrency: usize,
}

impl Http {
    /// What a request with this record alone holds, without its idempotency key.
    pub fn body_by_hand(&self, payload: &[u8]) -> Vec<u8> {
        match &self.batch {
            Some(batch) => batch.body_by_hand(payload),
            None => payload.to_owned(),
        }
    }
}

/// An API that is being sent to.
pub struct HttpDestination {
    http: Arc<Http>,
    /// Where secrets that are files lie.
    folder: PathBuf,
    headers: Arc<Vec<(String, String)>>,
    agent: Agent,
    /// Threads that make the requests; there are none before the first.
    pool: Option<Sender<Work>>,
    seen: Seen,
}

/// What one request needs.
struct Request {
    /// Or the field that cannot stand in it, and why.
    url: Result<String, (Path, String)>,
    /// The idempotency key, where it goes into a header.
    key: Option<String>,
    /// What is to be taken; nothing is sent to ask for a record.
    body: Option<Vec<u8>>,
}

/// One request to be made.
struct Work {
    n: usize,
    request: Arc<Request>,
    headers: Arc<Vec<(String, String)>>,
    /// Where to put what became of it.
    ended: Arc<Mutex<Vec<Option<Ended>>>>,
    /// Nothing is said with it: whoever waits is woken once, when the last one is gone.
    working: Sender<()>,
}

/// What became of one try, and how long it took.
type Ended = (Sent, Duration);

impl HttpDestination {
    /// Fetches the secrets and reads whom to trust. Nothing is sent yet.
    ///
    /// # Errors
    /// The header and the secret that is missing, by its place; the file of authorities that cannot be used.
    pub fn open(http: Http, folder: PathBuf) -> Result<Self, String> {
        let headers = Arc::new(fetch(&http, &folder)?);
        let agent = connect::agent(&http, &folder)?;
        Ok(Self {
            http: Arc::new(http),
            folder,
            headers,
            agent,
            pool: None,
            seen: Seen::default(),
        })
    }

    /// Sends each of these once, as many at a time as the contract says, and does something else meanwhile. Gives what became
    /// of them in their order.
    fn send_all(
        &mut self,
        requests: &[Arc<Request>],
        (meanwhile, confirms): (&mut dyn Meanwhile, Confirms<'_>),
    ) -> Vec<Ended> {
        let (http, agent) = (&self.http, &self.agent);
        let pool = self.pool.get_or_insert_with(|| pool(http, agent));
        let ended: Vec<Option<Ended>> = requests.iter().map(|_| None).collect();
        let ended = Arc::new(Mutex::new(ended));
        let (working, all_ended) = unbounded();
        for (n, request) in requests.iter().enumerate() {
            let work = Work {
                n,
                request: Arc::clone(request),
                headers: Arc::clone(&self.headers),
                ended: Arc::clone(&ended),
                working: working.clone(),
            };
            // Without a thread that takes it, it is lost.
            drop(pool.send(work));
        }
        drop(working);
        meanwhile.left();
        let mut told = HashSet::new();
        while all_ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let some = confirmed(
                &ended.lock().unwrap_or_else(PoisonError::into_inner),
                &mut told,
                confirms,
            );
            if !some.is_empty() {
                meanwhile.confirmed(some);
            }
        }
        let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = || Sent::Failed(Failure::NoAnswer("the try was lost".to_owned()));
        let ended = std::mem::take(&mut *ended).into_iter();
        ended
            .map(|ended| ended.unwrap_or_else(|| (lost(), Duration::ZERO)))
            .collect()
    }

    /// [`HttpDestination::send_all`], and again what was turned away, if there is another secret by now: a 401 certainly applied
    /// nothing, and tokens run out in the middle of a night.
    fn send_signed(
        &mut self,
        requests: impl Iterator<Item = Request>,
        (meanwhile, confirms): (&mut dyn Meanwhile, Confirms<'_>),
    ) -> Vec<Ended> {
        let requests: Vec<Arc<Request>> = requests.map(Arc::new).collect();
        let mut sent = self.send_all(&requests, (meanwhile, confirms));
        let again: Vec<usize> = (0..sent.len())
            .filter(|n| sent[*n].0.is_unauthorized())
            .collect();
        if !again.is_empty() && self.renew() {
            let requests: Vec<Arc<Request>> =
                again.iter().map(|n| Arc::clone(&requests[*n])).collect();
            let second = self.send_all(&requests, (&mut || {}, &|_| None));
            for (n, second) in again.into_iter().zip(second) {
                sent[n] = second;
            }
        }
        sent
    }

    /// Sends these, and says what came of it.
    fn take(&mut self, batch: &[&Delivery], meanwhile: &mut dyn Meanwhile) -> Vec<Answered> {
        let http = Arc::clone(&self.http);
        if let Some(many) = &http.batch {
            return self.take_batches(many, batch, meanwhile);
        }
        let request = |delivery: &&Delivery| Request {
            url: http.url.of(&delivery.document),
            key: Some(delivery.key.clone()),
            body: Some(delivery.payload.clone()),
        };
        let proof = self.http.proof;
        // What is no success is judged by the answers before it, once all are there.
        let confirms = |sent: &Sent| match sent {
            Sent::Answered(answer) => Some(answered(answer, proof, Seen::default()))
                .filter(|outcome| matches!(outcome, Outcome::Accepted { .. })),
            Sent::Failed(_) | Sent::Not(_) => None,
        };
        let sent = self.send_signed(batch.iter().map(request), (meanwhile, &confirms));
        let answered = |(sent, took)| Answered {
            outcome: match sent {
                Sent::Answered(answer) => {
                    self.seen.add(answer.status);
                    answered(&answer, self.http.proof, self.seen)
                }
                Sent::Failed(failure) => failed(&failure),
                Sent::Not(outcome) => outcome,
            },
            took: Some(took),
        };
        sent.into_iter().map(answered).collect()
    }

    /// Asks for those of the batch that are meant, where the contract says how. Gives their numbers and what was found.
    fn look(
        &mut self,
        batch: &[Delivery],
        meant: impl Fn(usize) -> bool,
    ) -> Vec<(usize, Found, Duration)> {
        let http = Arc::clone(&self.http);
        let Some(lookup) = &http.lookup else {
            return Vec::new();
        };
        let meant: Vec<usize> = (0..batch.len()).filter(|n| meant(*n)).collect();
        let request = |n: &usize| Request {
            url: lookup.of(&batch[*n].document),
            key: None,
            body: None,
        };
        let sent = self.send_signed(meant.iter().map(request), (&mut || {}, &|_| None));
        (meant.into_iter().zip(sent))
            .map(|(n, (sent, took))| (n, found(&sent), took))
            .collect()
    }

    /// Whether the secrets may have changed since they were fetched; then they are fetched again.
    fn renew(&mut self) -> bool {
        if !self
            .http
            .headers
            .iter()
            .any(|(_, secret)| secret.can_change())
        {
            return false;
        }
        match fetch(&self.http, &self.folder) {
            Ok(headers) if headers != *self.headers => {
                self.headers = Arc::new(headers);
                true
            }
            _ => false,
        }
    }
}

/// Threads that make requests until nobody gives them any more.
fn pool(http: &Arc<Http>, agent: &Agent) -> Sender<Work> {
    let (give, take) = unbounded::<Work>();
    for _ in 0..http.concurrency {
        let (take, http, agent) = (take.clone(), Arc::clone(http), agent.clone());
        thread::spawn(move || {
            for work in take {
                let started = Instant::now();
                let sent = send(&http, &agent, &work);
                let mut ended = work.ended.lock().unwrap_or_else(PoisonError::into_inner);
                ended[work.n] = Some((sent, started.elapsed()));
                drop(ended);
                drop(work.working);
            }
        });
    }
    give
}

/// Makes one request.
fn send(http: &Http, agent: &Agent, work: &Work) -> Sent {
    let Request { url, key, body } = &*work.request;
    let url = match url {
        Ok(url) => url,
        Err((path, message)) => {
            return Sent::Not(Outcome::refused_at("http:url", path.clone(), message));
        }
    };
    let method = if body.is_some() { &*http.method } else { "GET" };
    let mut request = http::Request::builder()
        .method(method)
        .uri(url)
        .header("accept", "application/json");
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    if let Some(key) = key {
        request = request.header(&http.key_header, key);
    }
    for (name, value) in &*work.headers {
        request = request.header(name, value);
    }
    let limit = if http.batch.is_some() {
        MAX_RESULTS
    } else {
        MAX_ANSWER
    };
    let run = match body {
        Some(body) => (request.body(&body[..])).map(|request| agent.run(request)),
        None => request.body(()).map(|request| agent.run(request)),
    };
    match run {
        Ok(Ok(response)) => read(response, limit).map_or_else(Sent::Failed, Sent::Answered),
        Ok(Err(error)) => Sent::Failed(failure(&error)),
        Err(error) => Sent::Failed(Failure::Unusable(error.to_string())),
    }
}

/// What became of one request.
enum Sent {
    Answered(Answer),
    Failed(Failure),
    /// It was not made.
    Not(Outcome),
}

impl Sent {
    fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Answered(answer) if answer.status == 401)
    }
}

impl Destination for HttpDestination {
    fn deliver(&mut self, batch: &[Delivery]) -> Result<Vec<Answered>, Held> {
        self.deliver_while(batch, &mut || {})
    }

    fn deliver_while(
        &mut self,
        batch: &[Delivery],
        meanwhile: &mut dyn Meanwhile,
    ) -> Result<Vec<Answered>, Held> {
        let mut answers: Vec<Option<Answered>> = batch.iter().map(|_| None).collect();
        for (n, found, took) in self.look(batch, |n| batch[n].may_be_applied) {
            let outcome = match found {
                Found::There { id } => Outcome::Accepted { id },
                Found::Missing => continue,
                Found::Unclear(outcome) => outcome,
            };
            let took = Some(took);
            answers[n] = Some(Answered { outcome, took });
        }
        let open: Vec<usize> = (0..batch.len()).filter(|n| answers[*n].is_none()).collect();
        let deliveries: Vec<&Delivery> = open.iter().map(|n| &batch[*n]).collect();
        let mut doubtful = HashSet::new();
        let mut meanwhile = Placed::new(meanwhile, &open);
        let taken = self.take(&deliveries, &mut meanwhile);
        for (n, answered) in open.into_iter().zip(taken) {
            if is_doubtful(&batch[n], &answered.outcome) {
                doubtful.insert(n);
            }
            answers[n] = Some(answered);
        }
        // That it is missing proves nothing so soon: it may still be on its way.
        for (n, found, took) in self.look(batch, |n| doubtful.contains(&n)) {
            if let (Found::There { id }, Some(answered)) = (found, &mut answers[n]) {
                answered.outcome = Outcome::Accepted { id };
                answered.took = answered.took.map(|before| before + took);
            }
        }
        Ok(answers.into_iter().flatten().collect())
    }

    fn wave(&self) -> usize {
        self.http.concurrency * self.http.batch.as_ref().map_or(1, |batch| batch.max)
    }
}

fn fetch(http: &Http, folder: &std::path::Path) -> Result<Vec<(String, String)>, String> {
    let fetched = http.headers.iter().map(|(name, secret)| {
        let value = secret.fetch(folder);
        value
            .map(|value| (name.clone(), value))
            .map_err(|missing| format!("the header {name} is not there: {missing}"))
    });
    fetched.collect()
}

fn read(response: http::Response<Body>, limit: u64) -> Result<Answer, Failure> {
    let header = |name: &str| {
        let value = response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let kind = header("content-type").to_lowercase();
    let mut answer = Answer {
        status: response.status().as_u16(),
        content_type: kind.split(';').next().unwrap_or_default().trim().to_owned(),
        location: header("location"),
        retry_after: retry_after(&header("retry-after"), &header("date")),
        is_replay: header("idempotent-replayed").eq_ignore_ascii_case("true"),
        request_id: header("x-request-id"),
        body: Vec::new(),
    };
    let body = response
        .into_body()
        .into_with_config()
        .limit(limit)
        .read_to_vec();
    // The status line alone is evidence, not proof.
    answer.body = body.map_err(|error| {
        Failure::NoAnswer(format!(
            "the answer ({}) cannot be read: {error}",
            answer.status
        ))
    })?;
    Ok(answer)
}

/// Seconds, or a date that is compared with the answer's own; nothing that is negative, longer than a day, or unreadable.
fn retry_after(text: &str, date: &str) -> Option<Duration> {
    let parse = |text: &str| jiff::fmt::rfc2822::parse(text).ok();
    let seconds = match text.trim().parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => parse(text)?.timestamp().as_second() - parse(date)?.timestamp().as_second(),
    };
    let seconds = u64::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds <= 24 * 60 * 60)?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests;
