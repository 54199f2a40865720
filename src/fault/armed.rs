//! Faults at work: which of them strikes a call, and how often each has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{EVERY_OPERATION, Fault, LATENCY_MAX_NS, SocketThen, Then};
use crate::auth::kind::Caller;
use crate::clock::{DurationNs, SECOND_NS, Time};
use crate::error::{ApiError, Code};
use crate::operation::table::{CONNECT, TOKEN_PROVIDER};
use crate::rate::{self, Rate};

/// A fault, and how often it has struck.
#[derive(Debug)]
pub struct Armed {
    /// Its id.
    pub id: Arc<str>,
    /// What it does to whom.
    pub fault: Fault,
    hits: AtomicU32,
}

impl Armed {
    /// A fault that has not struck yet.
    pub fn new(id: &str, fault: Fault) -> Self {
        Self { id: id.into(), fault, hits: AtomicU32::new(0) }
    }

    /// How often it has struck.
    pub fn hits(&self) -> u32 {
        self.hits.load(Ordering::Acquire)
    }

    /// Whether it has struck as often as it may.
    pub fn is_spent(&self) -> bool {
        self.fault.times.is_some_and(|times| self.hits() >= times)
    }

    fn fits(&self, operation: &str, user_id: Option<&str>, caller: Caller) -> bool {
        let Fault { operation: wanted, user_id: user, caller: kind, .. } = &self.fault;
        let is_every = wanted == EVERY_OPERATION && operation != TOKEN_PROVIDER;
        (is_every || wanted == operation)
            && user.as_deref().is_none_or(|user| Some(user) == user_id)
            && kind.is_none_or(|kind| kind == caller)
    }

    /// Strikes once more, unless it has as often as it may.
    fn strike(&self) -> bool {
        let once_more = |hits: u32| self.fault.times.is_none_or(|times| hits < times).then(|| hits.saturating_add(1));
        self.hits.fetch_update(Ordering::AcqRel, Ordering::Acquire, once_more).is_ok()
    }

    /// Whether it is for sockets, open ones included.
    pub fn is_for_sockets(&self) -> bool {
        matches!(self.fault.then, Then::Socket(_))
    }

    /// What happens to a socket that is open already, which is counted by this.
    pub fn strike_open(&self, user_id: Option<&str>, caller: Caller) -> Option<SocketThen> {
        let Then::Socket(then) = &self.fault.then else { return None };
        (self.fits(CONNECT.name, user_id, caller) && self.strike()).then(|| then.clone())
    }
}

/// The faults of an app. The first that fits a call decides; all latencies that fit add up.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<Arc<Armed>>);

/// What strikes a call.
#[derive(Clone, Debug)]
pub struct Strike {
    /// The fault that decides, else the first latency.
    pub id: Arc<str>,
    latency: Duration,
    /// `None` when the call goes on as ever once it has waited.
    then: Option<Then>,
}

/// What becomes of a struck call.
#[derive(Debug)]
pub enum Fate {
    /// It goes on as ever.
    Spared,
    /// Its connection is cut.
    Cut,
    /// It is refused. Where that is for a rate limit, with the window that it tells of.
    Refused(ApiError, Option<Rate>),
}

impl Faults {
    /// These, in this order. None has struck yet.
    pub fn new(faults: Vec<(String, Fault)>) -> Self {
        Self(faults.into_iter().map(|(id, fault)| Arc::new(Armed::new(&id, fault))).collect())
    }

    /// Has those that were there before as well go on counting.
    pub fn go_on_counting(&mut self, before: &Self) {
        for armed in &mut self.0 {
            if let Some(known) = before.0.iter().find(|known| known.id == armed.id && known.fault == armed.fault) {
                *armed = Arc::clone(known);
            }
        }
    }

    /// All of them, in order.
    pub fn all(&self) -> &[Arc<Armed>] {
        &self.0
    }

