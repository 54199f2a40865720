//! What picks the activities of a feed (feeds-core 5.3), as a group or a view says it.

use serde_json::{Map, Value, json};

use super::groups;
use super::rank::{Ranking, unit_seconds};
use crate::clock::{SECOND_NS, Time};
use crate::error::{ApiError, Result};
use crate::model::feeds::group::Selector;
use crate::query::moment;
use crate::store::ReadTx;
use crate::store::feeds::query::ACTIVITIES;

/// Seconds of a window at the least.
const WINDOW_LEAST_S: f64 = 3_600.0;
/// How popular is popular, unless it is said.
const POPULARITY_DEFAULT: i64 = 5;

/// Where a selector looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In the feed itself.
    CurrentFeed,
    /// In the feeds that it follows.
    Following,
    /// Among what many have reacted to.
    Popular,
    /// Among what has to do with the reader's interests.
    Interest,
    /// Near a place.
    Proximity,
    /// Anywhere, by a filter.
    Query,
    /// In feeds that the reader may want to follow.
    FollowSuggestion,
}

impl Kind {
    const ALL: &[(&'static str, Self)] = &[
        ("current_feed", Self::CurrentFeed),
        ("following", Self::Following),
        ("popular", Self::Popular),
        ("interest", Self::Interest),
        ("proximity", Self::Proximity),
        ("query", Self::Query),
        ("follow_suggestion", Self::FollowSuggestion),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// What selectors call it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// What a selector picks.
#[derive(Clone, Debug)]
pub struct Selection {
    pub kind: Kind,
    /// Which activities, as a filter of QueryActivities.
    pub filter: Map<String, Value>,
    /// In which order, as a sort of QueryActivities.
    pub sort: Vec<Value>,
    /// How popular at the least.
    pub min_popularity: i64,
    /// What else is said.
    pub params: Map<String, Value>,
    groups: Option<GroupScope>,
    cutoff: Option<Cutoff>,
}

/// From when on.
#[derive(Clone, Copy, Debug)]
enum Cutoff {
    Window(i64),
    Since(i64),
}

/// In feeds of which groups. What is in one of another group too is picked all the same.
#[derive(Clone, Debug)]
enum GroupScope {
    Include(Vec<String>),
    Exclude(Vec<String>),
}

impl GroupScope {
    /// As a selector says it, or what is wrong with that, behind its name.
    fn of(set: &Map<String, Value>) -> Result<Option<Self>, String> {
        let ids = |name: &str| match set.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(ids)) => {
                let ids: Option<Vec<String>> = ids.iter().map(|id| id.as_str().map(str::to_owned)).collect();
                let ids = ids.ok_or_else(|| format!(".{name} must be an array of ids"))?;
                Ok(Some(ids).filter(|ids| !ids.is_empty()))
            }
            Some(_) => Err(format!(".{name} must be an array of ids")),
        };
        match (ids("include")?, ids("exclude")?) {
            (Some(_), Some(_)) => Err(".include cannot be set beside exclude".to_owned()),
            (include, exclude) => Ok(include.map(Self::Include).or(exclude.map(Self::Exclude))),
        }
    }
}

impl Selection {
    /// What selectors pick; without any, a feed shows its own. One of a type that is not known picks nothing: tests of SDKs send
    /// several.
    pub fn all(selectors: &[Selector]) -> Result<Vec<Self>> {
        if selectors.is_empty() {
            return Ok(vec![Self::own()]);
        }
        let known = selectors.iter().enumerate().filter_map(|(at, selector)| {
            let kind = Kind::named(&selector.kind)?;
            Some(Self::of(kind, &selector.rest, &format!("activity_selectors[{at}]")))
        });
        known.collect()
    }

    fn own() -> Self {
        Self {
            kind: Kind::CurrentFeed,
            filter: Map::new(),
            sort: Vec::new(),
            min_popularity: POPULARITY_DEFAULT,
            params: Map::new(),
            groups: None,
            cutoff: None,
        }
    }

