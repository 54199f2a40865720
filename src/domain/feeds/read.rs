//! What somebody is shown of a feed: a page of its activities, and of who follows it, whom it follows, who is in it
//! (feeds-core 5).

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{self, Actor, Standing};
use super::enrich::{self, OwnFields, Parts};
use super::query::Filter;
use super::{groups, pins, views};
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::feed::{EnrichedFeed, Feed};
use crate::model::feeds::follow::{EnrichedFollow, FollowStatus};
use crate::model::feeds::group::{Group, Selector};
use crate::model::feeds::member::EnrichedMember;
use crate::model::feeds::page::Page;
use crate::model::feeds::pin::EnrichedPin;
use crate::permission::capability::Capability;
use crate::query::cursor::Asked;
use crate::store::ReadTx;
use crate::store::feeds::follows::{self, Side};
use crate::store::feeds::timeline::{self, Order, Pick, Place, Reader, Stretch};
use crate::store::feeds::{activities as rows, feeds as feed_rows, members};
use crate::validate::within;

/// What is on a page unless another number is asked for. Production's is not known (feeds-core 1.4).
pub const LIMIT_DEFAULT: u32 = 25;
/// The same for the lists beside the activities.
pub const LIST_LIMIT_DEFAULT: u32 = 20;
/// The most that is on a page.
pub const LIMIT_MAX: i64 = 100;
/// Feeds that an activity can be in at the most: so many picks in a row can be of one.
pub const FEEDS_MAX: u32 = 25;

/// A part of a list, as it is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pager {
    pub limit: Option<i64>,
    pub next: Option<String>,
    pub prev: Option<String>,
}

/// How many, of a default; 0 is none.
pub fn limit(asked: Option<i64>, default: u32) -> Result<u32> {
    let limit = within("limit", asked.unwrap_or_else(|| i64::from(default)), 0, LIMIT_MAX)?;
    Ok(u32::try_from(limit).unwrap_or(default))
}

/// What is left out of an answer, or put into it besides (feeds-core 5.4).
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Options {
    pub skip_all: Option<bool>,
    pub skip_activity: Option<bool>,
    pub skip_activity_current_feed: Option<bool>,
    pub skip_activity_mentioned_users: Option<bool>,
    pub skip_activity_parents: Option<bool>,
    pub skip_activity_poll: Option<bool>,
    pub skip_followers: Option<bool>,
    pub skip_following: Option<bool>,
    pub skip_own_capabilities: Option<bool>,
    pub skip_own_follows: Option<bool>,
    pub skip_pins: Option<bool>,
    pub enrich_own_followings: Option<bool>,
}

impl Options {
    /// Whether something is shown that one of the options leaves out.
    fn shows(&self, skip: Option<bool>) -> bool {
        skip != Some(true) && self.skip_all != Some(true)
    }

    /// Which parts of its activities are shown.
    fn parts(&self) -> Parts {
        Parts {
            mentioned: self.shows(self.skip_activity_mentioned_users),
            parents: self.shows(self.skip_activity_parents),
            poll: self.shows(self.skip_activity_poll),
        }
    }

    /// Which of a feed's own_* fields are shown where a feed is read.
    fn own_fields(&self) -> OwnFields {
        OwnFields {
            capabilities: self.shows(self.skip_own_capabilities),
            follows: self.shows(self.skip_own_follows),
            followings: self.enrich_own_followings == Some(true),
            membership: self.shows(None),
        }
    }
}

/// What is asked of a feed.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The page of activities.
    pub activities: Pager,
    /// Which of them, where not all.
    pub filter: Option<Filter>,
    /// The page of followers, where one was asked for.
    pub followers: Option<Pager>,
    /// The same of followed feeds.
    pub following: Option<Pager>,
    /// The same of members.
    pub members: Option<Pager>,
    /// What is left out.
    pub options: Options,
    /// The view through which it is read, instead of its group's way.
    pub view: Option<String>,
}

