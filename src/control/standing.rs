//! How each app stands, in a glance: who is there, what was called, and what is not as in production; also live.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::Control;
use super::answers::Apps;
use super::error::Result;
use super::shown::{ClockShown, clock_shown};
use crate::app::App;
use crate::clock::{ClockMode, system_now};
use crate::ids::AppId;
use crate::live::hub::Hub;
use crate::store::{Scope, users};

/// How often a stream looks whether anything changed.
const LOOK: Duration = Duration::from_millis(250);
/// So many looks without a change, and a comment says that the stream is alive.
const LOOKS_QUIET: u32 = 60;
/// So many looks at least lie between two counts of users, which read the database.
const LOOKS_BETWEEN_COUNTS: u32 = 4;

/// How an app stands.
#[derive(Serialize, JsonSchema)]
pub struct Standing {
    #[serde(flatten)]
    seen: Seen,
    /// Its clock.
    clock: ClockShown,
}

/// What tells one standing from the next; the clock without the time that it shows.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
struct Seen {
    /// Its key.
    api_key: String,
    /// A name for people.
    name: String,
    /// Another one whenever its settings, clock, faults, stubs, roles or what they rest on were written.
    revision: String,
    /// Another one whenever a user was written.
    users_revision: u64,
    /// Its users, but deleted ones.
    users: i64,
    /// Its open connections.
    connections: usize,
    /// Calls and sign-ins since the process began.
    calls: u64,
    /// Those of the last minute of real time.
    calls_last_minute: u64,
    /// Those of them that were refused.
    refusals_last_minute: u64,
    /// Faults that can still strike.
    faults: usize,
    /// Fixed answers.
    stubs: usize,
    /// Users who are refused over and over at this moment; `GET /apps/{api_key}` names them.
    loops: usize,
    /// Whether any token gets in.
    auth_checks_disabled: bool,
    #[serde(skip)]
    mode: ClockMode,
}

/// An app's users, with where its state and its journal were when they were counted.
#[derive(Clone)]
struct Counted {
    of: (u64, u64),
    users: i64,
}

/// `GET /status`.
pub async fn get(control: Data<Control>, hub: Data<Hub>) -> Result<HttpResponse> {
    let mut apps = Vec::new();
    for app in control.store.apps().all() {
        let counted = count(&control, &app).await?;
        apps.push(shown(seen(&app, &hub, counted.users)));
    }
    Ok(HttpResponse::Ok().json(apps.into_iter().collect::<Apps<_>>()))
}

/// `GET /status/events`: the whole of it whenever it differs from what was told before.
pub async fn follow(control: Data<Control>, hub: Data<Hub>) -> HttpResponse {
    let live = Live { control, hub, told: None, counted: HashMap::new(), looks: 0 };
    let words = stream::unfold(live, |mut live| async move {
        let words = live.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(words)), live))
    });
    HttpResponse::Ok().content_type("text/event-stream").insert_header((CACHE_CONTROL, "no-cache")).streaming(words)
}

/// A reader, and what it was told.
struct Live {
    control: Data<Control>,
    hub: Data<Hub>,
    told: Option<Vec<Seen>>,
    counted: HashMap<AppId, Counted>,
    looks: u32,
}

impl Live {
    /// What is to be written next; `None` when the process stops.
    async fn next(&mut self) -> Option<String> {
        let hub = Data::clone(&self.hub);
        let mut stopping = pin!(hub.stopping());
        for _ in 0..LOOKS_QUIET {
            if hub.is_stopping() {
                return None;
            }
            if self.told.is_some() {
                tokio::select! {
                    biased;
                    () = &mut stopping => return None,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
            let Ok(now) = self.look().await else { continue };
            if self.told.as_ref() != Some(&now) {
                self.told = Some(now.clone());
                let apps: Vec<_> = now.into_iter().map(shown).collect();
                return Some(format!("event: status\ndata: {}\n\n", json!({ "apps": apps })));
            }
        }
        Some(": alive\n\n".to_owned())
    }

    async fn look(&mut self) -> Result<Vec<Seen>> {
        let may_count = self.looks.is_multiple_of(LOOKS_BETWEEN_COUNTS);
        self.looks = self.looks.wrapping_add(1);
        let (mut seen_now, mut counted_now) = (Vec::new(), HashMap::new());
        for app in self.control.store.apps().all() {
            let counted = match self.counted.get(&app.id) {
                Some(known) if !may_count || known.of == state_of(&app) => known.clone(),
                _ => count(&self.control, &app).await?,
            };
            seen_now.push(seen(&app, &self.hub, counted.users));
            counted_now.insert(app.id, counted);
        }
        self.counted = counted_now;
        Ok(seen_now)
    }
}

/// Nobody comes or goes while this is the same.
fn state_of(app: &App) -> (u64, u64) {
    (app.epoch(), app.journal.last())
}

async fn count(control: &Control, app: &Arc<App>) -> Result<Counted> {
    // What is written while it counts is counted the next time.
    let of = state_of(app);
    Ok(Counted { of, users: control.store.scan(&Scope::own(app), users::count).await? })
}

fn seen(app: &App, hub: &Hub, users: i64) -> Seen {
    let state = app.state();
    let minute = app.journal.minute();
    Seen {
        api_key: app.api_key.to_string(),
        name: state.name.clone(),
        revision: format!("{}.{}", app.id.0, app.epoch()),
        users_revision: app.journal.last_event(),
        users,
        connections: hub.connections_of(app.id).len(),
        calls: app.journal.calls(),
        calls_last_minute: minute.calls,
        refusals_last_minute: minute.refusals,
        faults: state.faults.all().iter().filter(|armed| !armed.is_spent()).count(),
        stubs: state.stubs.all().len(),
        loops: app.journal.repeats.told_after(0, system_now()).0.len(),
        auth_checks_disabled: state.rules.disable_auth_checks,
        mode: app.clock.mode(),
    }
}

fn shown(seen: Seen) -> Standing {
    Standing { clock: clock_shown(seen.mode), seen }
}
