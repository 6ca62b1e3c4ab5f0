//! Who is trusted over TLS, and what a handshake says that failed.

use std::{error::Error, fs, io, path::Path as FilePath};

use rustls::{
    CertificateError, InvalidMessage, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// The certificates of the authorities in a PEM file, whose place is relative to `folder`.
///
/// # Errors
/// The file, and why it is of no use.
pub fn authorities(folder: &FilePath, name: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let wrong = |why: &dyn ToString| {
        let why = why.to_string();
        format!("the certificates in {name} (ca_file) cannot be used: {why}")
    };
    let bytes = fs::read(folder.join(name)).map_err(|error| wrong(&error))?;
    let mut roots = RootCertStore::empty();
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        (roots.add(certificate.clone())).map_err(|error| wrong(&error))?;
        found.push(certificate);
    }
    if found.is_empty() {
        return Err(wrong(&"there is none in it"));
    }
    Ok(found)
}

/// What is wrong with the server by what rustls says of it; `None` for an error that only says that the connection broke.
pub(super) fn distrust(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // An io::Error hides what it wraps from source().
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        let found = match wrapped {
            Some(wrapped) => wrapped.downcast_ref::<rustls::Error>(),
            None => error.downcast_ref::<rustls::Error>(),
        };
        if let Some(found) = found {
            return Some(reason(found));
        }
        cause = error.source();
    }
    None
}

/// What a person must do about it, in words.
fn reason(error: &rustls::Error) -> String {
    let hint = match error {
        rustls::Error::InvalidCertificate(wrong) => match wrong {
            // The second is an authority of a name that is trusted, with another key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                "its certificate was signed by an authority that is not trusted; if it is your own, name its certificate with \
                 ca_file in the contract"
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet; look at the clock of this computer"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name; look at the url in the contract"
            }
            _ => "its certificate cannot be trusted",
        },
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what answers there does not speak TLS; look at the url in the contract"
        }
        _ => return error.to_string(),
    };
    format!("{hint} ({error})")
}