    /// What strikes a call, which is counted by this.
    pub fn strike(&self, operation: &str, user_id: Option<&str>, caller: Caller) -> Option<Strike> {
        // What happens to open sockets happens to no call.
        self.strike_with(operation, user_id, caller, |then| !matches!(then, Then::Socket(_)))
    }

    /// What strikes a socket's handshake, or the socket as soon as it is signed in. One that is refused anyway has no
    /// socket to which something could happen.
    pub fn strike_handshake(&self, user_id: Option<&str>, caller: Caller, is_refused: bool) -> Option<Strike> {
        self.strike_with(CONNECT.name, user_id, caller, |then| !is_refused || !matches!(then, Then::Socket(_)))
    }

    fn strike_with(
        &self,
        operation: &str,
        user_id: Option<&str>,
        caller: Caller,
        may: impl Fn(&Then) -> bool,
    ) -> Option<Strike> {
        let mut latency_ns = 0_i64;
        let (mut first, mut decides): (_, Option<&Arc<Armed>>) = (None, None);
        for armed in self.0.iter().filter(|armed| may(&armed.fault.then) && armed.fits(operation, user_id, caller)) {
            match armed.fault.then {
                Then::Latency(DurationNs(ns)) if armed.strike() => {
                    latency_ns = latency_ns.saturating_add(ns).min(LATENCY_MAX_NS);
                    first.get_or_insert(armed);
                }
                Then::Latency(_) => {}
                _ if decides.is_none() && armed.strike() => decides = Some(armed),
                _ => {}
            }
        }
        let armed = decides.or(first)?;
        Some(Strike {
            id: Arc::clone(&armed.id),
            latency: Duration::from_nanos(latency_ns.unsigned_abs()),
            then: decides.map(|armed| armed.fault.then.clone()),
        })
    }
}

impl Strike {
    /// Waits for as long as the call has to, and says what becomes of it. A rate limit's window has `limit` calls and ends
    /// so long after `now`.
    pub async fn fate(&self, limit: u32, now: Time) -> Fate {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        match &self.then {
            Some(Then::Error(error)) => Fate::Refused(error.to_error(), None),
            Some(Then::RateLimit(DurationNs(ns))) => {
                // Headers tell whole seconds: none that is over before the limit is.
                let reset = now.plus(*ns).plus(SECOND_NS - 1).seconds();
                Fate::Refused(rate::too_many(limit), Some(Rate { limit, remaining: 0, reset, exceeded: true }))
            }
            Some(Then::Cut(_)) => Fate::Cut,
            Some(Then::Latency(_) | Then::Socket(_)) | None => Fate::Spared,
        }
    }

    /// What happens to the socket behind a handshake.
    pub fn socket(&self) -> Option<&SocketThen> {
        match &self.then {
            Some(Then::Socket(then)) => Some(then),
            _ => None,
        }
    }
}

impl super::ErrorThen {
    /// The error, with its usual text unless it has one of its own.
    pub fn to_error(&self) -> ApiError {
        let message = self.message.clone().unwrap_or_else(|| usual_message(self.code).to_owned());
        ApiError::new(self.code, message)
    }
}

