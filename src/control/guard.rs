//! Who may call the control API: only this machine's own programs and pages (design.md 7).
//!
//! A page of a foreign site must reach it neither by its own origin nor by a name of its own that resolves to
//! loopback, so both `Origin` and `Host` are checked.

use std::net::IpAddr;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use url::Url;

use super::code::ControlCode;
use super::error::ControlError;
use super::phone;
use crate::entrance::{Entrance, WORD};
use crate::model::upload;
use crate::params::Params;

/// Where a request comes from, as far as its `Origin` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// A program, the dashboard, or a page whose origin was allowed: everything.
    Own,
    /// A page that this machine serves from another port: whatever a front end in development needs, and no secret.
    Neighbour,
}

/// Lets a request through when its `Host` and `Origin` are this machine's, and answers a local page's preflight.
pub async fn local_only(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let reach = Data::clone(
        request.app_data::<Data<Reach>>().expect("the server says in every app how far the control API reaches"),
    );
    let origin = request.headers().get(header::ORIGIN).cloned();
    let entrance = Entrance::of(request.request());
    let target = request.connection_info().host().to_owned();
    let page = ["/_millpond", "/_millpond/"].contains(&request.path());
    let checked = match &entrance.word {
        // All that can be come to that way is for whoever has the word.
        Some(word) => check_word(word, &request).map(|()| From::Own),
        None => check(request.headers(), &target, &reach)
            .and_then(|from| check_site(request.headers(), page).map(|()| from)),
    };
    let from = match checked {
        Ok(from) => from,
        Err(refusal) => return Ok(request.into_response(refusal.error_response())),
    };
    request.extensions_mut().insert(from);
    let preflight = request.method() == Method::OPTIONS;
    let mut response = match *request.method() {
        _ if preflight => request.into_response(HttpResponse::NoContent().finish()),
        Method::GET => next.call(request).await?,
        // Who only looks is waited for no longer when it hangs up; a change that has begun is finished.
        _ => actix_web::rt::spawn(next.call(request)).await.map_err(|cause| ControlError::internal(&cause))??,
    };
    if let Some(origin) = origin {
        allow(response.headers_mut(), origin);
    }
    Ok(response)
}

/// Lets a request to a route through unless it is a neighbour's and the route, or what is asked of it, is not for neighbours.
pub async fn for_whom(
    neighbours: bool,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_neighbour = request.extensions().get::<From>() == Some(&From::Neighbour);
    let asks_for_secrets = Params::parse(request.query_string()).get("secrets").is_some();
    if is_neighbour && (!neighbours || asks_for_secrets) {
        let origin = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
        let refusal = ControlError::new(
            ControlCode::ForeignOrigin,
            format!(
                "a page of the origin \"{origin}\" may ask the token provider and read what holds no secret, and \
                 neither read secrets nor change anything"
            ),
        );
        let refusal = refusal.with_hint(format!("start millpond with --allow-origin {origin}"));
        return Ok(request.into_response(refusal.error_response()));
    }
    next.call(request).await
}

/// Of those who come from the network, whoever gives the word may ask for what is there for phones. A preflight cannot give it,
/// and changes nothing.
fn check_word(word: &str, request: &ServiceRequest) -> Result<(), ControlError> {
    let is_given = || Params::parse(request.query_string()).get(WORD) == Some(word);
    match phone::is_for_phones(request.path()) {
        Some(needs_word) if !needs_word || request.method() == Method::OPTIONS || is_given() => Ok(()),
        Some(_) => {
            Err(ControlError::new(ControlCode::FromNetwork, "from the network, the token provider wants its word")
                .with_hint(format!("call it as the page says that the picture of --lan leads to, with {WORD}=…")))
        }
        None => Err(ControlError::new(
            ControlCode::FromNetwork,
            "from the network, the control API is not served but for the token provider",
        )
        .with_hint("call it on the machine that millpond runs on")),
    }
}

