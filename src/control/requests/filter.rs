//! Which entries of a journal are meant: the filters that list, count, wait, verify and the live view share.

use std::fmt;

use crate::auth::fingerprint::Fingerprint;
use crate::control::error::{ControlError, Result};
use crate::fixture::did_you_mean;
use crate::journal::entry::DISCONNECT;
use crate::journal::{Caller, Entry, Outcome};
use crate::operation::table::{OPERATIONS, TOKEN_PROVIDER, UNKNOWN};
use crate::params::Params;

/// The names of the filters.
pub const NAMES: [&str; 7] = ["operation", "user_id", "caller", "outcome", "status", "code", "token"];

/// What entries have to be like. Without a criterion all match.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    operation: Option<Name>,
    user_id: Option<Name>,
    caller: Option<Caller>,
    outcome: Option<Outcome>,
    status: Option<u16>,
    code: Option<i32>,
    token: Option<Fingerprint>,
}

/// A name that is looked for.
#[derive(Clone, Debug)]
enum Name {
    /// As it is.
    Whole(String),
    /// A part of it in any case, kept in lower case: what follows [`PART`].
    Part(String),
}

/// Begins a value that is a part of a name.
const PART: char = '~';

impl Name {
    fn new(value: &str) -> Self {
        value.strip_prefix(PART).map_or_else(|| Self::Whole(value.to_owned()), |part| Self::Part(part.to_lowercase()))
    }

    fn is_of(&self, name: &str) -> bool {
        match self {
            Self::Whole(whole) => whole == name,
            Self::Part(part) => name.to_lowercase().contains(part),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(whole) => f.write_str(whole),
            Self::Part(part) => write!(f, "{PART}{part}"),
        }
    }
}

/// Filters of a query, and the other parameters that a route takes.
pub struct Asked {
    /// The filters.
    pub filter: Filter,
    /// Only entries behind this id.
    pub after: u64,
    /// All parameters; their names are known.
    pub params: Params,
}

impl Asked {
    /// Reads a query that may have the filters and these names beside them.
    pub fn parse(query: &str, beside: &[&str]) -> Result<Self> {
        let params = Params::parse(query);
        let known: Vec<&str> = NAMES.iter().chain(beside).copied().collect();
        if let Some(unknown) = params.names().find(|name| !known.contains(name)) {
            let refused = ControlError::invalid(
                &format!("/{}", unknown.replace('~', "~0").replace('/', "~1")),
                format!("there is no filter `{unknown}` here"),
            );
            return Err(refused.with_hint(hint(unknown, &known)));
        }
        let mut filter = Filter::default();
        for name in NAMES {
            if let Some(value) = params.get(name).filter(|value| !value.is_empty()) {
                filter.set("", name, value)?;
            }
        }
        let mut asked = Self { filter, after: 0, params };
        asked.after = asked.id("after")?.unwrap_or_default();
        Ok(asked)
    }

    /// A parameter that is an id.
    pub fn id(&self, name: &str) -> Result<Option<u64>> {
        let Some(text) = self.params.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let wrong = |_| ControlError::invalid(&format!("/{name}"), format!("{name} has to be the id of an entry"));
        text.parse().map(Some).map_err(wrong)
    }

    /// A parameter that is a whole number within limits, both included.
    pub fn number(&self, name: &str, least: usize, most: usize, default: usize) -> Result<usize> {
        let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        let read = self.params.number(name, number(least), number(most), number(default));
        let read = read.map_err(|fault| ControlError::invalid(&format!("/{name}"), fault.message))?;
        Ok(usize::try_from(read).unwrap_or(least))
    }
}

/// What was meant, or what there is.
fn hint(word: &str, known: &[&str]) -> String {
    did_you_mean(word, known).unwrap_or_else(|| format!("there are {}", known.join(", ")))
}

impl Asked {
    /// A yes or no.
    pub fn flag(&self, name: &str) -> Result<bool> {
        match self.params.get(name).filter(|word| !word.is_empty()) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ControlError::invalid(&format!("/{name}"), format!("{name} has to be true or false"))),
        }
    }
}

