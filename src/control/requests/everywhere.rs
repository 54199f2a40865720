//! The journals of all apps together, and that of the process: what was called with no key, or with one that no app has.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use tokio::time::Instant;

use super::filter::{self, Asked};
use super::told::{Entries, InVain, Keyed, Matched};
use super::{Page, SEEN_MAX, Verify, timeout, verify as account};
use crate::control::Control;
use crate::control::body::ControlBody;
use crate::control::error::{ControlError, Result};
use crate::journal::{ENTRIES_MAX, Entry};
use crate::live::hub::Hub;

/// The parameter that leaves nothing but the journal of the process.
pub const KEYLESS: &str = "keyless";

/// An entry, and the key of its app.
type Found = (Option<Arc<str>>, Arc<Entry>);

/// Everything that is held, in the order in which it was written; or what belongs to no app alone.
fn held(control: &Control, is_keyless: bool) -> Vec<Found> {
    let apps = control.store.apps();
    let entries = apps.keyless().pull(0, ENTRIES_MAX).entries;
    let mut found: Vec<Found> = entries.into_iter().map(|entry| (None, entry)).collect();
    for app in if is_keyless { Vec::new() } else { apps.all() } {
        let entries = app.journal.pull(0, ENTRIES_MAX).entries;
        found.extend(entries.into_iter().map(|entry| (Some(Arc::clone(&app.api_key)), entry)));
    }
    found.sort_by_key(|(_, entry)| entry.order);
    found
}

fn shown(found: &[Found]) -> Vec<Keyed<'_, Entry>> {
    found.iter().map(|(api_key, entry)| Keyed { api_key: api_key.as_deref(), entry: &**entry }).collect()
}

/// `GET /requests`: by the order in which they were written. Ids count within an app.
pub async fn list(control: Data<Control>, request: HttpRequest) -> Result<HttpResponse> {
    let asked = Asked::parse(request.query_string(), &["limit", "order", KEYLESS])?;
    let mut found = held(&control, asked.flag(KEYLESS)?);
    found.retain(|(_, entry)| asked.filter.matches(entry));
    let page = Page::of(&asked, found)?;
    Ok(HttpResponse::Ok().json(Entries { requests: shown(&page.entries), next: None, total: page.total }))
}

/// `GET /requests/wait`: answers once so many entries match, those that are there already included.
pub async fn wait(control: Data<Control>, hub: Data<Hub>, request: HttpRequest) -> Result<HttpResponse> {
    let asked = Asked::parse(request.query_string(), &["count", "timeout", KEYLESS])?;
    let (count, is_keyless) = (asked.number("count", 1, ENTRIES_MAX, 1)?, asked.flag(KEYLESS)?);
    let timeout = timeout(&asked)?;
    let deadline = Instant::now() + timeout;
    let listening = control.store.apps().bell().listen();
    loop {
        let bell = listening.bell();
        let rung = bell.rung();
        let (mut found, mut seen): (Vec<_>, Vec<_>) =
            held(&control, is_keyless).into_iter().partition(|(_, entry)| asked.filter.matches(entry));
        if found.len() >= count {
            found.truncate(count);
            return Ok(HttpResponse::Ok().json(Matched::with(shown(&found))));
        }
        tokio::select! {
            biased;
            () = hub.stopping() => return Err(ControlError::stopping()),
            () = rung, if !timeout.is_zero() => {}
            () = tokio::time::sleep_until(deadline) => {
                seen.drain(..seen.len().saturating_sub(SEEN_MAX));
                let answer = InVain::with(shown(&found), shown(&seen));
                return Ok(HttpResponse::RequestTimeout().json(answer));
            }
        }
    }
}

/// `POST /requests/verify`: whether the journals have what is expected, and an account of it.
pub async fn verify(control: Data<Control>, request: HttpRequest, body: ControlBody<Verify>) -> Result<HttpResponse> {
    let asked = Asked::parse(request.query_string(), &[KEYLESS])?;
    if let Some(filter) = filter::NAMES.into_iter().find(|name| asked.params.get(name).is_some()) {
        return Err(ControlError::invalid(&format!("/{filter}"), "filters belong into the items of expect"));
    }
    let Verify { in_order, after, .. } = body.0;
    if after != 0 {
        let message = "ids count within an app: there is none to begin behind";
        return Err(
            ControlError::invalid("/after", message).with_hint("ask under /_millpond/apps/{api_key}, or leave it out")
        );
    }
    let entries: Vec<_> = held(&control, asked.flag(KEYLESS)?).into_iter().map(|(_, entry)| entry).collect();
    Ok(account::verify(&body.0.expected()?, in_order, &entries).answer())
}