fn check(headers: &HeaderMap, target: &str, reach: &Reach) -> Result<From, ControlError> {
    // HTTP/2 and absolute targets carry the host in the target, not in a header.
    let host = match only(headers, &header::HOST) {
        Some(host) => host?,
        None => target,
    };
    let foreign_host = || {
        ControlError::new(ControlCode::ForeignHost, format!("the control API is not served to the host \"{host}\""))
            .with_hint("call it by a loopback name, or start millpond with --allow-host NAME")
    };
    let own = authority(&format!("http://{host}")).filter(|own| reach.is_own(own)).ok_or_else(foreign_host)?;
    check_referrer(headers)?;
    let Some(origin) = only(headers, &header::ORIGIN) else { return Ok(From::Own) };
    let origin = origin?;
    match authority(origin) {
        // Apps in a web view have origins of schemes of their own, such as `capacitor://localhost`.
        _ if reach.allows_origin(origin) => Ok(From::Own),
        Some(page) if page == own => Ok(From::Own),
        Some(page) if reach.is_own(&page) => Ok(From::Neighbour),
        _ => Err(ControlError::new(
            ControlCode::ForeignOrigin,
            format!("the control API is not served to pages of the origin \"{origin}\""),
        )
        .with_hint("open the page from a loopback address, or start millpond with --allow-origin ORIGIN")),
    }
}

/// A file that somebody sent is served from our own origin, and is no page of ours.
fn check_referrer(headers: &HeaderMap) -> Result<(), ControlError> {
    let referrer = headers.get(header::REFERER).and_then(|referrer| Url::parse(referrer.to_str().ok()?).ok());
    if !referrer.is_some_and(|referrer| referrer.path().starts_with(upload::PREFIX)) {
        return Ok(());
    }
    Err(ControlError::new(ControlCode::ForeignOrigin, "the control API is not served to files that somebody sent")
        .with_hint("call it from a program, or from a page of your own"))
}

/// A header that may be there once. Of two, a proxy and we could each believe another.
fn only<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<Result<&'a str, ControlError>> {
    let mut values = headers.get_all(name);
    let value = values.next()?;
    if values.next().is_some() {
        return Some(Err(ControlError::new(
            ControlCode::ForeignHost,
            format!("there is more than one header `{name}`"),
        )));
    }
    Some(Ok(value.to_str().unwrap_or("\u{fffd}")))
}

/// Host and port of an origin: scheme, host and port, and nothing else. What only looks like one has none.
fn authority(origin: &str) -> Option<(url::Host, u16)> {
    let url = Url::parse(origin).ok()?;
    let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/";
    let ends = url.query().is_none() && url.fragment().is_none() && !origin.contains(['@', '\\', ' ', '\t', '\n']);
    let is_web = ["http", "https"].contains(&url.scheme()) && !origin.ends_with('/');
    if !(bare && ends && is_web) {
        return None;
    }
    Some((url.host()?.to_owned(), url.port_or_known_default()?))
}

/// Browsers send no `Origin` with a plain GET, such as that of an image or of a link, but say whether it comes from a page of
/// another site. Such a page may lead to the dashboard, and to nothing else.
fn check_site(headers: &HeaderMap, page: bool) -> Result<(), ControlError> {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|said| said.as_bytes() == value.as_bytes());
    let is_local = headers.contains_key(header::ORIGIN); // A foreign one has been refused.
    if is_local || !says("sec-fetch-site", "cross-site") || (page && says("sec-fetch-mode", "navigate")) {
        return Ok(());
    }
    Err(ControlError::new(ControlCode::ForeignOrigin, "the control API is not served to pages of another site")
        .with_hint("open the address itself, or call it from a page with a loopback address, by fetch with CORS"))
}

/// By which names the control API may be called, and from which pages.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The address it is bound to.
    pub bound: IpAddr,
    /// Further names under which it may be called; `*.` in front of one stands for all names below it.
    pub allowed_hosts: Vec<String>,
    /// Origins whose pages may do everything.
    pub allowed_origins: Vec<String>,
}

impl Reach {
    /// A loopback name or address, the bound address, or a name that was allowed; any port.
    fn is_own(&self, (host, _): &(url::Host, u16)) -> bool {
        let is_local = |address: IpAddr| address.to_canonical().is_loopback() || address == self.bound;
        let own = match host {
            url::Host::Ipv4(address) => is_local((*address).into()),
            url::Host::Ipv6(address) => is_local((*address).into()),
            url::Host::Domain(name) => {
                let name = name.trim_end_matches('.');
                return name == "localhost" || name.ends_with(".localhost") || self.allows_host(name);
            }
        };
        own || self.allows_host(host.to_string().trim_matches(['[', ']']))
    }

