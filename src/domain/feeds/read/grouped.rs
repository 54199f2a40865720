//! The groups of a feed that aggregates what it shows (feeds-core 5.2 and 5.6). Those of what a feed itself has are read from
//! the table of them; what it shows of others, and what a filter leaves of it, is grouped as it is read.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::listed::Cut;
use super::paging::{self, Leg, Pager};
use super::{Chosen, Readable, Reading};
use crate::clock::Time;
use crate::domain::feeds::groups;
use crate::domain::feeds::marks::Item;
use crate::error::Result;
use crate::model::feeds::activity::{EnrichedActivity, Marks};
use crate::model::feeds::aggregate::{EnrichedAggregate, NotificationStatus};
use crate::model::feeds::page::Page;
use crate::query::cursor::Asked;
use crate::store::feeds::activities as rows;
use crate::store::feeds::aggregates::{self, Aggregate, Member};
use crate::store::feeds::marks::Items;
use crate::store::feeds::timeline::{Order, Place, Sources};

/// Activities that a group shows at the most. Production's number is not known.
const SHOWN_MAX: usize = 15;
/// Activities of a group that are looked at for their authors.
const LOOKED_AT_MAX: u32 = 1_000;
/// Activities that are grouped as they are read: the first so many that a feed shows (feeds-core 5.3).
const PICKED_MAX: usize = 1_000;

/// A group before it is enriched.
struct Grouped {
    key: String,
    /// Where it is among the groups.
    place: Place,
    /// Its activities that were looked at, the newest first, each with its feed.
    members: Vec<Chosen>,
    count: i64,
    user_count: i64,
    is_truncated: bool,
    first_at: Time,
    score: f64,
}

impl Reading<'_, '_> {
    /// A page of groups, the last changed first.
    pub(super) fn groups(&self, pager: &Pager) -> Result<Page<EnrichedAggregate>> {
        let asked = self.asked("groups");
        let page = if self.is_stored() {
            paging::page(&asked, pager, |group: &Grouped| group.place, |leg| self.stored(leg))?
        } else if self.way.ranking.is_some() {
            return self.ranked_groups(&asked, pager);
        } else {
            let all = self.picked()?;
            let shown = paging::page(&asked, pager, |(_, place): &(usize, Place)| *place, |leg| Ok(cut(&all, leg)))?;
            let mut all: Vec<Option<Grouped>> = all.into_iter().map(Some).collect();
            let items = shown.items.iter().filter_map(|(at, _)| all.get_mut(*at)?.take()).collect();
            Page { items, next: shown.next, prev: shown.prev }
        };
        Ok(Page { items: self.enriched_groups(page.items)?, next: page.next, prev: page.prev })
    }