/// A feed, as it is shown.
#[derive(Debug)]
pub struct FeedPage {
    /// The feed itself.
    pub feed: EnrichedFeed,
    /// A page of its activities.
    pub activities: Page<EnrichedActivity>,
    /// A page of accepted follows of it.
    pub followers: Page<EnrichedFollow>,
    /// A page of its accepted follows.
    pub following: Page<EnrichedFollow>,
    /// A page of its members and of those who are invited.
    pub members: Page<EnrichedMember>,
    /// What is pinned in it.
    pub pinned: Vec<EnrichedPin>,
}

/// A feed as an actor is shown it, who has to be allowed to read it.
pub fn show(tx: &ReadTx<'_>, actor: Actor<'_>, feed: Feed, request: &Request) -> Result<FeedPage> {
    let group = groups::present(tx, feed.fid.group())?;
    let standing = access::standing(tx, actor, &feed)?;
    access::judge(actor, &feed, &standing, Capability::ReadFeed)?;
    let options = request.options;
    let asked = options.own_fields();
    let follows = |pager: &Option<Pager>, side, skip| {
        // A page that is asked for by itself is shown all the same.
        if pager.is_some() || options.shows(skip) {
            follows(tx, actor, &feed, side, &pager.clone().unwrap_or_default())
        } else {
            Ok(Page::default())
        }
    };
    let view = request.view.as_deref();
    let selectors = views::selectors(tx, &group, view)?;
    let filter = request.filter.as_ref();
    let reading = Reading {
        tx,
        actor,
        feed: &feed,
        group: &group,
        view,
        selectors: &selectors,
        standing: &standing,
        filter,
        asked,
        options,
    };
    let activities = if access::may_read(actor, &standing) && options.shows(options.skip_activity) {
        reading.page(&request.activities)?
    } else {
        Page::default()
    };
    let followers = follows(&request.followers, Side::Target, options.skip_followers)?;
    let following = follows(&request.following, Side::Source, options.skip_following)?;
    let members = members_of(tx, &feed, &request.members.clone().unwrap_or_default())?;
    let feed = enrich::feed(tx, actor, feed, asked)?;
    let pinned = if options.shows(options.skip_pins) {
        pins::shown(tx, actor, &feed, &standing, options.parts())?
    } else {
        Vec::new()
    };
    Ok(FeedPage { feed, activities, followers, following, members, pinned })
}

/// One reading of one feed.
struct Reading<'a, 'tx> {
    tx: &'a ReadTx<'tx>,
    actor: Actor<'a>,
    feed: &'a Feed,
    group: &'a Group,
    view: Option<&'a str>,
    selectors: &'a [Selector],
    standing: &'a Standing,
    filter: Option<&'a Filter>,
    asked: OwnFields,
    options: Options,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug)]
enum From {
    Start,
    Behind(Place),
    Before(Place),
}

/// An activity that is shown, and the feed through which it is.
struct Chosen {
    place: Place,
    through: i64,
}

/// The feeds through which activities are seen that were met so far, those that may be read.
type Readable = HashSet<i64>;