    fn allows_host(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let mut allowed = self.allowed_hosts.iter().map(|allowed| allowed.to_ascii_lowercase());
        allowed.any(|allowed| match allowed.strip_prefix('*') {
            Some(end) => name.strip_suffix(end).is_some_and(|front| !front.is_empty()),
            None => name == allowed,
        })
    }

    fn allows_origin(&self, origin: &str) -> bool {
        self.allowed_origins.iter().any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
    }
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("content-type, authorization, x-requested-with"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a request with these headers is taken for.
    fn verdict(hosts: &[&str], origins: &[&str]) -> Option<From> {
        let reach = Reach {
            bound: "192.168.7.9".parse().expect("an address"),
            allowed_hosts: ["millpond", "10.0.2.2", "*.svc"].map(str::to_owned).into(),
            allowed_origins: vec!["http://shop.test:8080/".to_owned(), "capacitor://localhost".to_owned()],
        };
        let mut headers = HeaderMap::new();
        for (name, values) in [(header::HOST, hosts), (header::ORIGIN, origins)] {
            for value in values {
                headers.append(name.clone(), value.parse().expect("a value"));
            }
        }
        check(&headers, hosts[0], &reach).ok()
    }

    #[test]
    fn own_hosts_pass_with_any_port_and_spelling() {
        for host in [
            "localhost",
            "LOCALHOST:7663",
            "localhost.:7663",
            "127.0.0.1:1",
            "127.8.8.8",
            "[::1]:7663",
            "[::ffff:127.0.0.1]",
            "192.168.7.9:80",
            "millpond:7663",
            "MillPond",
            "10.0.2.2",
            "app.localhost:3",
            "millpond.shop.svc:7663",
            "Stream.SVC.",
        ] {
            assert_eq!(verdict(&[host], &[]), Some(From::Own), "{host}");
        }
    }

    #[test]
    fn foreign_and_odd_hosts_are_refused() {
        for host in [
            "evil.example",
            "evil.example:7663",
            "localhost.evil.example",
            "192.168.7.8",
            "[2001:db8::1]:7663",
            "127.0.0.1.evil.example",
            "svc",
            "evilsvc",
            ".svc",
            "shop.svc.evil.example",
            "",
            "localhost:1@evil.example",
            "evil.example@localhost",
            "localhost:notaport",
            "localhost:1:2",
            "localhost/evil",
            "localhost\\evil",
            "localhost#evil",
            "localhost evil.example",
        ] {
            assert_eq!(verdict(&[host], &[]), None, "{host}");
        }
    }

    #[test]
    fn of_two_hosts_or_origins_none_is_believed() {
        assert_eq!(verdict(&["localhost", "localhost"], &[]), None);
        assert_eq!(verdict(&["localhost", "evil.example"], &[]), None);
        assert_eq!(verdict(&["localhost"], &["http://localhost", "http://localhost"]), None);
        assert_eq!(verdict(&["localhost"], &["http://localhost", "http://evil.example"]), None);
    }

    #[test]
    fn only_the_same_host_and_port_is_the_own_origin() {
        for (host, origin) in [
            ("localhost:7663", "http://localhost:7663"),
            ("LOCALHOST:7663", "http://localhost:7663"),
            ("[::1]:7663", "http://[::1]:7663"),
            ("millpond", "http://millpond"),
            ("localhost:7663", "http://shop.test:8080"),
            ("localhost:7663", "capacitor://localhost"),
        ] {
            assert_eq!(verdict(&[host], &[origin]), Some(From::Own), "{origin}");
        }
        for origin in [
            "http://localhost:5173",
            "http://127.0.0.1:7663",
            "https://[::1]:3000",
            "http://LOCALHOST:1",
            "http://app.localhost:7663",
            "http://millpond:7663",
        ] {
            assert_eq!(verdict(&["localhost:7663"], &[origin]), Some(From::Neighbour), "{origin}");
        }
    }

    #[test]
    fn foreign_and_odd_origins_are_refused() {
        for origin in [
            "null",
            "http://evil.example",
            "http://localhost.evil.example:5173",
            "http://shop.test",
            "file://",
            "",
            "ftp://localhost",
            "capacitor://elsewhere",
            "http://evil.example#localhost",
            "http://localhost:1@evil.example",
            "http://localhost@localhost",
            "http://localhost/",
            "http://localhost/x",
            "http://localhost?x",
            "localhost",
        ] {
            assert_eq!(verdict(&["localhost:7663"], &[origin]), None, "{origin}");
        }
    }
}