    /// A page of groups, those that score most first.
    fn ranked_groups(&self, asked: &Asked, pager: &Pager) -> Result<Page<EnrichedAggregate>> {
        let cut = Cut::of(asked, pager, self.by_now()?, None)?;
        let picked = self.selected(cut.as_of)?;
        let scores: HashMap<i64, f64> = picked.iter().map(|one| (one.chosen.place.activity, one.score.score)).collect();
        let mut groups = self.grouped(picked.iter().map(|one| one.chosen).collect())?;
        for group in &mut groups {
            let of = group.members.iter().filter_map(|one| scores.get(&one.place.activity).copied());
            group.score = self.way.strategy.combine(&of.collect::<Vec<f64>>());
        }
        groups.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| other.place.cmp(&one.place)));
        let Page { items, next, prev } = cut.page(groups, |group: &Grouped| json!(group.key));
        let mut items = self.enriched_groups(items)?;
        for group in &mut items {
            self.show_scores(&mut group.activities, &picked);
        }
        Ok(Page { items, next, prev })
    }

    /// The groups of these keys.
    pub(super) fn groups_named(&self, keys: &[&str]) -> Result<Vec<EnrichedAggregate>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let found = if self.is_stored() {
            let place = Place { created_at: 0, activity: 0 };
            let named = |key: &&str| Aggregate { key: (*key).to_owned(), last: place };
            self.looked_at(&keys.iter().map(named).collect::<Vec<_>>())?
        } else {
            let mut all = self.picked()?;
            all.retain(|group| keys.contains(&group.key.as_str()));
            all
        };
        self.enriched_groups(found)
    }

    /// What is neither read nor seen of the whole feed, whatever is asked of it; `None` where its group tracks nothing.
    pub(super) fn status(&self) -> Result<Option<NotificationStatus>> {
        if self.group.config.notification.is_none() {
            return Ok(None);
        }
        if self.has_items() {
            let items = if self.way.aggregation.is_some() { Items::Groups } else { Items::Activities };
            return self.marks.status(self.tx, items, self.reader().sees_private).map(Some);
        }
        self.marks.status_of(self.tx, &self.items()?).map(Some)
    }

    /// Whether the feed itself has what it shows, with its keys.
    pub(super) fn has_items(&self) -> bool {
        !groups::sources(&self.way.selectors).followed && self.way.has_keys
    }

    /// What can be marked of what the feed shows, as far as it is picked.
    pub(super) fn items(&self) -> Result<Vec<Item>> {
        let whole = Reading { filter: None, ..*self };
        if self.way.aggregation.is_some() {
            let item = |Grouped { key, place, .. }: Grouped| Item {
                name: key,
                at: Time(place.created_at),
                last: place.activity,
            };
            return Ok(whole.picked()?.into_iter().map(item).collect());
        }
        let chosen = whole.choose(Order::NewestFirst, None, PICKED_MAX, &mut Readable::from([self.feed.no]))?;
        let numbers: Vec<i64> = chosen.iter().map(|one| one.place.activity).collect();
        Ok(rows::by_number(self.tx, &numbers)?.values().map(Item::of).collect())
    }

    /// Whether all that is shown is in the table of groups.
    fn is_stored(&self) -> bool {
        let own = Sources { own: true, followed: false };
        let is_own = groups::sources(&self.way.selectors) == own && self.way.has_keys && self.is_plain();
        is_own && self.filter.is_none() && !self.reader().skips_watched
    }

    /// Groups out of the table; those of which the reader is shown nothing are passed over.
    fn stored(&self, leg: Leg) -> Result<Vec<Grouped>> {
        let mut found: Vec<Grouped> = Vec::new();
        let mut behind = leg.behind;
        while found.len() < leg.wanted {
            let most = leg.wanted - found.len();
            let most_rows = u32::try_from(most).unwrap_or(u32::MAX);
            let groups = aggregates::page(self.tx, self.feed.no, behind, !leg.goes_back, most_rows)?;
            let is_all = groups.len() < most;
            behind = groups.last().map(|group| group.last);
            found.extend(self.looked_at(&groups)?);
            if is_all {
                break;
            }
        }
        Ok(found)
    }

    /// Groups with what the reader is shown of them.
    fn looked_at(&self, groups: &[Aggregate]) -> Result<Vec<Grouped>> {
        let keys: Vec<&str> = groups.iter().map(|group| group.key.as_str()).collect();
        let members = aggregates::members(self.tx, self.feed.no, &keys, self.reader(), LOOKED_AT_MAX)?;
        let mut by_key: HashMap<&str, Vec<&Member>> = HashMap::new();
        for member in &members {
            by_key.entry(member.key.as_str()).or_default().push(member);
        }
        let mut found = Vec::new();
        for group in groups {
            let looked_at = by_key.get(group.key.as_str()).map_or(&[][..], Vec::as_slice);
            let is_truncated = looked_at.len() >= LOOKED_AT_MAX as usize;
            let shown: Vec<&Member> = looked_at.iter().copied().filter(|member| member.is_shown).collect();
            let Some(first) = shown.last() else { continue };
            let authors: HashSet<&str> = shown.iter().map(|member| member.author.as_str()).collect();
            let whole = is_truncated.then(|| aggregates::count(self.tx, self.feed.no, &group.key, self.reader()));
            let whole = whole.transpose()?;
            let (count, first_at) = whole.unwrap_or((number(shown.len()), Time(first.place.created_at)));
            found.push(Grouped {
                key: group.key.clone(),
                place: group.last,
                members: shown.iter().map(|one| Chosen { place: one.place, through: self.feed.no }).collect(),
                count,
                user_count: number(authors.len()),
                is_truncated,
                first_at,
                score: 0.0,
            });
        }
        Ok(found)
    }

    /// All groups of the first activities that the feed shows, the last changed first.
    fn picked(&self) -> Result<Vec<Grouped>> {
        let chosen = if self.is_plain() {
            self.choose(Order::NewestFirst, None, PICKED_MAX, &mut Readable::from([self.feed.no]))?
        } else {
            self.selected(self.by_now()?)?.into_iter().map(|picked| picked.chosen).collect()
        };
        self.grouped(chosen)
    }

    /// The groups of these activities, the last changed first.
    fn grouped(&self, mut chosen: Vec<Chosen>) -> Result<Vec<Grouped>> {
        let Some(aggregation) = &self.way.aggregation else { return Ok(Vec::new()) };
        chosen.sort_by_key(|one| std::cmp::Reverse(one.place));
        let numbers: Vec<i64> = chosen.iter().map(|one| one.place.activity).collect();
        let found = rows::by_number(self.tx, &numbers)?;
        let keys = if self.way.has_keys { aggregates::keys(self.tx, self.feed.no, &numbers)? } else { HashMap::new() };
        let mut groups: Vec<Grouped> = Vec::new();
        let (mut places, mut authors) = (HashMap::new(), HashSet::new());
        for one in chosen {
            let Some(activity) = found.get(&one.place.activity) else { continue };
            let key = keys.get(&activity.no).cloned().unwrap_or_else(|| aggregation.key(activity));
            let at = *places.entry(key.clone()).or_insert(groups.len());
            if at == groups.len() {
                let (place, first_at) = (one.place, activity.created_at);
                let members = Vec::new();
                let (count, user_count, is_truncated, score) = (0, 0, false, 0.0);
                groups.push(Grouped { key, place, members, count, user_count, is_truncated, first_at, score });
            }
            let group = &mut groups[at];
            group.count += 1;
            group.user_count += i64::from(authors.insert((at, activity.user_id.clone())));
            group.first_at = activity.created_at;
            group.members.push(one);
        }
        Ok(groups)
    }

    /// Groups with what an answer shows of them.
    fn enriched_groups(&self, groups: Vec<Grouped>) -> Result<Vec<EnrichedAggregate>> {
        let shown = groups.iter().flat_map(|group| group.members.iter().take(SHOWN_MAX)).copied();
        let shown = self.enriched(&shown.collect::<Vec<_>>())?;
        let mut shown: HashMap<i64, EnrichedActivity> = shown.into_iter().map(|one| (one.activity.no, one)).collect();
        let all: Vec<i64> = groups.iter().flat_map(|group| &group.members).map(|one| one.place.activity).collect();
        let watched = self.marks.watched(self.tx, &all)?;
        let oldest_first = self.way.aggregation.as_ref().is_some_and(|aggregation| aggregation.oldest_first);
        let enriched = |group: Grouped| {
            let numbers = || group.members.iter().map(|one| one.place.activity);
            let is_watched = watched.as_ref().map(|watched| numbers().all(|no| watched.contains(&no)));
            let mut activities: Vec<_> = numbers().take(SHOWN_MAX).filter_map(|no| shown.remove(&no)).collect();
            if oldest_first {
                activities.reverse();
            }
            EnrichedAggregate {
                activities,
                activity_count: group.count,
                user_count: group.user_count,
                user_count_truncated: group.is_truncated,
                created_at: group.first_at,
                updated_at: Time(group.members.first().map_or(0, |one| one.place.created_at)),
                marks: Marks { is_watched, ..Marks::default() },
                score: group.score,
                group: group.key,
            }
        };
        let mut groups: Vec<EnrichedAggregate> = groups.into_iter().map(enriched).collect();
        self.marks.on_groups(self.tx, &mut groups)?;
        Ok(groups)
    }
}

fn number(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// A leg of a walk over groups that are all there, by their places in the list.
fn cut(all: &[Grouped], leg: Leg) -> Vec<(usize, Place)> {
    let places = all.iter().map(|group| group.place).enumerate();
    if leg.goes_back {
        places.rev().filter(|(_, place)| leg.behind.is_none_or(|behind| *place > behind)).take(leg.wanted).collect()
    } else {
        places.filter(|(_, place)| leg.behind.is_none_or(|behind| *place < behind)).take(leg.wanted).collect()
    }
}