/// A text that production answers with this code.
fn usual_message(code: Code) -> &'static str {
    match code {
        Code::InternalSystemError => "internal system error",
        Code::AccessKeyError => "api_key not valid",
        Code::InputError => "invalid json data",
        Code::AuthenticationError => "JWTAuth error: token contains an invalid number of segments",
        Code::DuplicateUsernameError => "username is taken",
        Code::RateLimitError => "Too many requests, check response headers for more information.",
        Code::DoesNotExistError => "Not Found",
        Code::NotBuiltError => "not built in millpond",
        Code::NotAllowedError => "not allowed to perform this action",
        Code::PayloadTooBigError => "the request body is too large",
        Code::TokenExpiredError => "JWTAuth error: token is expired (exp)",
        Code::TokenNotValidYetError => "JWTAuth error: token is not valid yet (nbf)",
        Code::TokenUsedBeforeIssuedAtError => "JWTAuth error: token used before issue at (iat)",
        Code::TokenSignatureInvalidError => "JWTAuth error: signature is not valid",
        Code::RequestTimeoutError => "the request did not come in time",
        Code::ConnectionIdUnknownError => "connection id is not known",
        Code::AppSuspendedError => "this app is suspended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{ErrorThen, Yes};

    fn fault(operation: &str, times: Option<u32>, then: Then) -> Fault {
        Fault { operation: operation.to_owned(), times, then, ..Fault::default() }
    }

    fn error(code: Code) -> Then {
        Then::Error(ErrorThen { code, message: None })
    }

    fn armed(faults: &[Fault]) -> Faults {
        let named = faults.iter().enumerate().map(|(at, fault)| (at.to_string(), fault.clone()));
        Faults::new(named.collect())
    }

    fn codes(faults: &Faults, operation: &str) -> Option<Code> {
        match faults.strike(operation, Some("john"), Caller::User)?.then? {
            Then::Error(error) => Some(error.code),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_may_and_counts() {
        let faults = armed(&[
            fault("GetApp", Some(2), error(Code::TokenExpiredError)),
            fault("*", Some(1), error(Code::InputError)),
        ]);
        let struck: Vec<_> = (0..4).map(|_| codes(&faults, "GetApp")).collect();
        let token = Some(Code::TokenExpiredError);
        assert_eq!(struck, [token, token, Some(Code::InputError), None]);
        assert_eq!(faults.all().iter().map(|armed| armed.hits()).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(codes(&faults, "QueryUsers"), None);
    }

    #[test]
    fn every_operation_is_not_the_token_provider() {
        let faults = armed(&[fault("*", None, error(Code::InputError))]);
        assert_eq!(codes(&faults, TOKEN_PROVIDER), None);
        assert_eq!(codes(&faults, CONNECT.name), Some(Code::InputError));
    }

    #[test]
    fn user_and_caller_have_to_fit() {
        let one = Fault { user_id: Some("jane".to_owned()), ..fault("*", None, error(Code::InputError)) };
        let two = Fault { caller: Some(Caller::Server), ..fault("*", None, error(Code::NotAllowedError)) };
        let faults = armed(&[one, two]);
        assert_eq!(codes(&faults, "GetApp"), None);
        assert!(faults.strike("GetApp", Some("jane"), Caller::None).is_some());
        assert!(faults.strike("GetApp", None, Caller::Server).is_some());
    }

    #[test]
    fn latencies_add_up_and_the_first_other_fault_decides() {
        let second = || Then::Latency(DurationNs(1_000_000_000));
        let faults =
            armed(&[fault("*", None, second()), fault("*", None, Then::Cut(Yes)), fault("*", Some(1), second())]);
        let strike = faults.strike("GetApp", None, Caller::Server).expect("struck");
        assert_eq!((strike.latency, strike.then, &*strike.id), (Duration::from_secs(2), Some(Then::Cut(Yes)), "1"));
        let strike = faults.strike("GetApp", None, Caller::Server).expect("struck");
        assert_eq!(strike.latency, Duration::from_secs(1));
    }

    #[test]
    fn faults_that_stay_go_on_counting() {
        let same = fault("GetApp", Some(1), error(Code::InputError));
        let before = armed(std::slice::from_ref(&same));
        assert!(codes(&before, "GetApp").is_some());
        let renewed = |id: &str, fault: &Fault| {
            let mut faults = Faults::new(vec![(id.to_owned(), fault.clone())]);
            faults.go_on_counting(&before);
            codes(&faults, "GetApp")
        };
        assert_eq!(renewed("0", &same), None);
        assert!(renewed("1", &same).is_some());
        assert!(renewed("0", &Fault { times: Some(2), ..same }).is_some());
    }
}
