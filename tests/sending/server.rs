//! A server on loopback that does what a test tells it, faults included, and remembers what it applied.
//!
//! A body of `{"records": [...]}` is a batch: each record carries its key in `idempotency_key`, and has a result of its own in
//! `{"results": [...]}`. One with a number in `refuse` is not applied; its result has that status.

use std::{
    collections::{HashMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
};

use serde_json::{Map, Value, json};

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// Applies it and answers 201 with `{"id": N}`; a key it knows gets the same answer and is not applied again.
    Apply,
    /// As `Apply`, whatever it knows of the key.
    ApplyBlindly,
    /// As `Apply`; the results of a batch are answered as this makes them.
    ApplyAndSay(fn(Vec<Value>) -> Value),
    /// As `Apply`, but answers 413 to more records than so many.
    AtMost(usize),
    /// As `Apply`, but answers 422 to a batch that holds one to refuse, and applies none of it.
    AllOrNone,
    /// As `AllOrNone`, but applies those before the one to refuse.
    AllBefore,
    /// Answers without applying: status, more header lines, body.
    Answer(u16, &'static str, &'static str),
    /// Applies it and answers so.
    ApplyAnd(u16, &'static str, &'static str),
    /// Closes the connection before it has read the request.
    Drop,
    /// Applies it and closes the connection without an answer.
    ApplyAndDrop,
    /// Applies it and breaks off in the middle of the answer.
    ApplyAndCut,
    /// Applies it and never answers.
    ApplyAndHang,
    /// Applies it and answers when it is let go.
    ApplyAndWait,
    /// Answers so when it is let go, without applying: status, body.
    Wait(u16, &'static str),
    /// Applies it and answers with what is no HTTP.
    ApplyAndTalkNonsense,
    /// Answers 200 with the record whose `id` ends the path, or 404.
    Look,
}

const JSON: &str = "Content-Type: application/json\r\n";

/// One request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// `POST /path`
    pub line: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Request {
    pub fn key(&self) -> String {
        self.headers
            .get("idempotency-key")
            .cloned()
            .unwrap_or_default()
    }

    /// The records of a batch.
    fn batch(&self) -> Option<Vec<Map<String, Value>>> {
        let mut body: Value = serde_json::from_str(&self.body).ok()?;
        serde_json::from_value(body.get_mut("records")?.take()).ok()
    }

    /// Key and body of each record, as if it had come alone.
    pub fn records(&self) -> Vec<(String, String)> {
        let Some(batch) = self.batch() else {
            return vec![(self.key(), self.body.clone())];
        };
        let record = |one: Map<String, Value>| {
            let key = one.get("idempotency_key").and_then(Value::as_str);
            let key = key.unwrap_or_default().to_owned();
            let fields = one
                .into_iter()
                .filter(|(name, _)| name != "idempotency_key");
            (key, Value::Object(fields.collect()).to_string())
        };
        batch.into_iter().map(record).collect()
    }
}

/// The status with which a record wants to be refused.
fn refusal(body: &str) -> Option<u64> {
    let body: Value = serde_json::from_str(body).ok()?;
    body.get("refuse")?.as_u64()
}

#[derive(Default)]
struct Ledger {
    requests: Vec<Request>,
    /// Bodies, in the order they were applied.
    applied: Vec<String>,
    /// The number each key was applied under.
    keys: HashMap<String, usize>,
    script: VecDeque<Does>,
    /// What it does with the next GETs. With all others it looks: 200 with the record whose `id` ends the path, or 404.
    looks: VecDeque<Does>,
    forgets_keys: bool,
    hanging: Vec<TcpStream>,
    /// Those that wait to be let go, with the status and the body each is to be told.
    waiting: Vec<(TcpStream, u16, String)>,
    /// Connections whose end was not seen yet.
    open: usize,
    is_over: bool,
}

/// Stops when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    ledger: Arc<Mutex<Ledger>>,
    /// Told of the end of every connection.
    closed: Arc<Condvar>,
}

