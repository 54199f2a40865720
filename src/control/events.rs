//! The journal live, as server-sent events. Each stream pulls from the rings by its own place in them, at the pace of its
//! reader: nothing is queued for it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, HeaderMap};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use serde_json::json;

use super::Control;
use super::error::Result;
use super::requests::everywhere::KEYLESS;
use super::requests::filter::{Asked, Filter};
use super::requests::told::Keyed;
use crate::journal::tail::{News, Tail};
use crate::journal::{Bell, Entry, Listening};
use crate::live::hub::Hub;

/// Entries that are written at once, or one of each app where there are more apps.
const BATCH_MAX: usize = 256;
/// How long a stream gathers before it writes again, so that a rush of calls makes few writes.
const BATCH_PAUSE: Duration = Duration::from_millis(10);
/// After so long without anything else a comment says that the stream is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// The first words: after a break a browser comes back in a second.
const GREETING: &str = "retry: 1000\n\n";

/// `GET /apps/{api_key}/events`: what is new, or what is behind the id that `Last-Event-ID` or `after` names.
pub async fn of_app(
    control: Data<Control>,
    hub: Data<Hub>,
    key: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let asked = Asked::parse(request.query_string(), &["after"])?;
    let app = control.app(&key)?;
    // A browser that comes back names both.
    let after = last_event_id(request.headers()).or(asked.id("after")?);
    let last = app.journal.last();
    let mut words = GREETING.to_owned();
    let tail = match after {
        Some(after) if after > last => {
            // The id is of a journal that was there before: all of this one is new.
            reset(&mut words, &key);
            Tail::new(app, 0)
        }
        after => Tail::new(app, after.unwrap_or(last)),
    };
    Ok(answer(Live {
        control,
        hub,
        filter: asked.filter,
        tails: [keyed(tail)].into(),
        all: All::One,
        words,
        is_rushed: false,
    }))
}

/// `GET /events`: what is new in all apps, those included that are made later, and of no app. Ids count within an app:
/// there is no way back to what was missed.
pub async fn of_all(control: Data<Control>, hub: Data<Hub>, request: HttpRequest) -> Result<HttpResponse> {
    let asked = Asked::parse(request.query_string(), &[KEYLESS])?;
    let apps = control.store.apps();
    let all = if asked.flag(KEYLESS)? { All::Keyless } else { All::Apps(apps.bell().listen()) };
    let of_apps = if matches!(all, All::Apps(_)) { apps.all() } else { Vec::new() };
    let tails = of_apps.into_iter().map(Tail::of_news).chain([Tail::of_keyless(apps)]).map(keyed).collect();
    let words = GREETING.to_owned();
    Ok(answer(Live { control, hub, filter: asked.filter, tails, all, words, is_rushed: false }))
}

fn keyed(tail: Tail) -> (Option<Arc<str>>, Tail) {
    (tail.api_key().map(Arc::clone), tail)
}

/// What a live view is about.
enum All {
    /// One app.
    One,
    /// Every app, and what belongs to none. This tells of news.
    Apps(Listening),
    /// What belongs to no app.
    Keyless,
}

fn last_event_id(headers: &HeaderMap) -> Option<u64> {
    headers.get("last-event-id")?.to_str().ok()?.parse().ok()
}

fn answer(live: Live) -> HttpResponse {
    let words = stream::unfold(live, |mut live| async move {
        let words = live.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(words)), live))
    });
    HttpResponse::Ok().content_type("text/event-stream").insert_header((CACHE_CONTROL, "no-cache")).streaming(words)
}

/// A live view.
struct Live {
    control: Data<Control>,
    hub: Data<Hub>,
    filter: Filter,
    /// By the app's key; that of what belongs to no app without one.
    tails: BTreeMap<Option<Arc<str>>, Tail>,
    all: All,
    /// What is to be written next.
    words: String,
    /// There was more than was written.
    is_rushed: bool,
}

