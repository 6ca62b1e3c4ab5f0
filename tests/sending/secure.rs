//! A server on loopback that speaks TLS, or what is none, as a test tells it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer};

use super::testing_authority::Identity;

/// What the server does with a connection.
pub(crate) enum Speaks {
    /// TLS; it applies each request and answers 201.
    Tls(Identity),
    /// TLS until it has applied a request; then what is no TLS.
    TlsThenNoise(Identity),
    /// TLS until it has applied a request; then it is gone.
    TlsThenCut(Identity),
    PlainText,
    /// It hangs up on the first byte.
    Cuts,
    Nothing,
}

/// Stops when it is dropped.
pub(crate) struct SecureServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    applied: Mutex<Vec<String>>,
    hanging: Mutex<Vec<TcpStream>>,
    is_over: AtomicBool,
}

impl SecureServer {
    pub fn start(speaks: Speaks) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            let speaks = Arc::new(Ready::from(speaks));
            for stream in listener.incoming() {
                if theirs.is_over.load(Ordering::SeqCst) {
                    break;
                }
                let (speaks, theirs) = (Arc::clone(&speaks), Arc::clone(&theirs));
                thread::spawn(move || speaks.talk(stream.unwrap(), &theirs));
            }
        });
        Self { address, shared }
    }

    pub fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// The bodies it applied, in order.
    pub fn applied(&self) -> Vec<String> {
        self.shared.applied.lock().unwrap().clone()
    }
}

impl Drop for SecureServer {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.shared.hanging.lock().unwrap().clear();
        // Wakes whoever listens.
        let _ = TcpStream::connect(self.address);
    }
}

enum Ready {
    Tls(Arc<ServerConfig>, AfterRequest),
    PlainText,
    Cuts,
    Nothing,
}

#[derive(Clone, Copy)]
enum AfterRequest {
    Answer,
    Noise,
    Cut,
}

impl From<Speaks> for Ready {
    fn from(speaks: Speaks) -> Self {
        let (identity, then) = match speaks {
            Speaks::Tls(identity) => (identity, AfterRequest::Answer),
            Speaks::TlsThenNoise(identity) => (identity, AfterRequest::Noise),
            Speaks::TlsThenCut(identity) => (identity, AfterRequest::Cut),
            Speaks::PlainText => return Self::PlainText,
            Speaks::Cuts => return Self::Cuts,
            Speaks::Nothing => return Self::Nothing,
        };
        let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![identity.certificate.der().clone()], key)
            .unwrap();
        Self::Tls(Arc::new(config), then)
    }
}

impl Ready {
    fn talk(&self, mut stream: TcpStream, shared: &Shared) {
        match self {
            Self::Tls(config, then) => {
                let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                answer(StreamOwned::new(connection, stream), *then, shared);
            }
            Self::PlainText => {
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            }
            Self::Cuts => {
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.shutdown(Shutdown::Both);
            }
            Self::Nothing => shared.hanging.lock().unwrap().push(stream),
        }
    }
}

/// Applies requests and answers them until the client is gone.
fn answer(stream: StreamOwned<ServerConnection, TcpStream>, then: AfterRequest, shared: &Shared) {
    let mut stream = BufReader::new(stream);
    while let Some(body) = read(&mut stream) {
        shared.applied.lock().unwrap().push(body);
        let tls = stream.get_mut();
        match then {
            AfterRequest::Answer => {
                let head =
                    "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2";
                let _ = write!(tls, "{head}\r\n\r\n{{}}");
            }
            AfterRequest::Noise => {
                let _ = tls.sock.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n");
                return;
            }
            AfterRequest::Cut => {
                let _ = tls.sock.shutdown(Shutdown::Both);
                return;
            }
        }
    }
}

/// The body of the next request.
fn read(stream: &mut impl BufRead) -> Option<String> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let line = line.trim_end().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("content-length:") {
            length = number.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}
