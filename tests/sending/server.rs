//! A server on loopback that does what a test tells it, faults included, and remembers what it applied.

use std::{
    collections::{HashMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// Applies it and answers 201 with `{"id": N}`; a key it knows gets the same answer and is not applied again.
    Apply,
    /// As `Apply`, whatever it knows of the key.
    ApplyBlindly,
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
    /// Those that wait to be let go, with the number each is to be told.
    waiting: Vec<(TcpStream, usize)>,
    is_over: bool,
}

/// Stops when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    ledger: Arc<Mutex<Ledger>>,
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
        let shared = Arc::clone(&ledger);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.lock().unwrap().is_over {
                    break;
                }
                let (shared, rest) = (Arc::clone(&shared), rest.clone());
                thread::spawn(move || serve(stream.unwrap(), &shared, &rest));
            }
        });
        Self { address, ledger }
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
        for (mut stream, number) in waiting {
            answer(&mut stream, 201, JSON, &format!("{{\"id\": {number}}}"));
        }
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

/// Does one thing. Says whether the connection lives on.
fn act(does: &Does, request: &Request, ledger: &Mutex<Ledger>, stream: &mut TcpStream) -> bool {
    let mut ledger = ledger.lock().unwrap();
    ledger.requests.push(request.clone());
    let applies = !matches!(does, Does::Answer(..) | Does::Drop | Does::Look);
    let mut number = ledger.applied.len() + 1;
    if applies {
        let key = request.key();
        match ledger.keys.get(&key) {
            Some(known) if !ledger.forgets_keys && !matches!(does, Does::ApplyBlindly) => {
                number = *known;
            }
            _ => {
                ledger.applied.push(request.body.clone());
                ledger.keys.insert(key, number);
            }
        }
    }
    let id = format!("{{\"id\": {number}}}");
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
        Does::Apply | Does::ApplyBlindly => answer(stream, 201, JSON, &id),
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
            ledger.waiting.push((stream.try_clone().unwrap(), number));
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
