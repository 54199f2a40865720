//! What selectors pick for a feed that shows more than its own and what it follows by time, or that is ranked: the first
//! activities that each picks, each once, put in order as a whole (feeds-core 5.3 and 5.5).

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::listed::{AsOf, Cut};
use super::paging::Pager;
use super::{Chosen, Readable, Reading};
use crate::domain::feeds::query::Filter;
use crate::domain::feeds::rank::{self, Ranking, Subject, Weights};
use crate::domain::feeds::selectors::{self, Kind, Selection};
use crate::domain::feeds::suggestions;
use crate::domain::feeds::views::Way;
use crate::domain::feeds::{groups, interests};
use crate::error::Result;
use crate::model::feeds::activity::{Activity, EnrichedActivity, Marks};
use crate::model::feeds::group::Selector;
use crate::model::feeds::object::ObjectKind;
use crate::model::feeds::page::Page;
use crate::model::feeds::rank::Score;
use crate::store::feeds::query::{ACTIVITIES, IN_GROUP};
use crate::store::feeds::selection::{self, Among};
use crate::store::feeds::timeline::{Order, Pick, Place};
use crate::store::feeds::{activities as rows, metrics, reactions};
use crate::store::users;

/// Activities that a selector picks at the most.
const PICKED_MAX: u32 = 1_000;
/// Activities of a feed and of what it follows that are looked at, the newest, where they are picked by something else.
const VISITED_MAX: usize = 5_000;
/// Feeds of which suggested activities are, and the group in which they are unless the selector says.
const SUGGESTED_MAX: usize = 25;
const SUGGESTED_GROUP: &str = "user";
/// The preference from which on an activity is not shown at all.
const REFUSED: f64 = -1.0;
/// Kilometres that are near, unless the selector says.
const NEAR_KM: f64 = 50.0;

/// An activity that was picked, by which selector, and what it scores.
#[derive(Clone)]
pub(super) struct Picked {
    pub(super) chosen: Chosen,
    source: &'static str,
    pub(super) score: Score,
}

impl Reading<'_, '_> {
    /// Whether pages can be read as they stand, without picking all that is shown.
    pub(super) fn is_plain(&self) -> bool {
        self.way.ranking.is_none() && selectors::are_plain(&self.way.selections)
    }

    /// The app as it is by now.
    pub(super) fn by_now(&self) -> Result<AsOf> {
        Ok(AsOf { at: self.tx.now, until: rows::last_number(self.tx)? })
    }

    /// A page of what was picked.
    pub(super) fn selected_page(&self, pager: &Pager, around: Option<i64>) -> Result<Page<EnrichedActivity>> {
        let asked = self.asked("picked");
        let cut = Cut::of(&asked, pager, self.by_now()?, around)?;
        let all = self.selected(cut.as_of)?;
        let page = cut.page(all, |picked: &Picked| json!(picked.chosen.place.activity));
        let chosen: Vec<Chosen> = page.items.iter().map(|picked| picked.chosen).collect();
        let mut items = self.enriched(&chosen)?;
        self.show_scores(&mut items, &page.items);
        Ok(Page { items, next: page.next, prev: page.prev })
    }

    /// Shows what activities score, and which selector picked them where there are several.
    pub(super) fn show_scores(&self, activities: &mut [EnrichedActivity], picked: &[Picked]) {
        if self.way.ranking.is_none() {
            return;
        }
        let picked: HashMap<i64, &Picked> = picked.iter().map(|one| (one.chosen.place.activity, one)).collect();
        for activity in activities {
            if let Some(picked) = picked.get(&activity.activity.no) {
                activity.rank = picked.score.clone();
                activity.selector_source = (self.way.selections.len() > 1).then_some(picked.source);
            }
        }
    }

    /// All that the selectors pick, in order.
    pub(super) fn selected(&self, as_of: AsOf) -> Result<Vec<Picked>> {
        let mut all: Vec<Picked> = Vec::new();
        let mut known = HashSet::new();
        let mut readable = Readable::from([self.feed.no]);
        let weights = self.weights()?;
        for selection in &self.way.selections {
            for chosen in self.picks_of(selection, as_of, &weights, &mut readable)? {
                if known.insert(chosen.place.activity) {
                    all.push(Picked { chosen, source: selection.kind.name(), score: Score::default() });
                }
            }
        }
        if let Some(ranking) = &self.way.ranking {
            return self.ranked(ranking, all, as_of, &weights);
        }
        if self.way.selections.len() > 1 {
            all.sort_by_key(|picked| picked.chosen.place);
            if groups::order(&self.way.selectors) == Order::NewestFirst {
                all.reverse();
            }
        }
        Ok(all)
    }

