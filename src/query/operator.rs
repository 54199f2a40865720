//! The operators of a filter.

use super::limits::clip;
use crate::error::{ApiError, Result};

/// What a condition may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    Unequal,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    Nin,
    Exists,
    Autocomplete,
    Contains,
    PathExists,
    Search,
}

use Operator::{Autocomplete, Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, PathExists, Search, Unequal};

impl Operator {
    const ALL: &[(&'static str, Self)] = &[
        ("$eq", Equal),
        ("$ne", Unequal),
        ("$gt", Gt),
        ("$gte", Gte),
        ("$lt", Lt),
        ("$lte", Lte),
        ("$in", In),
        ("$nin", Nin),
        ("$exists", Exists),
        ("$autocomplete", Autocomplete),
        ("$contains", Contains),
        ("$path_exists", PathExists),
        ("$q", Search),
    ];

    pub(super) fn named(wire: &str, field: &str) -> Result<Self> {
        let known = Self::ALL.iter().find(|(name, _)| *name == wire);
        known.map(|(_, operator)| *operator).ok_or_else(|| not_taken(wire, field))
    }

    pub(super) fn wire(self) -> &'static str {
        Self::ALL.iter().find(|(_, operator)| *operator == self).map_or("", |(wire, _)| wire)
    }
}

// The wording was seen on QueryChannels with `team`.
pub(super) fn not_taken(operator: &str, field: &str) -> ApiError {
    ApiError::input(format!("cannot use operator \"{}\" when filtering by {}", clip(operator), clip(field)))
}
