//! The page around an activity.

use serde_json::json;

use super::paging::{LIMIT_DEFAULT, Pager, limit};
use super::{Chosen, Readable, Reading, Request, reversed};
use crate::domain::feeds::activities::live_of;
use crate::domain::feeds::groups;
use crate::error::Result;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::page::Page;
use crate::store::feeds::timeline::{Order, Place};

impl Reading<'_, '_> {
    /// The page that is asked for, which is around an activity where no cursor leads elsewhere.
    pub(super) fn page_around(&self, request: &Request) -> Result<Page<EnrichedActivity>> {
        let pager = &request.activities;
        match &request.around {
            Some(id) if pager.next.is_none() && pager.prev.is_none() => self.around(id, pager),
            _ => self.page(pager),
        }
    }

    /// The page in whose middle an activity is, or would be if the feed showed it.
    fn around(&self, id: &str, pager: &Pager) -> Result<Page<EnrichedActivity>> {
        let activity = live_of(self.tx, id)?;
        if !self.is_plain() {
            return self.selected_page(pager, Some(activity.no));
        }
        let wanted = limit(pager.limit, LIMIT_DEFAULT)? as usize;
        if wanted == 0 {
            return Ok(Page::default());
        }
        let order = groups::order(&self.way.selectors);
        let place = Place { created_at: activity.created_at.0, activity: activity.no };
        let mut readable = Readable::from([self.feed.no]);
        let half = wanted / 2;
        let mut before = self.choose(reversed(order), Some(place), half + 1, &mut readable)?;
        let has_before = before.len() > half;
        before.truncate(half);
        // The activity itself is the first behind its neighbour.
        let neighbour = match order {
            Order::NewestFirst => Place { activity: place.activity + 1, ..place },
            Order::OldestFirst => Place { activity: place.activity - 1, ..place },
        };
        let rest = wanted - before.len();
        let mut behind = self.choose(order, Some(neighbour), rest + 1, &mut readable)?;
        let has_behind = behind.len() > rest;
        behind.truncate(rest);
        let chosen: Vec<Chosen> = before.into_iter().rev().chain(behind).collect();
        let asked = self.asked("activities");
        let cursor = |at: Option<&Chosen>, is_there: bool| {
            let Place { created_at, activity } = at.filter(|_| is_there)?.place;
            Some(asked.cursor([json!(created_at), json!(activity)]))
        };
        let (next, prev) = (cursor(chosen.last(), has_behind), cursor(chosen.first(), has_before));
        Ok(Page { items: self.enriched(&chosen)?, next, prev })
    }
}