    /// What one selector picks.
    fn picks_of(
        &self,
        selection: &Selection,
        as_of: AsOf,
        weights: &Weights,
        readable: &mut Readable,
    ) -> Result<Vec<Chosen>> {
        let asked = self.filter.map(|filter| &filter.asked);
        let mut asked = selection.filter(as_of.at, asked);
        if selection.kind == Kind::Proximity {
            match self.near(selection, &asked)? {
                Some(near) => asked = near,
                None => return Ok(Vec::new()),
            }
        }
        let mut query = ACTIVITIES.parse(&asked, &selection.sort)?;
        if let Some(groups) = selection.groups(self.tx)? {
            query = query.among(&IN_GROUP, groups.into_iter().map(Value::from).collect());
        }
        let filter = Filter { asked, query };
        let among = |among: Among<'_>, readable: &mut Readable| {
            let reader = self.reader();
            let picks = selection::pick(self.tx, among, &filter.query, reader, as_of.until, PICKED_MAX)?;
            self.learn(&picks, readable)?;
            let shown = picks.into_iter().filter(|pick| readable.contains(&pick.through));
            Ok(shown.map(|Pick { place, through }| Chosen { place, through }).collect())
        };
        match selection.kind {
            Kind::CurrentFeed | Kind::Following => self.listed(selection, &filter, as_of, readable),
            Kind::Popular => among(Among::Popular(selection.min_popularity), readable),
            Kind::Interest => match weights.liked() {
                liked if liked.is_empty() => Ok(Vec::new()),
                liked => among(Among::Tags(&liked), readable),
            },
            Kind::Proximity | Kind::Query => among(Among::All, readable),
            Kind::FollowSuggestion => {
                let group = selection.params.get("feed_group_id").and_then(Value::as_str).unwrap_or(SUGGESTED_GROUP);
                let feeds = suggestions::found(self.tx, self.actor, group, SUGGESTED_MAX)?;
                let numbers: Vec<i64> = feeds.iter().map(|feed| feed.no).collect();
                among(Among::Feeds(&numbers), readable)
            }
        }
    }

    /// What is picked of the feed itself or of what it follows.
    fn listed(
        &self,
        selection: &Selection,
        filter: &Filter,
        as_of: AsOf,
        readable: &mut Readable,
    ) -> Result<Vec<Chosen>> {
        let sort = Map::from_iter([("sort".to_owned(), Value::from(selection.sort.clone()))]);
        let selector = Selector { kind: selection.kind.name().to_owned(), rest: sort };
        let way = Way { selectors: vec![selector], ..self.way.clone() };
        let reading = Reading { filter: Some(filter), way: &way, ..*self };
        let by_time = selection.sort.first().is_none_or(|key| key["field"] == "created_at");
        let order = if by_time { groups::order(&way.selectors) } else { Order::NewestFirst };
        // What came later is not of this list.
        let newest = Place { created_at: i64::MAX, activity: as_of.until + 1 };
        let behind = (order == Order::NewestFirst).then_some(newest);
        let wanted = if by_time { PICKED_MAX as usize } else { VISITED_MAX };
        let mut chosen = reading.choose(order, behind, wanted, readable)?;
        chosen.retain(|one| one.place.activity <= as_of.until);
        if by_time {
            return Ok(chosen);
        }
        let by_number: HashMap<i64, Chosen> = chosen.iter().map(|one| (one.place.activity, *one)).collect();
        let numbers: Vec<i64> = by_number.keys().copied().collect();
        let ordered = selection::ordered(self.tx, &numbers, &filter.query, PICKED_MAX)?;
        Ok(ordered.iter().filter_map(|no| by_number.get(no).copied()).collect())
    }

    /// A filter by what is near: as the request asks, else around where the reader is by his own `lat` and `lng`.
    fn near(&self, selection: &Selection, asked: &Map<String, Value>) -> Result<Option<Map<String, Value>>> {
        let names = |query: &crate::query::Query| query.names("near") || query.names("within_bounds");
        if names(&ACTIVITIES.parse(asked, &[])?) {
            return Ok(Some(asked.clone()));
        }
        let user = match self.actor.user {
            Some(user) => users::get(self.tx, user.as_str())?,
            None => None,
        };
        let place = |name: &str| user.as_ref()?.custom.get(name)?.as_f64();
        let (Some(lat), Some(lng)) = (place("lat"), place("lng")) else { return Ok(None) };
        let distance = selection.params.get("distance").and_then(Value::as_f64).unwrap_or(NEAR_KM);
        let near = json!({"near": {"$eq": {"lat": lat, "lng": lng, "distance": distance}}});
        Ok(Some(Map::from_iter([("$and".to_owned(), json!([asked, near]))])))
    }

    /// What the reader is interested in, as far as that is asked for.
    fn weights(&self) -> Result<Weights> {
        let needs = |selection: &Selection| selection.kind == Kind::Interest;
        let is_needed = self.way.ranking.as_ref().is_some_and(Ranking::is_by_interest);
        if !is_needed && !self.way.selections.iter().any(needs) {
            return Ok(Weights::default());
        }
        let asked = self.tastes.interests.clone();
        match self.actor.user {
            Some(user) if !self.tastes.overwrites => Ok(interests::weights(self.tx, user.as_str())?.and(asked)),
            _ => Ok(asked),
        }
    }

    /// What was picked by its score, and what scores the same the newest first.
    fn ranked(&self, ranking: &Ranking, mut all: Vec<Picked>, as_of: AsOf, weights: &Weights) -> Result<Vec<Picked>> {
        let numbers: Vec<i64> = all.iter().map(|picked| picked.chosen.place.activity).collect();
        let found = rows::by_number(self.tx, &numbers)?;
        let metrics = if ranking.names_any_of("metrics") { metrics::of(self.tx, &numbers)? } else { HashMap::new() };
        let needs_groups = ranking.names_any_of("reaction_counts");
        let by_kind =
            if needs_groups { reactions::groups(self.tx, ObjectKind::Activity, &numbers)? } else { BTreeMap::new() };
        let marks = self.marked(ranking, &found)?;
        let preferences = match self.actor.user {
            Some(user) => interests::preferences(self.tx, user.as_str())?,
            None => Weights::default(),
        };
        // What the reader wants to see the least of is left out (feeds-interactions 6).
        if !preferences.are_none() {
            let is_refused = |tags: &[String]| preferences.sum(tags) <= REFUSED;
            all.retain(|picked| {
                found.get(&picked.chosen.place.activity).is_none_or(|activity| !is_refused(&activity.interest_tags))
            });
        }
        let (now, external, preferences) = (as_of.at, &self.tastes.external, &preferences);
        let reading = rank::Reading { now, external, interests: weights, preferences };
        let with_vars = self.options.include_score_vars == Some(true);
        for picked in &mut all {
            let Some(activity) = found.get(&picked.chosen.place.activity) else { continue };
            let Marks { is_read, is_seen, .. } = marks.get(&activity.no).copied().unwrap_or_default();
            let reactions =
                by_kind.get(&activity.no).map(|kinds| kinds.iter().map(|(kind, group)| (kind.clone(), group.count)));
            let reactions: BTreeMap<String, i64> = reactions.into_iter().flatten().collect();
            let subject = Subject {
                activity,
                reactions: Some(&reactions),
                metrics: metrics.get(&activity.no),
                source: picked.source,
                is_read,
                is_seen,
            };
            picked.score = ranking.score(subject, reading, with_vars);
        }
        all.sort_by(|one, other| {
            let by_score = other.score.score.total_cmp(&one.score.score);
            by_score.then_with(|| other.chosen.place.cmp(&one.chosen.place))
        });
        Ok(all)
    }

    /// Whether the reader has read and seen these, where the ranking asks and that is tracked.
    fn marked(&self, ranking: &Ranking, found: &HashMap<i64, Activity>) -> Result<HashMap<i64, Marks>> {
        if !ranking.names("is_read") && !ranking.names("is_seen") {
            return Ok(HashMap::new());
        }
        let all: Vec<&Activity> = found.values().collect();
        let marks = self.marks.of_activities(self.tx, &all)?;
        Ok(all.iter().zip(marks).map(|(activity, marks)| (activity.no, marks)).collect())
    }
}
