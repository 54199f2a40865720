//! What somebody is shown of a feed: a page of its activities, and of who follows it, whom it follows, who is in it
//! (feeds-core 5).

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::access::{self, Actor, Standing};
use super::enrich::{self, OwnFields, previews};
use super::query::Filter;
use super::rank::Tastes;
use super::views::Way;
use super::{groups, marks, pinned, views};
use crate::error::Result;
use crate::ids::UserId;
use crate::model::feeds::activity::{Activity, EnrichedActivity};
use crate::model::feeds::aggregate::{EnrichedAggregate, NotificationStatus};
use crate::model::feeds::feed::{EnrichedFeed, Feed};
use crate::model::feeds::follow::EnrichedFollow;
use crate::model::feeds::group::Group;
use crate::model::feeds::member::EnrichedMember;
use crate::model::feeds::page::Page;
use crate::model::feeds::pin::EnrichedPin;
use crate::permission::capability::Capability;
use crate::query::cursor::Asked;
use crate::store::ReadTx;
use crate::store::feeds::follows::Side;
use crate::store::feeds::timeline::{self, Order, Pick, Place, Reader, Stretch};
use crate::store::feeds::{activities as rows, feeds as feed_rows};

mod around;
mod grouped;
mod listed;
mod lists;
mod options;
mod paging;
mod selected;

pub use options::Options;
pub use paging::{LIMIT_DEFAULT, LIMIT_MAX, Pager, limit};

/// Feeds that an activity can be in at the most: so many picks in a row can be of one.
pub const FEEDS_MAX: u32 = 25;

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
    /// The activity around which the page is.
    pub around: Option<String>,
    /// What it is ranked by.
    pub tastes: Tastes,
}

/// A feed, as it is shown.
#[derive(Debug)]
pub struct FeedPage {
    /// The feed itself.
    pub feed: EnrichedFeed,
    /// A page of its activities, unless it groups them.
    pub activities: Page<EnrichedActivity>,
    /// A page of its groups, where it has some.
    pub groups: Page<EnrichedAggregate>,
    /// What the actor has read of it, where its group tracks that.
    pub status: Option<NotificationStatus>,
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
pub fn show(tx: &ReadTx<'_>, actor: Actor<'_>, feed: &Feed, request: &Request) -> Result<FeedPage> {
    let options = request.options;
    let asked = options.own_fields();
    let (view, filter, tastes) = (request.view.as_deref(), request.filter.as_ref(), Some(&request.tastes));
    let shown = Reading::of(tx, actor, feed, Wanted { view, filter, asked, options, tastes }, |reading| {
        access::judge(actor, feed, reading.standing, Capability::ReadFeed)?;
        let status = reading.status()?;
        let shows_pins = options.shows(options.skip_pins);
        let shown = enrich::feed(tx, actor, feed.clone(), asked)?;
        let pins = shows_pins.then(|| pinned::shown(tx, actor, &shown, reading.standing, options.parts()));
        let rest = (shown, status, pins.transpose()?.unwrap_or_default());
        if !access::may_read(actor, reading.standing) || !options.shows(options.skip_activity) {
            return Ok((Page::default(), Page::default(), rest));
        }
        if reading.way.aggregation.is_none() {
            return Ok((reading.page_around(request)?, Page::default(), rest));
        }
        // Beside the first groups the first activities, where they are asked for: both cannot be paged by one cursor.
        let is_first = request.activities.next.is_none() && request.activities.prev.is_none();
        let flat = if options.include_flat_activities == Some(true) && is_first {
            Page { next: None, prev: None, ..reading.page(&request.activities)? }
        } else {
            Page::default()
        };
        Ok((flat, reading.groups(&request.activities)?, rest))
    })?;
    let (activities, groups, (shown, status, pinned)) = shown;
    let follows = |pager: &Option<Pager>, side, skip| {
        // A page that is asked for by itself is shown all the same.
        if pager.is_some() || options.shows(skip) {
            lists::follows(tx, actor, feed, side, &pager.clone().unwrap_or_default())
        } else {
            Ok(Page::default())
        }
    };
    let followers = follows(&request.followers, Side::Target, options.skip_followers)?;
    let following = follows(&request.following, Side::Source, options.skip_following)?;
    let members = lists::members_of(tx, feed, &request.members.clone().unwrap_or_default())?;
    Ok(FeedPage { feed: shown, activities, groups, status, followers, following, members, pinned })
}

/// What a feed that keeps account of its readers is by now to one of them, by its group's own way: those of its groups that are
/// named, where it has groups, and what is read of all.
pub fn account(
    tx: &ReadTx<'_>,
    actor: Actor<'_>,
    feed: &Feed,
    keys: &[&str],
) -> Result<(Option<Vec<EnrichedAggregate>>, NotificationStatus)> {
    Reading::of(tx, actor, feed, Wanted::default(), |reading| {
        let groups = reading.way.aggregation.is_some() && access::may_read(actor, reading.standing);
        let groups = groups.then(|| reading.groups_named(keys)).transpose()?;
        Ok((groups, reading.status()?.unwrap_or_default()))
    })
}

/// What somebody can mark of what a feed shows of others; `None` where it has all of it itself.
pub fn items(tx: &ReadTx<'_>, actor: Actor<'_>, feed: &Feed) -> Result<Option<Vec<marks::Item>>> {
    Reading::of(tx, actor, feed, Wanted::default(), |reading| {
        (!reading.has_items()).then(|| reading.items()).transpose()
    })
}

/// These activities of a feed as one who watches it is told of them.
pub fn some(tx: &ReadTx<'_>, actor: Actor<'_>, feed: &Feed, activities: &[Activity]) -> Result<Vec<EnrichedActivity>> {
    Reading::of(tx, actor, feed, Wanted::default(), |reading| {
        let of = activities.iter().filter(|activity| activity.feeds.contains(&feed.fid) && activity.is_live(tx.now));
        let place = |activity: &Activity| Place { created_at: activity.created_at.0, activity: activity.no };
        let chosen: Vec<Chosen> = of.map(|one| Chosen { place: place(one), through: feed.no }).collect();
        let told = |activity: EnrichedActivity| {
            let marks = activity.marks;
            EnrichedActivity { marks, ..activity.for_all() }
        };
        Ok(reading.enriched(&chosen)?.into_iter().map(told).collect())
    })
}

/// What is asked of a reading.
#[derive(Clone, Copy, Default)]
struct Wanted<'a> {
    view: Option<&'a str>,
    filter: Option<&'a Filter>,
    asked: OwnFields,
    options: Options,
    tastes: Option<&'a Tastes>,
}

