//! By which of the process's listeners a request came in, which decides what it may reach and how addresses in its answer begin.

use std::path::PathBuf;
use std::sync::Arc;

use actix_web::HttpRequest;

/// How a listener is spoken to, and from where.
#[derive(Clone, Debug, Default)]
pub struct Entrance {
    /// Whether it is spoken to by HTTPS.
    pub is_encrypted: bool,
    /// The word that those who come from the network give; `None` where only this machine comes in.
    pub word: Option<Arc<str>>,
}

impl Entrance {
    /// That of a request.
    pub fn of(request: &HttpRequest) -> Self {
        request.app_data::<Self>().cloned().unwrap_or_default()
    }
}

/// Scheme and host under which a request's client knows us.
pub fn base_url(request: &HttpRequest) -> String {
    let server = request.connection_info();
    let scheme = if Entrance::of(request).is_encrypted { "https" } else { server.scheme() };
    format!("{scheme}://{}", server.host())
}

/// Where the process can be reached.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    /// By HTTP, from this machine.
    pub url: String,
    /// By HTTPS.
    pub secure: Option<Secure>,
    /// From the network.
    pub lan: Option<Lan>,
}

/// HTTPS, and what has to be trusted for it.
#[derive(Clone, Debug)]
pub struct Secure {
    /// Where.
    pub url: String,
    /// The file of the authority's certificate.
    pub ca: PathBuf,
    /// That certificate, as PEM.
    pub pem: String,
    /// Its SHA-256.
    pub fingerprint: String,
    /// Whether that file stays when the process ends.
    pub is_kept: bool,
}

/// What those who come from the network are told.
#[derive(Clone, Debug)]
pub struct Lan {
    /// Where, by HTTP.
    pub url: String,
    /// Where, by HTTPS.
    pub secure_url: Option<String>,
    /// The word without which the token provider does not answer them.
    pub word: Arc<str>,
}

impl Lan {
    /// The page that a phone is led to.
    pub fn page(&self) -> String {
        format!("{}{PHONE}?{WORD}={}", self.url, self.word)
    }
}

/// Where the page for phones is.
pub const PHONE: &str = "/_millpond/phone";
/// The parameter that holds the word.
pub const WORD: &str = "word";