impl Live {
    /// What is to be written next; `None` when the process stops, or the app is gone.
    async fn next(&mut self) -> Option<String> {
        if !self.words.is_empty() {
            return Some(std::mem::take(&mut self.words));
        }
        let hub = Data::clone(&self.hub);
        let mut stopping = pin!(hub.stopping());
        if !self.is_rushed {
            tokio::select! {
                biased;
                () = &mut stopping => return None,
                () = tokio::time::sleep(BATCH_PAUSE) => {}
            }
        }
        let mut quiet = pin!(tokio::time::sleep(KEEP_ALIVE));
        loop {
            let bell = self.bell()?;
            let rung = bell.rung();
            self.pull();
            if hub.is_stopping() {
                return None;
            }
            if !self.words.is_empty() {
                return Some(std::mem::take(&mut self.words));
            }
            tokio::select! {
                biased;
                () = &mut stopping => return None,
                () = rung => {}
                () = &mut quiet => return Some(": alive\n\n".to_owned()),
            }
        }
    }

    /// What tells of news; `None` when there is nothing to be told of any more.
    fn bell(&self) -> Option<Arc<Bell>> {
        match &self.all {
            All::Apps(all) => Some(all.bell()),
            All::One | All::Keyless => self.tails.values().next().map(Tail::bell),
        }
    }

    /// Puts what is new into words.
    fn pull(&mut self) {
        self.is_rushed = false;
        let Self { control, filter, tails, words, is_rushed, all, .. } = self;
        let apps = control.store.apps();
        if matches!(all, All::Apps(_)) {
            for app in apps.all() {
                tails.entry(Some(Arc::clone(&app.api_key))).or_insert_with(|| Tail::new(app, 0));
            }
        }
        let share = (BATCH_MAX / tails.len().max(1)).max(1);
        let mut entries: Vec<(Option<Arc<str>>, Arc<Entry>)> = Vec::new();
        tails.retain(|key, tail| {
            match tail.pull(apps, share) {
                News::Entries(pulled, lost) => {
                    if lost > 0 {
                        event(words, "lost", &json!({"api_key": key.as_deref(), "lost": lost}).to_string());
                    }
                    *is_rushed |= pulled.len() == share;
                    for one in tail.loops(apps) {
                        let told = Keyed { api_key: key.as_deref(), entry: &one };
                        event(words, "loop", &serde_json::to_string(&told).unwrap_or_default());
                    }
                    let matching = pulled.into_iter().filter(|entry| filter.matches(entry));
                    entries.extend(matching.map(|entry| (key.as_ref().map(Arc::clone), entry)));
                    true
                }
                News::Reset => {
                    // Its entries come with the next pull, behind these words.
                    reset(words, key.as_deref().unwrap_or_default());
                    *is_rushed = true;
                    true
                }
                News::Gone => {
                    event(words, "gone", &json!({"api_key": key.as_deref()}).to_string());
                    false
                }
            }
        });
        entries.sort_by_key(|(_, entry)| entry.order);
        for (api_key, entry) in entries {
            let data = if matches!(all, All::One) {
                // Writing to a string cannot fail.
                let _ = writeln!(words, "id: {}", entry.id);
                serde_json::to_string(&*entry)
            } else {
                serde_json::to_string(&Keyed { api_key: api_key.as_deref(), entry: &entry })
            };
            // An entry always can be written: all its keys are texts.
            event(words, "request", &data.unwrap_or_default());
        }
    }
}

/// The journal begins anew. With the id 0, so that a reader who comes back does not name one of the journal before.
fn reset(words: &mut String, api_key: &str) {
    words.push_str("id: 0\n");
    event(words, "reset", &json!({ "api_key": api_key }).to_string());
}

/// An event. JSON has no line ends.
fn event(words: &mut String, name: &str, data: &str) {
    // Writing to a string cannot fail.
    let _ = write!(words, "event: {name}\ndata: {data}\n\n");
}
