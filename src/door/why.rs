//! Why credentials were refused, in words for the journal: made once, for a refused call alone.

use std::sync::Arc;

use super::judgement::Judgement;
use crate::app::{App, AppState, Apps};
use crate::auth::check::Check;
use crate::auth::credentials::Credentials;
use crate::auth::explain::{self, Grounds};
use crate::auth::segments;
use crate::auth::verdict::UserState;
use crate::clock::ClockMode;
use crate::journal::{Text, Why};

/// Apps, the newest, whose secrets are tried on a token that was signed with another.
const SECRETS_TRIED_MAX: usize = 64;

/// What was shown, and to whom.
pub struct Case<'a> {
    /// The apps of the process.
    pub apps: &'a Apps,
    /// The app, when its key is known, and its state.
    pub app: Option<(&'a App, &'a AppState)>,
    /// What was shown.
    pub credentials: &'a Credentials,
    /// The token as it was shown.
    pub raw: Option<&'a str>,
}

/// What was seen and what was wanted in the check that decided. `None` when all passed.
pub fn why(case: &Case<'_>, judgement: &Judgement) -> Option<Arc<Why>> {
    let Judgement { verdict, now, facts, exists, token_ended, times, .. } = judgement;
    let check = verdict.failed?;
    let user = UserState { facts, exists: *exists, token_ended: *token_ended };
    let app = case.app.map(|(_, state)| state);
    let grounds = Grounds { app, credentials: case.credentials, user, times: *times, now: *now };
    let explained = explain::explain_one(verdict, check, grounds);
    let (mut seen, mut wanted, mut signed_by) = (explained.seen, explained.wanted, None);
    match check {
        Check::ApiKeyKnown if is_a_secret(case) => "the secret of an app in place of its key".clone_into(&mut seen),
        Check::Signature => {
            if let Some((found, key)) = signature(case) {
                seen = format!("{seen}: {found}");
                signed_by = key;
            }
        }
        Check::Expiry | Check::NotBefore | Check::IssuedAt => {
            if let Some((app, _)) = case.app {
                wanted = format!("{wanted}; {}", clock(app.clock.mode()));
            }
        }
        _ => {}
    }
    Some(Arc::new(Why { seen: Text::new(&seen), wanted: Text::new(&wanted), signed_by }))
}

fn clock(mode: ClockMode) -> String {
    match mode {
        ClockMode::System => "the app's clock is the system's".to_owned(),
        ClockMode::Frozen(_) => "the app's clock is frozen".to_owned(),
        ClockMode::Offset(ns) => {
            let (seconds, direction) = (ns.unsigned_abs() / 1_000_000_000, if ns < 0 { "behind" } else { "ahead of" });
            format!("the app's clock is {seconds} s {direction} the system's")
        }
    }
}

/// The newest apps, the newest first.
fn newest(apps: &Apps) -> impl Iterator<Item = Arc<App>> {
    apps.all().into_iter().rev().take(SECRETS_TRIED_MAX)
}

/// Whether the key that was shown is a secret, which is not to be repeated.
fn is_a_secret(case: &Case<'_>) -> bool {
    let key = case.credentials.api_key.as_deref().unwrap_or_default();
    newest(case.apps).any(|app| app.state().secret.reveal() == key)
}

/// With what a token was signed, and the key of the app whose secret that is, where it is another's.
fn signature(case: &Case<'_>) -> Option<(String, Option<Arc<str>>)> {
    let ((own, state), raw) = (case.app?, case.raw?);
    let parts = segments::split(raw)?;
    let signer = newest(case.apps).find(|app| *app.api_key != *own.api_key && app.state().secret.verifies(&parts));
    if let Some(signer) = signer {
        let text = format!("it was signed with the secret of another app, {}", signer.state().name);
        return Some((text, Some(Arc::clone(&signer.api_key))));
    }
    let mistake = explain::secret_mistake(raw, state, &own.api_key);
    Some((mistake.unwrap_or("it was signed with no secret that is known here").to_owned(), None))
}