impl Server {
    /// Does what `script` says with the first requests, then `rest` with all others.
    pub fn start(script: impl IntoIterator<Item = Does>, rest: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ledger = Arc::new(Mutex::new(Ledger {
            script: script.into_iter().collect(),
            ..Ledger::default()
        }));
        let closed = Arc::new(Condvar::new());
        let (shared, ended) = (Arc::clone(&ledger), Arc::clone(&closed));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut ledger = shared.lock().unwrap();
                if ledger.is_over {
                    break;
                }
                ledger.open += 1;
                drop(ledger);
                let (shared, ended, rest) = (Arc::clone(&shared), Arc::clone(&ended), rest.clone());
                thread::spawn(move || {
                    serve(stream.unwrap(), &shared, &rest);
                    shared.lock().unwrap().open -= 1;
                    ended.notify_all();
                });
            }
        });
        Self {
            address,
            ledger,
            closed,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.ledger.lock().unwrap().requests.clone()
    }

    /// What was applied, in order.
    pub fn applied(&self) -> Vec<String> {
        self.ledger.lock().unwrap().applied.clone()
    }

    /// Answers those that wait.
    pub fn let_go(&self) {
        let waiting = std::mem::take(&mut self.ledger.lock().unwrap().waiting);
        for (mut stream, status, body) in waiting {
            answer(&mut stream, status, JSON, &body);
        }
    }

    /// Answers the one that has waited longest.
    pub fn let_one_go(&self) {
        let (mut stream, status, body) = self.ledger.lock().unwrap().waiting.remove(0);
        answer(&mut stream, status, JSON, &body);
    }

    /// Waits until everything has been read that senders which are dead by now have left on the way.
    pub fn hear_out(&self) {
        // Connections are taken in the order in which they come. When this one has its end, those of the dead count as open.
        let mut last = TcpStream::connect(self.address).unwrap();
        last.shutdown(Shutdown::Write).unwrap();
        last.read_to_end(&mut Vec::new()).unwrap();
        let ledger = self.ledger.lock().unwrap();
        let silent = self.closed.wait_while(ledger, |ledger| ledger.open > 0);
        drop(silent.unwrap());
    }

    /// Recognises no repeat from now on.
    pub fn forget_keys(&self) {
        self.ledger.lock().unwrap().forgets_keys = true;
    }

    /// Does this with the next GETs, which are no part of the script.
    pub fn when_asked(&self, script: impl IntoIterator<Item = Does>) {
        self.ledger.lock().unwrap().looks.extend(script);
    }

    /// Does this with the next requests before anything else.
    pub fn then(&self, script: impl IntoIterator<Item = Does>) {
        self.ledger.lock().unwrap().script.extend(script);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut ledger = self.ledger.lock().unwrap();
        ledger.is_over = true;
        ledger.hanging.clear();
        ledger.waiting.clear();
        drop(ledger);
        // Wakes whoever listens.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: TcpStream, ledger: &Mutex<Ledger>, rest: &Does) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        // A connection that is dropped is dropped before anything is read of it.
        let mut first = [0];
        match stream.peek(&mut first) {
            Ok(1) => {}
            _ => return,
        }
        let does = {
            let mut ledger = ledger.lock().unwrap();
            if first == *b"G" {
                ledger.looks.pop_front().unwrap_or(Does::Look)
            } else {
                ledger.script.pop_front().unwrap_or_else(|| rest.clone())
            }
        };
        if matches!(does, Does::Drop) {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
        let Some(request) = read(&mut reader) else {
            return;
        };
        if !act(&does, &request, ledger, &mut stream) {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
    }
}

impl Ledger {
    /// Applies these, but for what is to be refused and for what it knows. Gives the result of each.
    fn apply(&mut self, records: Vec<(String, String)>, blindly: bool) -> Vec<Value> {
        let recognises = !self.forgets_keys && !blindly;
        let one = |(key, body): (String, String)| {
            if let Some(status) = refusal(&body) {
                return json!({"idempotency_key": key, "status": status, "field": "refuse", "message": "not this one"});
            }
            let known = self.keys.get(&key).filter(|_| recognises).copied();
            let number = known.unwrap_or_else(|| {
                self.applied.push(body);
                self.applied.len()
            });
            self.keys.insert(key.clone(), number);
            json!({"idempotency_key": key, "status": 201, "id": number})
        };
        records.into_iter().map(one).collect()
    }
}

/// The part of a request that is applied, and with what the request is turned away, if it is.
fn judged(does: &Does, request: &Request) -> (Vec<(String, String)>, Option<u16>) {
    let mut records = request.records();
    let refused = records.iter().position(|(_, body)| refusal(body).is_some());
    let away = match (does, refused) {
        (Does::AtMost(most), _) if records.len() > *most => Some(413),
        (Does::AllOrNone, Some(_)) => Some(422),
        (Does::AllBefore, Some(n)) => {
            records.truncate(n);
            return (records, Some(422));
        }
        _ => None,
    };
    let is_away = away.is_some()
        || matches!(
            does,
            Does::Answer(..) | Does::Wait(..) | Does::Drop | Does::Look
        );
    (if is_away { Vec::new() } else { records }, away)
}

/// Does one thing. Says whether the connection lives on.
fn act(does: &Does, request: &Request, ledger: &Mutex<Ledger>, stream: &mut TcpStream) -> bool {
    let mut ledger = ledger.lock().unwrap();
    ledger.requests.push(request.clone());
    let (records, away) = judged(does, request);
    let results = ledger.apply(records, matches!(does, Does::ApplyBlindly));
    if let Some(status) = away {
        return answer(stream, status, JSON, r#"{"message": "not all of these"}"#);
    }
    let (status, id) = if request.batch().is_some() {
        (200, json!({"results": results.clone()}).to_string())
    } else {
        let number = results.first().and_then(|one| one["id"].as_u64());
        (201, format!("{{\"id\": {}}}", number.unwrap_or(0)))
    };
    match does {
        Does::Look => {
            let wanted = request.line.rsplit('/').next().unwrap_or_default();
            let wanted = format!("\"id\":\"{}\"", wanted.replace("%2F", "/"));
            let mut bodies = ledger.applied.iter();
            match bodies.position(|body| body.contains(&wanted)) {
                Some(n) => answer(stream, 200, JSON, &format!("{{\"id\": {}}}", n + 1)),
                None => answer(stream, 404, JSON, "{}"),
            }
        }
        Does::Apply | Does::ApplyBlindly | Does::AtMost(_) | Does::AllOrNone | Does::AllBefore => {
            answer(stream, status, JSON, &id)
        }
        Does::ApplyAndSay(say) => answer(stream, status, JSON, &say(results).to_string()),
        Does::Answer(status, headers, body) | Does::ApplyAnd(status, headers, body) => {
            let headers = if headers.is_empty() { JSON } else { headers };
            answer(stream, *status, headers, body)
        }
        Does::Drop | Does::ApplyAndDrop => false,
        Does::ApplyAndCut => {
            let _ = stream.write_all(
                b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"id\"",
            );
            false
        }
        Does::ApplyAndHang => {
            ledger.hanging.extend(stream.try_clone());
            true
        }
        Does::ApplyAndWait => {
            let waiting = (stream.try_clone().unwrap(), status, id);
            ledger.waiting.push(waiting);
            true
        }
        Does::Wait(status, body) => {
            let waiting = (stream.try_clone().unwrap(), *status, (*body).to_owned());
            ledger.waiting.push(waiting);
            true
        }
        Does::ApplyAndTalkNonsense => {
            let _ = stream.write_all(b"HELLO THERE\r\n\r\n");
            false
        }
    }
}

fn answer(stream: &mut TcpStream, status: u16, headers: &str, body: &str) -> bool {
    let text = format!(
        "HTTP/1.1 {status} Whatever\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).is_ok()
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        line,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}