impl Reading<'_, '_> {
    fn page(&self, pager: &Pager) -> Result<Page<EnrichedActivity>> {
        let limit = limit(pager.limit, LIMIT_DEFAULT)?;
        if limit == 0 {
            return Ok(Page::default());
        }
        let asked = Asked::of(&json!([
            "activities",
            self.feed.fid.as_str(),
            self.view,
            self.filter.map(|filter| &filter.asked)
        ]));
        let order = groups::order(self.selectors);
        let place = |name, cursor: &Option<String>| {
            let cursor = cursor.as_deref().filter(|cursor| !cursor.is_empty());
            cursor.map(|cursor| place_of(name, &asked.keys(name, cursor)?)).transpose()
        };
        let from = match (place("next", &pager.next)?, place("prev", &pager.prev)?) {
            (Some(_), Some(_)) => return Err(ApiError::input("cannot use both next and prev")),
            (Some(place), None) => From::Behind(place),
            (None, Some(place)) => From::Before(place),
            (None, None) => From::Start,
        };
        let mut readable = Readable::from([self.feed.no]);
        let wanted = limit as usize;
        let (chosen, has_more_behind, has_more_before) = match from {
            From::Start | From::Behind(_) => {
                let behind = if let From::Behind(place) = from { Some(place) } else { None };
                let mut chosen = self.choose(order, behind, wanted + 1, &mut readable)?;
                let has_more = chosen.len() > wanted;
                chosen.truncate(wanted);
                let first = chosen.first().filter(|_| behind.is_some()).map(|first| first.place);
                let has_before = self.has_any(reversed(order), first, &mut readable)?;
                (chosen, has_more, has_before)
            }
            From::Before(place) => {
                let mut chosen = self.choose(reversed(order), Some(place), wanted + 1, &mut readable)?;
                let has_more = chosen.len() > wanted;
                chosen.truncate(wanted);
                chosen.reverse();
                let last = chosen.last().map(|last| last.place);
                let has_behind = self.has_any(order, last, &mut readable)?;
                (chosen, has_behind, has_more)
            }
        };
        let cursor = |at: Option<&Chosen>, is_there: bool| {
            let place = at.filter(|_| is_there)?.place;
            Some(asked.cursor([Value::from(place.created_at), Value::from(place.activity)]))
        };
        let (next, prev) = (cursor(chosen.last(), has_more_behind), cursor(chosen.first(), has_more_before));
        Ok(Page { items: self.enriched(&chosen)?, next, prev })
    }

    fn has_any(&self, order: Order, behind: Option<Place>, readable: &mut Readable) -> Result<bool> {
        match behind {
            None => Ok(false),
            behind => Ok(!self.choose(order, behind, 1, readable)?.is_empty()),
        }
    }

    /// So many activities behind a place, each once, that the actor may read.
    fn choose(
        &self,
        order: Order,
        mut behind: Option<Place>,
        wanted: usize,
        readable: &mut Readable,
    ) -> Result<Vec<Chosen>> {
        let excludes_owner =
            self.group.config.activity_filter.as_ref().is_some_and(|filter| filter.exclude_owner_activities);
        let reader = Reader {
            user: self.actor.user.map(UserId::as_str),
            sees_private: self.standing.is_owner || self.actor.by.is_none() && self.actor.user.is_none(),
            without: excludes_owner.then(|| self.feed.created_by.as_str()),
        };
        let sources = groups::sources(self.selectors);
        let mut chosen = Vec::new();
        while chosen.len() < wanted {
            let most = u32::try_from(wanted - chosen.len()).unwrap_or(u32::MAX).saturating_add(FEEDS_MAX + 1);
            let stretch = Stretch { feed: self.feed.no, sources, order, behind, reader, most };
            let picks = timeline::pick(self.tx, stretch, self.filter.map(|filter| &filter.query))?;
            let is_all = picks.len() < most as usize;
            self.learn(&picks, readable)?;
            let mut runs: Vec<&[Pick]> = picks.chunk_by(|one, other| one.place == other.place).collect();
            if !is_all {
                // The last may go on in what was not read.
                runs.pop();
            }
            for run in &runs {
                let through = run.iter().map(|pick| pick.through).filter(|feed| readable.contains(feed));
                // What is in the feed itself is seen through it.
                if let Some(through) = through.min_by_key(|feed| (*feed != self.feed.no, *feed)) {
                    chosen.push(Chosen { place: run[0].place, through });
                }
            }
            match runs.last() {
                Some(run) if !is_all => behind = Some(run[0].place),
                _ => break,
            }
        }
        chosen.truncate(wanted);
        Ok(chosen)
    }