    fn of(kind: Kind, set: &Map<String, Value>, name: &str) -> Result<Self> {
        let wrong = |what: &str| ApiError::input(format!("{name}.{what}"));
        let given = |name: &str| set.get(name).filter(|value| !value.is_null() && *value != "");
        let object = |name: &str| match given(name) {
            None => Ok(Map::new()),
            Some(Value::Object(object)) => Ok(object.clone()),
            Some(_) => Err(wrong(&format!("{name} must be an object"))),
        };
        let sort = match given("sort") {
            None => Vec::new(),
            Some(Value::Array(keys)) => keys.clone(),
            Some(_) => return Err(wrong("sort must be an array")),
        };
        let least = given("min_popularity").map(|least| least.as_i64().filter(|least| *least >= 1));
        let least = least.map(|least| least.ok_or_else(|| wrong("min_popularity must be 1 or greater"))).transpose()?;
        let selection = Self {
            kind,
            filter: object("filter")?,
            sort,
            min_popularity: least.unwrap_or(POPULARITY_DEFAULT),
            params: object("params")?,
            groups: GroupScope::of(&object("feed_groups")?)
                .map_err(|problem| wrong(&format!("feed_groups{problem}")))?,
            cutoff: match (given("cutoff_window"), given("cutoff_time")) {
                (Some(_), Some(_)) => return Err(wrong("cutoff_window cannot be set beside cutoff_time")),
                (Some(window), None) => {
                    let window = window.as_str().and_then(window_ns);
                    let text = "cutoff_window must be a duration of an hour or more, as \"7d\"";
                    Some(Cutoff::Window(window.ok_or_else(|| wrong(text))?))
                }
                (None, Some(time)) => {
                    let time = moment("cutoff_time", time).ok().and_then(|time| time.as_i64());
                    Some(Cutoff::Since(time.ok_or_else(|| wrong("cutoff_time must be an RFC 3339 date"))?))
                }
                (None, None) => None,
            },
        };
        ACTIVITIES.parse(&selection.filter, &selection.sort)?;
        Ok(selection)
    }

    /// The filter of what is picked, of a reading that began at a moment, together with what that asks for.
    pub fn filter(&self, as_of: Time, asked: Option<&Map<String, Value>>) -> Map<String, Value> {
        let since = self.cutoff.map(|cutoff| match cutoff {
            Cutoff::Window(window) => as_of.0.saturating_sub(window),
            Cutoff::Since(time) => time,
        });
        let since = since.map(|since| json!({"created_at": {"$gte": since}}));
        let parts = [(!self.filter.is_empty()).then(|| json!(self.filter)), since, asked.map(|asked| json!(asked))];
        let mut parts: Vec<Value> = parts.into_iter().flatten().collect();
        match (parts.pop(), parts.is_empty()) {
            (Some(Value::Object(only)), true) => only,
            (Some(last), _) => {
                parts.push(last);
                Map::from_iter([("$and".to_owned(), Value::from(parts))])
            }
            (None, _) => Map::new(),
        }
    }

    /// The groups in one of which a feed has to be that has what is picked; `None` where any will do.
    pub fn groups(&self, tx: &ReadTx<'_>) -> Result<Option<Vec<String>>> {
        Ok(match &self.groups {
            None => None,
            Some(GroupScope::Include(groups)) => Some(groups.clone()),
            Some(GroupScope::Exclude(without)) => {
                let all = groups::all(tx, false)?.into_keys();
                Some(all.filter(|group| !without.contains(group)).collect())
            }
        })
    }

    /// Whether it is what a feed shows of itself and of what it follows, by time and nothing else: pages of that are read as
    /// they stand.
    fn is_plain(&self) -> bool {
        let by_time = |key: &Value| key["field"] == "created_at";
        [Kind::CurrentFeed, Kind::Following].contains(&self.kind)
            && self.filter.is_empty()
            && self.groups.is_none()
            && self.cutoff.is_none()
            && self.sort.len() <= 1
            && self.sort.iter().all(by_time)
    }
}

/// Whether selectors pick by time alone what a feed has and follows.
pub fn are_plain(selections: &[Selection]) -> bool {
    selections.iter().all(Selection::is_plain)
}

/// Whether who watches a feed hears of what it follows: where it shows that and its own, and nothing of others (feeds-events 3.2).
pub fn hear(selections: &[Selection]) -> bool {
    let is_of = |kinds: &[Kind]| selections.iter().all(|selection| kinds.contains(&selection.kind));
    !is_of(&[Kind::CurrentFeed]) && is_of(&[Kind::CurrentFeed, Kind::Following])
}

/// The nanoseconds of a window: a number and a unit.
fn window_ns(text: &str) -> Option<i64> {
    let text = text.trim();
    let unit = text.chars().last()?;
    let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
    let seconds = f64::from(number) * unit_seconds(unit)?;
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit is as long as can be")]
    let whole = seconds as i64;
    (seconds >= WINDOW_LEAST_S).then(|| whole.saturating_mul(SECOND_NS))
}

/// Refuses selectors and a ranking that cannot be read by.
pub fn check(selectors: Option<&[Selector]>, ranking: Option<&Map<String, Value>>) -> Result<Option<Ranking>> {
    Selection::all(selectors.unwrap_or_default())?;
    Ranking::of(ranking)
}
