//! What a phone of the network is told, on a page that the picture of `--lan` leads to.

use std::fmt::Write as _;

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use super::Control;
use super::code::ControlCode;
use super::error::{ControlError, Result};
use crate::entrance::{Entrance, Lan, WORD};

/// What may be come to from the network, under `/_millpond`, and whether it needs the word.
pub fn is_for_phones(path: &str) -> Option<bool> {
    match path.strip_prefix("/_millpond/")?.split('/').collect::<Vec<_>>().as_slice() {
        // A certificate is no secret, and a phone's settings ask for it without one.
        ["ca.pem"] => Some(false),
        ["phone"] | ["apps", _, "token-provider"] => Some(true),
        _ => None,
    }
}

/// `GET /ca.pem`: the certificate that has to be trusted for HTTPS.
pub async fn ca(control: Data<Control>) -> Result<HttpResponse> {
    let Some(secure) = &control.addresses.secure else {
        let none = ControlError::new(ControlCode::NotFound, "HTTPS is not served here");
        return Err(none.with_hint("start millpond with --tls"));
    };
    // By this type phones offer to install it.
    let kind = (header::CONTENT_TYPE, "application/x-x509-ca-cert");
    Ok(HttpResponse::Ok().insert_header(kind).body(Bytes::copy_from_slice(secure.pem.as_bytes())))
}

/// `GET /phone`: addresses, keys and the token provider, to be read and copied on a phone.
pub async fn page(control: Data<Control>, request: HttpRequest) -> Result<HttpResponse> {
    let Some(lan) = &control.addresses.lan else {
        let none = ControlError::new(ControlCode::NotFound, "phones are not let in here");
        return Err(none.with_hint("start millpond with --lan"));
    };
    // By the address that the phone came by, as we know it: what a proxy says of it is not asked.
    let own = if Entrance::of(&request).is_encrypted { lan.secure_url.as_ref() } else { None };
    let own = own.unwrap_or(&lan.url);
    let html = (header::CONTENT_TYPE, "text/html; charset=utf-8");
    let policy = (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'");
    let private = [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
    let mut answer = HttpResponse::Ok();
    answer.insert_header(html).insert_header(policy);
    for header in private {
        answer.insert_header(header);
    }
    Ok(answer.body(text(&control, lan, own)))
}

fn text(control: &Control, lan: &Lan, own: &str) -> String {
    let mut rows = String::new();
    let mut row = |name: &str, value: &str| {
        let _ = write!(rows, "<dt>{name}</dt><dd><code>{}</code></dd>", escaped(value));
    };
    row("Base URL", &lan.url);
    if let Some(url) = &lan.secure_url {
        row("Base URL by HTTPS", url);
    }
    for app in control.store.apps().all() {
        let key = &app.api_key;
        row(&format!("API key of {}", escaped(&app.state().name)), key);
        row("Token provider", &format!("{own}/_millpond/apps/{key}/token-provider?{WORD}={}&user_id=john", lan.word));
    }
    let certificate = control.addresses.secure.as_ref().map_or_else(String::new, |secure| {
        format!(
            "<p>For HTTPS, <a href=\"ca.pem\">install this certificate</a> and have it trusted in the settings, if its SHA-256 is \
             the one on the screen: <code>{}</code></p>",
            secure.fingerprint
        )
    });
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>millpond</title><style>body{{font:1rem/1.5 system-ui,sans-serif;margin:1rem}}dd{{margin:0 0 1rem}}\
         code{{overflow-wrap:anywhere;user-select:all}}</style><h1>millpond</h1><dl>{rows}</dl>{certificate}"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_control_api_phones_reach_the_token_provider_and_what_leads_to_it() {
        for (path, wanted) in [
            ("/_millpond/apps/k/token-provider", Some(true)),
            ("/_millpond/phone", Some(true)),
            ("/_millpond/ca.pem", Some(false)),
            ("/_millpond/", None),
            ("/_millpond/apps", None),
            ("/_millpond/apps/k/token-provider/", None),
            ("/_millpond/apps/k/tokens", None),
            ("/_millpond/apps/k/tokens/token-provider", None),
            ("/_millpond//token-provider", None),
            ("/_millpond/info", None),
        ] {
            assert_eq!(is_for_phones(path), wanted, "{path}");
        }
    }
}
