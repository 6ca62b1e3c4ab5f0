//! An HTTP API: one record a request, several requests at a time. Redirects are never followed, nothing is tried again behind
//! our back, and the answer of a proxy does not pass for one of the destination.

mod classify;
mod connect;
mod said;
mod url;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Sender, unbounded};
use ureq::{Agent, Body, http};

use self::{
    classify::{Answer, Failure, Seen, answered, failed},
    connect::failure,
};
use super::{Answered, Delivery, Destination, Held, Outcome, Secret};

pub use self::{classify::Proof, url::UrlTemplate};

/// The largest answer that is read.
const MAX_ANSWER: u64 = 1 << 20;

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
    /// `POST`, `PUT` or `PATCH`.
    pub method: String,
    pub headers: Vec<(String, Secret)>,
    /// The header the idempotency key goes in.
    pub key_header: String,
    pub proof: Proof,
    /// PEM; relative to the contract's folder. The public authorities when `None`.
    pub ca_file: Option<String>,
    pub timeouts: Timeouts,
    /// Requests at a time.
    pub concurrency: usize,
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

/// One request to be made.
struct Work {
    n: usize,
    delivery: Delivery,
    headers: Arc<Vec<(String, String)>>,
    /// Where to put what became of it.
    ended: Arc<Mutex<Vec<Ended>>>,
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
    fn send_all(&mut self, batch: &[&Delivery], meanwhile: &mut dyn FnMut()) -> Vec<Ended> {
        let (http, agent) = (&self.http, &self.agent);
        let pool = self.pool.get_or_insert_with(|| pool(http, agent));
        let lost = || Sent::Failed(Failure::NoAnswer("the try was lost".to_owned()));
        let ended: Vec<Ended> = batch.iter().map(|_| (lost(), Duration::ZERO)).collect();
        let ended = Arc::new(Mutex::new(ended));
        let (working, all_ended) = unbounded();
        for (n, delivery) in batch.iter().enumerate() {
            let work = Work {
                n,
                delivery: (*delivery).clone(),
                headers: Arc::clone(&self.headers),
                ended: Arc::clone(&ended),
                working: working.clone(),
            };
            // Without a thread that takes it, it is lost.
            drop(pool.send(work));
        }
        drop(working);
        meanwhile();
        let _ = all_ended.recv();
        let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *ended)
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
                let sent = send(&http, &agent, &work.headers, &work.delivery);
                let mut ended = work.ended.lock().unwrap_or_else(PoisonError::into_inner);
                ended[work.n] = (sent, started.elapsed());
                drop(ended);
                drop(work.working);
            }
        });
    }
    give
}

/// Makes one request.
fn send(http: &Http, agent: &Agent, headers: &[(String, String)], delivery: &Delivery) -> Sent {
    let url = match http.url.of(&delivery.document) {
        Ok(url) => url,
        Err((path, message)) => {
            return Sent::Not(Outcome::refused_at("http:url", path, message));
        }
    };
    let mut request = http::Request::builder()
        .method(http.method.as_str())
        .uri(&url)
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .header(&http.key_header, &delivery.key);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = match request.body(&delivery.payload[..]) {
        Ok(request) => request,
        Err(error) => return Sent::Failed(Failure::Unusable(error.to_string())),
    };
    match agent.run(request) {
        Ok(response) => read(response).map_or_else(Sent::Failed, Sent::Answered),
        Err(error) => Sent::Failed(failure(&error)),
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
        meanwhile: &mut dyn FnMut(),
    ) -> Result<Vec<Answered>, Held> {
        let all: Vec<&Delivery> = batch.iter().collect();
        let mut sent = self.send_all(&all, meanwhile);
        // A 401 certainly applied nothing. Tokens run out in the middle of a night.
        let again: Vec<usize> = (0..sent.len())
            .filter(|n| sent[*n].0.is_unauthorized())
            .collect();
        if !again.is_empty() && self.renew() {
            let deliveries: Vec<&Delivery> = again.iter().map(|n| &batch[*n]).collect();
            for (n, second) in again
                .into_iter()
                .zip(self.send_all(&deliveries, &mut || {}))
            {
                sent[n] = second;
            }
        }
        let mut answers = Vec::with_capacity(sent.len());
        for (sent, took) in sent {
            let outcome = match sent {
                Sent::Answered(answer) => {
                    self.seen.add(answer.status);
                    answered(&answer, self.http.proof, self.seen)
                }
                Sent::Failed(failure) => failed(&failure),
                Sent::Not(outcome) => outcome,
            };
            answers.push(Answered {
                outcome,
                took: Some(took),
            });
        }
        Ok(answers)
    }

    fn wave(&self) -> usize {
        self.http.concurrency
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

fn read(response: http::Response<Body>) -> Result<Answer, Failure> {
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
        .limit(MAX_ANSWER)
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
