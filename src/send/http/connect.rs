//! How a connection to an API is made. What fails here fails before the first byte of a request is written; ureq alone would not
//! tell it from what fails later.

use std::{fmt, io::ErrorKind, path::Path as FilePath, sync::Arc};

use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
    unversioned::{
        resolver::DefaultResolver,
        transport::{ConnectionDetails, Connector, DefaultConnector, Transport},
    },
};

use super::{
    super::tls::{authorities, distrust},
    Http,
    classify::Failure,
};
use crate::broken::is_broken;

/// What makes the requests.
///
/// # Errors
/// The file of authorities that cannot be used, and why.
pub(super) fn agent(http: &Http, folder: &FilePath) -> Result<Agent, String> {
    let mut tls = TlsConfig::builder();
    if let Some(name) = &http.ca_file {
        let own: Vec<Certificate<'static>> = (authorities(folder, name)?.iter())
            .map(|one| Certificate::from_der(one).to_owned())
            .collect();
        tls = tls.root_certs(RootCerts::Specific(Arc::new(own)));
    }
    let config = Agent::config_builder()
        .tls_config(tls.build())
        .http_status_as_error(false)
        .max_redirects(if is_broken("redirects") { 5 } else { 0 })
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("redrive/", env!("CARGO_PKG_VERSION")))
        .max_idle_connections_per_host(http.concurrency)
        .max_idle_connections(http.concurrency)
        .timeout_resolve(Some(http.timeouts.connect))
        .timeout_connect(Some(http.timeouts.connect))
        .timeout_recv_response(Some(http.timeouts.first_byte))
        .timeout_global(Some(http.timeouts.total))
        .build();
    Ok(Agent::with_parts(
        config,
        Connect::default(),
        DefaultResolver::default(),
    ))
}

/// ureq's own connector, whose errors are told from all others.
#[derive(Debug, Default)]
struct Connect(DefaultConnector);

impl Connector for Connect {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let connected = self.0.connect(details, chained);
        connected.map_err(|error| ureq::Error::Other(Box::new(NotConnected(error))))
    }
}

/// Nothing was sent.
#[derive(Debug)]
struct NotConnected(ureq::Error);

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NotConnected {}

/// Where a request ended. Only what fails before the first byte is written certainly reached nobody.
pub(super) fn failure(error: &ureq::Error) -> Failure {
    let message = error.to_string();
    match error {
        ureq::Error::Other(other) => match other.downcast_ref() {
            Some(NotConnected(error)) => not_connected(error),
            None => Failure::NoAnswer(message),
        },
        ureq::Error::HostNotFound | ureq::Error::Timeout(ureq::Timeout::Resolve) => {
            Failure::NotSent(message)
        }
        // The words of the standard library, which has no kind for it.
        ureq::Error::Io(io) if io.to_string().contains("failed to lookup address") => {
            Failure::NotSent("its name is not known".to_owned())
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Failure::Unusable(message),
        _ => Failure::NoAnswer(message),
    }
}

/// A name that has no certificate, or one that does not hold, is for a person to mend; anything else may pass.
fn not_connected(error: &ureq::Error) -> Failure {
    let distrusted = match error {
        ureq::Error::Io(io) => distrust(io),
        ureq::Error::Rustls(error) => distrust(error),
        ureq::Error::Tls(words) => Some((*words).to_owned()),
        _ => None,
    };
    if let Some(reason) = distrusted {
        return Failure::Tls(reason);
    }
    Failure::NotSent(match error {
        ureq::Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => {
            "connection refused".to_owned()
        }
        ureq::Error::Io(io) => format!("no connection: {io}"),
        ureq::Error::Timeout(_) => {
            "no connection in the time it may take (timeouts.connect)".to_owned()
        }
        other => format!("no connection: {other}"),
    })
}