    /// Learns of the feeds that were not met before which of them the actor may read.
    fn learn(&self, picks: &[Pick], readable: &mut Readable) -> Result<()> {
        let mut new: Vec<i64> = picks.iter().map(|pick| pick.through).filter(|no| !readable.contains(no)).collect();
        new.sort_unstable();
        new.dedup();
        if new.is_empty() {
            return Ok(());
        }
        let feeds = feed_rows::by_number(self.tx, &new)?;
        let standings = access::standings(self.tx, self.actor, feeds.values())?;
        for no in feeds.into_keys() {
            if standings.get(&no).is_some_and(|standing| access::may_read(self.actor, standing)) {
                readable.insert(no);
            }
        }
        Ok(())
    }

    fn enriched(&self, chosen: &[Chosen]) -> Result<Vec<EnrichedActivity>> {
        let mut numbers: Vec<i64> = chosen.iter().map(|one| one.through).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let feeds = if self.options.shows(self.options.skip_activity_current_feed) {
            let feeds = feed_rows::by_number(self.tx, &numbers)?;
            enrich::feeds(self.tx, self.actor, feeds.into_values(), self.asked)?
        } else {
            HashMap::new()
        };
        let numbers: Vec<i64> = chosen.iter().map(|one| one.place.activity).collect();
        let mut found = rows::by_number(self.tx, &numbers)?;
        let with_feed = |one: &Chosen| Some((found.remove(&one.place.activity)?, feeds.get(&one.through).cloned()));
        let rows = chosen.iter().filter_map(with_feed).collect();
        enrich::activities(self.tx, self.actor.user, rows, self.options.parts())
    }
}

fn reversed(order: Order) -> Order {
    match order {
        Order::NewestFirst => Order::OldestFirst,
        Order::OldestFirst => Order::NewestFirst,
    }
}

fn place_of(name: &str, keys: &[Value]) -> Result<Place> {
    let numbers: Vec<i64> = keys.iter().filter_map(Value::as_i64).collect();
    match numbers.as_slice() {
        [created_at, activity] => Ok(Place { created_at: *created_at, activity: *activity }),
        _ => Err(ApiError::input(format!("{name} is not a cursor of a page of this feed"))),
    }
}

/// A page of a feed's accepted follows, the newest first.
fn follows(tx: &ReadTx<'_>, actor: Actor<'_>, feed: &Feed, side: Side, pager: &Pager) -> Result<Page<EnrichedFollow>> {
    let limit = limit(pager.limit, LIST_LIMIT_DEFAULT)?;
    let asked = Asked::of(&json!(["follows", feed.fid.as_str(), side == Side::Source]));
    let cursor = pager.next.as_deref().filter(|next| !next.is_empty());
    let behind = cursor.map(|next| place_of("next", &asked.keys("next", next)?)).transpose()?;
    let behind = behind.map(|place| (place.created_at, place.activity));
    let mut found = follows::of(tx, feed.no, side, FollowStatus::Accepted, behind, limit + 1)?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let keys = found.last().filter(|_| has_more).map(|follow| {
        let other = if side == Side::Source { follow.target } else { follow.source };
        asked.cursor([Value::from(follow.created_at.0), Value::from(other)])
    });
    Ok(Page { items: enrich::follows(tx, actor, found)?, next: keys, prev: None })
}

/// A page of who is in a feed or invited, by id.
fn members_of(tx: &ReadTx<'_>, feed: &Feed, pager: &Pager) -> Result<Page<EnrichedMember>> {
    let limit = limit(pager.limit, LIST_LIMIT_DEFAULT)?;
    let asked = Asked::of(&json!(["members", feed.fid.as_str()]));
    let cursor = pager.next.as_deref().filter(|next| !next.is_empty());
    let keys = cursor.map(|next| asked.keys("next", next)).transpose()?.unwrap_or_default();
    let behind = keys.first().and_then(Value::as_str).unwrap_or_default();
    let mut found = members::of_feed(tx, feed.no, behind, limit + 1)?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| has_more);
    let next = last.map(|member| asked.cursor([Value::from(member.user_id.as_str())]));
    Ok(Page { items: enrich::members(tx, found)?, next, prev: None })
}
