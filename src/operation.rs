//! What an operation of Stream's is: its name, its places, its limit. Which there are is in [`table`].

use std::collections::BTreeMap;

use crate::dialect::Dialect;

pub mod table;

/// `X-Stream-Client` of the dashboard. Who looks on must not disturb what is watched: its calls are in no journal, count
/// towards no rate limit, and meet no fault and no stub.
pub const DASHBOARD: &str = "millpond-dashboard";

/// Where an operation answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The HTTP method.
    pub method: &'static str,
    /// The mounts that have it.
    pub mounts: Mounts,
    /// The path behind the mount's prefix, with `{parameters}`.
    pub path: &'static str,
}

impl Place {
    /// Whether a path behind the mount's prefix is this one, with any one segment for each parameter.
    pub fn fits(&self, path: &str) -> bool {
        fits(self.path, path)
    }
}

/// Whether a path is that of a pattern, in which `{name}` stands for any one segment.
pub fn fits(pattern: &str, path: &str) -> bool {
    let mut segments = pattern.split('/').zip(path.split('/'));
    segments.all(|(own, segment)| if own.starts_with('{') { !segment.is_empty() } else { own == segment })
        && pattern.split('/').count() == path.split('/').count()
}

/// A set of mount points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mounts {
    /// `/api/v2`, un-prefixed, and `/video`.
    All,
    /// `/api/v2` alone.
    V2,
    /// Un-prefixed alone.
    Legacy,
    /// `/video` alone.
    Video,
}

impl Mounts {
    /// Whether a dialect's mount is among them.
    pub fn has(self, dialect: Dialect) -> bool {
        match self {
            Self::All => true,
            Self::V2 => dialect == Dialect::V2,
            Self::Legacy => dialect == Dialect::Legacy,
            Self::Video => dialect == Dialect::Video,
        }
    }

    /// The prefixes of the mounts.
    pub fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::All => &["/api/v2", "", "/video"],
            Self::V2 => &["/api/v2"],
            Self::Legacy => &[""],
            Self::Video => &["/video"],
        }
    }
}

/// An operation of Stream's.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Stream's name for it.
    pub name: &'static str,
    /// Where it answers.
    pub places: &'static [Place],
    /// Calls of it that production takes in a minute, for each app and platform (wire-contract 2.5).
    calls_per_minute: u32,
    /// What a client hears, where it is the server's alone (wire-contract 2.3 row 25).
    pub refusal: &'static str,
    /// What is not there of it, or only pretends; empty where it is whole.
    pub lacks: &'static str,
}

impl Operation {
    /// Whether it is that of a call that no route has.
    pub fn is_unknown(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether it is one of Feeds V3.
    pub fn is_of_feeds(&self) -> bool {
        self.places.iter().any(|place| place.path.starts_with("/feeds/"))
    }

    /// What error texts call it.
    pub fn spoken(&self) -> &'static str {
        if self.is_unknown() { "Request" } else { self.name }
    }

    /// Calls of it that an app takes in a minute, for each platform: its own number, else production's.
    pub fn calls_per_minute(&self, own: &BTreeMap<String, u32>) -> u32 {
        own.get(self.name).copied().unwrap_or(self.calls_per_minute)
    }
}
