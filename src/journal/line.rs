//! The line that a call leaves in the terminal: the same for all that its entry is made of. Never a token.

use super::Entry;
use super::entry::CUT;

/// One line a call: refused ones are seen by default, the others with `--log millpond=debug`.
pub fn say(entry: &Entry) {
    let Entry { status, code, stubbed, duration_ms, .. } = *entry;
    let (operation, method, path) = (&*entry.operation, &*entry.method, entry.path.as_str());
    let (caller, user) = (entry.who.caller.name(), entry.who.user());
    let sdk = entry.sdk.as_ref().map_or("", |sdk| sdk.as_str());
    if status == CUT {
        tracing::info!(target: "millpond::request", operation, method, path, status, caller, user, sdk, "cut");
    } else if code == 0 {
        tracing::debug!(target: "millpond::request", operation, method, path, status, code, caller, user, sdk, stubbed, duration_ms, "answered");
    } else {
        let check = entry.who.check();
        let reason = entry.message.as_str();
        let why = entry.who.why.as_deref();
        let (seen, wanted) = (why.map(|why| why.seen.as_str()), why.map(|why| why.wanted.as_str()));
        tracing::info!(target: "millpond::request", operation, method, path, status, code, caller, user, check, reason, seen, wanted, sdk, duration_ms, "refused");
    }
}