impl Filter {
    /// Takes a criterion by its name, one of [`NAMES`]. `place` is the JSON pointer above it, for the refusal.
    pub fn set(&mut self, place: &str, name: &str, value: &str) -> Result<()> {
        let refused = |message: String| ControlError::invalid(&format!("{place}/{name}"), message);
        let number = |range: &str| refused(format!("{name} has to be a whole number{range}"));
        match name {
            "operation" => {
                if !value.starts_with(PART) && !is_operation(value) {
                    let known: Vec<&str> = operations().collect();
                    let near = did_you_mean(value, &known);
                    let hint = near.unwrap_or_else(|| "GET /_millpond/operations lists them".to_owned());
                    return Err(refused(format!("there is no operation `{value}`")).with_hint(hint));
                }
                self.operation = Some(Name::new(value));
            }
            "user_id" => self.user_id = Some(Name::new(value)),
            "caller" => {
                let caller = Caller::ALL.into_iter().find(|caller| caller.name() == value);
                let words = Caller::ALL.map(Caller::name);
                let wrong = || refused(format!("caller has to be one of {}", words.join(", ")));
                self.caller = Some(caller.ok_or_else(|| wrong().with_hint(hint(value, &words)))?);
            }
            "outcome" => {
                let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.name() == value);
                let words = Outcome::ALL.map(Outcome::name);
                let wrong = || refused(format!("outcome has to be one of {}", words.join(", ")));
                self.outcome = Some(outcome.ok_or_else(|| wrong().with_hint(hint(value, &words)))?);
            }
            "status" => self.status = Some(value.parse().map_err(|_| number(", such as 401"))?),
            "code" => self.code = Some(value.parse().map_err(|_| number(", such as 40"))?),
            _ => {
                // Who shows a whole token here does not get it back.
                let wrong = || {
                    refused("token has to be a fingerprint of 12 hex digits".to_owned())
                        .with_hint("the field `token` of an entry has it")
                };
                self.token = Some(Fingerprint::parse(value).ok_or_else(wrong)?);
            }
        }
        Ok(())
    }

    /// The criteria, each with whether it holds; those that are not set hold.
    fn holds(&self, entry: &Entry) -> [bool; NAMES.len()] {
        let user_id = || entry.who.user_id.as_ref().map(crate::ids::UserId::as_str);
        [
            self.operation.as_ref().is_none_or(|operation| operation.is_of(&entry.operation)),
            self.user_id.as_ref().is_none_or(|id| user_id().is_some_and(|user| id.is_of(user))),
            self.caller.is_none_or(|caller| caller == entry.who.caller),
            self.outcome.is_none_or(|outcome| outcome == entry.outcome()),
            self.status.is_none_or(|status| status == entry.status),
            self.code.is_none_or(|code| code == entry.code),
            self.token.is_none_or(|token| entry.who.token == Some(token)),
        ]
    }

    /// Whether an entry is meant.
    pub fn matches(&self, entry: &Entry) -> bool {
        self.holds(entry).into_iter().all(|holds| holds)
    }

    /// Whether an entry misses by one criterion, though it is of the operation that is meant.
    pub fn nearly_matches(&self, entry: &Entry) -> bool {
        let holds = self.holds(entry);
        let (is_operation, rest) = (holds[0], &holds[1..]);
        let missed = rest.iter().filter(|holds| !**holds).count();
        is_operation && missed == 1
    }

    /// Whether it is about events that went out.
    pub fn is_event(&self) -> bool {
        matches!(&self.operation, Some(Name::Whole(operation)) if operation.contains('.'))
    }
}

/// Everything that has a name of its own, sign-ins as Stream's operation Connect; event types are beside it.
fn operations() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|operation| operation.name).chain([UNKNOWN.name, DISCONNECT, TOKEN_PROVIDER])
}

/// Whether the journal can have entries of that name: an operation, or the type of an event.
fn is_operation(name: &str) -> bool {
    name.contains('.') || operations().any(|operation| operation == name)
}

/// `GetApp by john, refused, status 401, code 40`.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.operation {
            Some(operation) => write!(f, "{operation}")?,
            None => f.write_str("anything")?,
        }
        if let Some(user) = &self.user_id {
            write!(f, " by {user}")?;
        }
        if let Some(caller) = self.caller {
            write!(f, ", caller {}", caller.name())?;
        }
        if let Some(outcome) = self.outcome {
            write!(f, ", {}", outcome.name())?;
        }
        if let Some(status) = self.status {
            write!(f, ", status {status}")?;
        }
        if let Some(code) = self.code {
            write!(f, ", code {code}")?;
        }
        if let Some(token) = self.token {
            write!(f, ", token {token}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::ids::UserId;
    use crate::journal::Who;

    fn entry() -> Entry {
        let (user_id, token) = (Some(UserId::trusted("john")), Some(Fingerprint::of("t")));
        let who = Who { caller: Caller::None, user_id, verdict: None, why: None, token };
        Entry { code: 40, who, ..Entry::new(Time(0), "GetApp", "GET", 401) }
    }

    fn asked(query: &str) -> Result<Filter> {
        Asked::parse(query, &["after"]).map(|asked| asked.filter)
    }

    #[test]
    fn each_criterion_counts_and_an_empty_one_is_none() {
        let token = Fingerprint::of("t");
        for query in [
            "",
            "operation=GetApp",
            "user_id=john",
            "caller=none",
            "outcome=refused",
            "status=401",
            "code=40",
            "status=&user_id=",
            "operation=~TAP&user_id=~Oh",
            "operation=~&user_id=~",
            &format!("operation=GetApp&user_id=john&token={token}"),
        ] {
            assert!(asked(query).expect(query).matches(&entry()), "{query}");
        }
        for query in [
            "operation=Connect",
            "operation=user.updated",
            "user_id=jane",
            "user_id=joh",
            "user_id=~ane",
            "operation=~getapps",
            "caller=user",
            "outcome=ok",
            "status=403",
            "code=-1",
            "token=000000000000",
            "operation=GetApp&code=17",
        ] {
            assert!(!asked(query).expect(query).matches(&entry()), "{query}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_place_and_a_way_out() {
        for (query, field, hint) in [
            ("operatoin=GetApp", "/operatoin", "did you mean `operation`?"),
            ("operation=getapp", "/operation", "did you mean `GetApp`?"),
            ("operation=Frobnicate", "/operation", "GET /_millpond/operations lists them"),
            ("caller=gest", "/caller", "did you mean `guest`?"),
            ("outcome=gone", "/outcome", "there are ok, refused, failed"),
            ("token=eyJhbGciOiJIUzI1NiJ9.e30.abc", "/token", "the field `token` of an entry has it"),
        ] {
            let fault = asked(query).expect_err(query);
            assert_eq!((fault.field(), fault.hint()), (Some(field), Some(hint)), "{query}");
            assert!(!fault.to_string().contains("eyJ"), "{fault}");
        }
        for (query, field) in [("status=many", "/status"), ("code=4.5", "/code"), ("after=-1", "/after")] {
            assert_eq!(asked(query).expect_err(query).field(), Some(field), "{query}");
        }
    }
}