/// One reading of one feed.
struct Reading<'a, 'tx> {
    tx: &'a ReadTx<'tx>,
    actor: Actor<'a>,
    feed: &'a Feed,
    group: &'a Group,
    view: Option<&'a str>,
    way: &'a Way,
    marks: &'a marks::Reader<'a>,
    standing: &'a Standing,
    filter: Option<&'a Filter>,
    asked: OwnFields,
    options: Options,
    tastes: &'a Tastes,
}

/// An activity that is shown, and the feed through which it is.
#[derive(Clone, Copy)]
struct Chosen {
    place: Place,
    through: i64,
}

/// The feeds through which activities are seen that were met so far, those that may be read.
type Readable = HashSet<i64>;

impl Reading<'_, '_> {
    /// Reads a feed in the way of its group, or of a view.
    fn of<T>(
        tx: &ReadTx<'_>,
        actor: Actor<'_>,
        feed: &Feed,
        wanted: Wanted<'_>,
        job: impl FnOnce(&Reading<'_, '_>) -> Result<T>,
    ) -> Result<T> {
        let group = &groups::present(tx, feed.fid.group())?;
        let standing = &access::standing(tx, actor, feed)?;
        let Wanted { view, filter, asked, options, tastes } = wanted;
        let none = Tastes::default();
        let tastes = tastes.unwrap_or(&none);
        let way = &views::way(tx, group, view)?;
        let marks = &marks::Reader::of(tx, feed, group, actor.user)?;
        job(&Reading { tx, actor, feed, group, view, way, marks, standing, filter, asked, options, tastes })
    }

    /// By which question a cursor of this reading is known.
    fn asked(&self, what: &str) -> Asked {
        Asked::of(&json!([what, self.feed.fid.as_str(), self.view, self.filter.map(|filter| &filter.asked)]))
    }

    fn page(&self, pager: &Pager) -> Result<Page<EnrichedActivity>> {
        if !self.is_plain() {
            return self.selected_page(pager, None);
        }
        let order = groups::order(&self.way.selectors);
        let mut readable = Readable::from([self.feed.no]);
        let chosen = paging::page(
            &self.asked("activities"),
            pager,
            |chosen: &Chosen| chosen.place,
            |leg| {
                let order = if leg.goes_back { reversed(order) } else { order };
                self.choose(order, leg.behind, leg.wanted, &mut readable)
            },
        )?;
        let Page { items, next, prev } = chosen;
        Ok(Page { items: self.enriched(&items)?, next, prev })
    }

    /// Who reads, as far as activities are not for all.
    fn reader(&self) -> Reader<'_> {
        let config = &self.group.config;
        let excludes_owner = config.activity_filter.as_ref().is_some_and(|filter| filter.exclude_owner_activities);
        Reader {
            user: self.actor.user.map(UserId::as_str),
            sees_private: self.standing.is_owner || self.actor.by.is_none() && self.actor.user.is_none(),
            without: excludes_owner.then(|| self.feed.created_by.as_str()),
            skips_watched: config.stories.as_ref().and_then(|stories| stories.skip_watched) == Some(true),
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
        let reader = self.reader();
        let sources = groups::sources(&self.way.selectors);
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
        let mut shown = enrich::activities(self.tx, self.actor.user, rows, self.options.parts())?;
        previews::for_anonymous(self.actor, &mut shown);
        self.marks.on_activities(self.tx, &mut shown, self.way.aggregation.is_none())?;
        Ok(shown)
    }
}

fn reversed(order: Order) -> Order {
    match order {
        Order::NewestFirst => Order::OldestFirst,
        Order::OldestFirst => Order::NewestFirst,
    }
}
