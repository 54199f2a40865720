//! Who may call the control API: only this machine's own programs and pages (design.md 7).
//!
//! A page of a foreign site must reach it neither by its own origin nor by a name of its own that resolves to
//! loopback, so both `Origin` and `Host` are checked.

use std::net::IpAddr;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse, ResponseError};

use super::Control;
use super::error::ControlError;

/// Lets a request through when its `Host` and `Origin` are this machine's, and answers a local page's preflight.
pub async fn local_only(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let control = Data::clone(
        request.app_data::<Data<Control>>().expect("the server puts the control API's state into every app"),
    );
    let origin = request.headers().get(header::ORIGIN).cloned();
    let target = request.connection_info().host().to_owned();
    let page = ["/_millpond", "/_millpond/"].contains(&request.path());
    let checked = check(request.headers(), &target, &control).and_then(|()| check_site(request.headers(), page));
    if let Err(refusal) = checked {
        return Ok(request.into_response(refusal.error_response()));
    }
    let preflight = request.method() == Method::OPTIONS;
    let mut response = match *request.method() {
        _ if preflight => request.into_response(HttpResponse::NoContent().finish()),
        Method::GET => next.call(request).await?,
        // Who only looks is waited for no longer when it hangs up; a change that has begun is finished.
        _ => actix_web::rt::spawn(next.call(request)).await.map_err(ErrorInternalServerError)??,
    };
    if let Some(origin) = origin {
        allow(response.headers_mut(), origin);
    }
    Ok(response)
}

fn check(headers: &HeaderMap, target: &str, control: &Control) -> Result<(), ControlError> {
    // HTTP/2 and absolute targets carry the host in the target, not in a header.
    let host = match headers.get(header::HOST) {
        Some(host) => host.to_str().unwrap_or_default(),
        None => target,
    };
    if !is_own_host(host, control) {
        return Err(ControlError::forbidden(
            "foreign_host",
            format!("the control API is not served to the host \"{host}\""),
        )
        .with_hint("call it by a loopback name, or start millpond with --allow-host NAME"));
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let own = origin
        .split_once("://")
        .is_some_and(|(scheme, host)| ["http", "https"].contains(&scheme) && is_own_host(host, control));
    if own {
        return Ok(());
    }
    Err(ControlError::forbidden(
        "foreign_origin",
        format!("the control API is not served to pages of the origin \"{origin}\""),
    )
    .with_hint("open the page from a loopback address, or start millpond with --allow-host NAME"))
}

/// Browsers send no `Origin` with a plain GET, such as that of an image or of a link, but say whether it comes from a page of
/// another site. Such a page may lead to the dashboard, and to nothing else.
fn check_site(headers: &HeaderMap, page: bool) -> Result<(), ControlError> {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|said| said.as_bytes() == value.as_bytes());
    let is_local = headers.contains_key(header::ORIGIN); // A foreign one has been refused.
    if is_local || !says("sec-fetch-site", "cross-site") || (page && says("sec-fetch-mode", "navigate")) {
        return Ok(());
    }
    Err(ControlError::forbidden("foreign_origin", "the control API is not served to pages of another site")
        .with_hint("open the address itself, or call it from a page with a loopback address, by fetch with CORS"))
}

/// A loopback name or address, the bound address, or a name that was allowed; any port.
fn is_own_host(host: &str, control: &Control) -> bool {
    let name = without_port(host).to_ascii_lowercase();
    let name = name.trim_end_matches('.');
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback() || address == control.bound || is_allowed(bare, control),
        Err(_) => name == "localhost" || name.ends_with(".localhost") || is_allowed(name, control),
    }
}

fn is_allowed(name: &str, control: &Control) -> bool {
    control.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}

fn without_port(host: &str) -> &str {
    match host.rfind(']') {
        Some(end) => &host[..=end],
        None => host.split_once(':').map_or(host, |(name, _)| name),
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
    use crate::clock::Time;
    use crate::config::Config;
    use crate::store::{Store, file::Place};

    fn verdict(host: &str, origin: Option<&str>) -> bool {
        let store = Store::open(Place::temporary().expect("a place")).expect("a store");
        let bound = "192.168.7.9".parse().expect("an address");
        let control = Control::new(
            store,
            String::new(),
            bound,
            vec!["millpond".to_owned(), "10.0.2.2".to_owned()],
            Time(0),
            Config::default().fixture_defaults(),
        );
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("a value"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a value"));
        }
        check(&headers, host, &control).is_ok()
    }

    #[test]
    fn own_hosts_pass_with_any_port_and_spelling() {
        for host in [
            "localhost",
            "LOCALHOST:7663",
            "127.0.0.1:1",
            "127.8.8.8",
            "[::1]:7663",
            "[::ffff:127.0.0.1]",
            "192.168.7.9:80",
            "millpond:7663",
            "10.0.2.2",
            "app.localhost:3",
        ] {
            assert!(verdict(host, None), "{host}");
        }
    }

    #[test]
    fn foreign_hosts_are_refused() {
        for host in [
            "evil.example",
            "evil.example:7663",
            "localhost.evil.example",
            "192.168.7.8",
            "[2001:db8::1]:7663",
            "127.0.0.1.evil.example",
            "",
        ] {
            assert!(!verdict(host, None), "{host}");
        }
    }

    #[test]
    fn foreign_origins_are_refused_and_local_ones_of_any_port_pass() {
        for origin in ["http://localhost:5173", "http://127.0.0.1", "https://[::1]:3000", "http://LOCALHOST:1"] {
            assert!(verdict("localhost", Some(origin)), "{origin}");
        }
        for origin in [
            "null",
            "http://evil.example",
            "http://localhost.evil.example:5173",
            "file://",
            "",
            "http://evil.example#localhost",
        ] {
            assert!(!verdict("localhost", Some(origin)), "{origin}");
        }
    }
}
