//! Feeds: made and read in one call (feeds-core 4 and 5).

use std::sync::Arc;

use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use super::language::ReadIn;
use super::members::{self, MemberRequest};
use super::pager::PagerResponse;
use super::watching::watcher;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::access;
use crate::domain::feeds::enrich::Friends;
use crate::domain::feeds::feeds::{self as rules, NewFeed};
use crate::domain::feeds::query::Filter;
use crate::domain::feeds::rank::{Tastes, of_request};
use crate::domain::feeds::read::{self, FeedPage, Options, Pager};
use crate::domain::feeds::views;
use crate::error::{ApiError, Result};
use crate::event::topic::Topic;
use crate::ids::FeedId;
use crate::live::hub::Hub;
use crate::model::feeds::activity::EnrichedActivity;
use crate::model::feeds::aggregate::{EnrichedAggregate, NotificationStatus};
use crate::model::feeds::feed::{EnrichedFeed, Location};
use crate::model::feeds::follow::EnrichedFollow;
use crate::model::feeds::member::EnrichedMember;
use crate::model::feeds::pin::EnrichedPin;
use crate::permission::capability::Capability;
use crate::reply::Reply;
use crate::store::{ReadTx, WriteTx};
use crate::validate::{given, within};

/// Reactions of friends that an activity shows, unless another number is asked for, and at the most.
const FRIENDS_DEFAULT: i64 = 3;
const FRIENDS_MAX: i64 = 10;

/// The body of GetOrCreateFeed.
#[derive(Deserialize)]
pub struct GetOrCreateFeedRequest {
    #[serde(flatten)]
    named: Named,
    data: Option<FeedData>,
    watch: Option<bool>,
    connection_id: Option<String>,
    limit: Option<i64>,
    next: Option<String>,
    prev: Option<String>,
    filter: Option<Map<String, Value>>,
    followers_pagination: Option<Pager>,
    following_pagination: Option<Pager>,
    member_pagination: Option<Pager>,
    enrichment_options: Option<Options>,
    view: Option<String>,
    id_around: Option<String>,
    external_ranking: Option<Map<String, Value>>,
    interest_weights: Option<Map<String, Value>>,
    overwrite_interest_weights: Option<bool>,
    friend_reactions_options: Option<FriendsRequest>,
}

/// Of whom reactions are shown besides.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct FriendsRequest {
    enabled: Option<bool>,
    limit: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl FriendsRequest {
    fn checked(self) -> Result<Option<Friends>> {
        let limit = within("limit", self.limit.unwrap_or(FRIENDS_DEFAULT), 1, FRIENDS_MAX)?;
        let is_mutual = match self.kind.as_deref() {
            None | Some("" | "following") => false,
            Some("mutual") => true,
            Some(_) => return Err(ApiError::input("type must be one of [following mutual]")),
        };
        let friends = Friends { limit: usize::try_from(limit).unwrap_or_default(), is_mutual };
        Ok(Some(friends).filter(|_| self.enabled == Some(true)))
    }
}

/// What is said of a feed when it is made.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct FeedData {
    name: Option<String>,
    description: Option<String>,
    visibility: Option<String>,
    custom: Option<Map<String, Value>>,
    filter_tags: Option<Vec<String>>,
    location: Option<LocationRequest>,
    members: Option<Vec<MemberRequest>>,
}

/// A place on earth.
#[derive(Clone, Copy, Deserialize)]
pub struct LocationRequest {
    lat: Option<f64>,
    lng: Option<f64>,
}

impl LocationRequest {
    /// The place, within the limits of the earth.
    pub fn checked(self) -> Result<Location> {
        let within = |name: &str, value: Option<f64>, most: f64| match value {
            None => Err(ApiError::input(format!("location.{name} is a required field"))),
            Some(value) if value < -most => Err(ApiError::input(format!("location.{name} must be -{most} or greater"))),
            Some(value) if value > most => Err(ApiError::input(format!("location.{name} must be {most} or less"))),
            Some(value) => Ok(value),
        };
        Ok(Location { lat: within("lat", self.lat, 90.0)?, lng: within("lng", self.lng, 180.0)? })
    }
}

impl FeedData {
    /// What is said, within the limits. Only a server says in which role somebody is a member.
    pub fn checked(self, is_server: bool) -> Result<NewFeed> {
        Ok(NewFeed {
            name: self.name.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            visibility: self.visibility.as_deref().map(rules::visibility).transpose()?,
            custom: self.custom.unwrap_or_default(),
            filter_tags: self.filter_tags.unwrap_or_default(),
            location: self.location.map(LocationRequest::checked).transpose()?,
            members: members::checked(self.members.unwrap_or_default(), is_server)?,
        })
    }
}

/// The answer of GetOrCreateFeed.
#[derive(Serialize)]
pub struct GetOrCreateFeedResponse {
    created: bool,
    feed: EnrichedFeed,
    activities: Vec<EnrichedActivity>,
    aggregated_activities: Vec<EnrichedAggregate>,
    pinned_activities: Vec<EnrichedPin>,
    followers: Vec<EnrichedFollow>,
    following: Vec<EnrichedFollow>,
    members: Vec<EnrichedMember>,
    followers_pagination: PagerResponse,
    following_pagination: PagerResponse,
    member_pagination: PagerResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_status: Option<NotificationStatus>,
    #[serde(flatten)]
    pager: PagerResponse,
}

impl GetOrCreateFeedResponse {
    fn new(created: bool, page: FeedPage, language: &ReadIn) -> Self {
        let FeedPage { feed, activities, groups, status, followers, following, members, pinned } = page;
        // One of the two is paged: a feed shows its groups, or its activities.
        let pager = PagerResponse { next: activities.next.or(groups.next), prev: activities.prev.or(groups.prev) };
        Self {
            created,
            feed,
            activities: language.put(activities.items),
            aggregated_activities: language.put(groups.items),
            pinned_activities: language.put(pinned),
            followers: followers.items,
            following: following.items,
            members: members.items,
            followers_pagination: PagerResponse { next: followers.next, prev: followers.prev },
            following_pagination: PagerResponse { next: following.next, prev: following.prev },
            member_pagination: PagerResponse { next: members.next, prev: members.prev },
            notification_status: status,
            pager,
        }
    }
}

/// A call of GetOrCreateFeed, which runs as a read where nothing is to be made.
struct GetOrCreate {
    fid: FeedId,
    acting: Acting,
    data: NewFeed,
    request: read::Request,
    language: ReadIn,
}

impl GetOrCreate {
    /// The feed, if it is there, and the user as well. Reading through a view leaves a trace of it, and so is no mere read.
    fn read(&self, tx: &ReadTx<'_>) -> Result<Option<FeedPage>> {
        if self.request.view.is_some() {
            return Ok(None);
        }
        let feed = rules::find(tx, &self.fid)?;
        match feed {
            Some(feed) if self.acting.is_there(tx)? => {
                read::show(tx, self.acting.actor(), &feed, &self.request).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Refuses who may not read the feed, if it is there.
    fn check(&self, tx: &ReadTx<'_>) -> Result<()> {
        match rules::find(tx, &self.fid)? {
            Some(feed) => access::require(tx, self.acting.actor(), &feed, Capability::ReadFeed),
            None => Ok(()),
        }
    }

    /// The feed, which is made where there is none.
    fn write(&self, tx: &WriteTx<'_>) -> Result<GetOrCreateFeedResponse> {
        if let Some(view) = &self.request.view {
            views::used(tx, view)?;
        }
        let (feed, created) = if let Some(feed) = rules::find(tx, &self.fid)? {
            self.acting.known_user(tx)?;
            (feed, false)
        } else {
            let user = self.acting.user(tx, Capability::CreateFeed.action())?;
            rules::ensure(tx, &user.id, &self.fid, self.data.clone())?
        };
        let page = read::show(tx, self.acting.actor(), &feed, &self.request)?;
        Ok(GetOrCreateFeedResponse::new(created, page, &self.language))
    }
}

/// `POST /feeds/feed_groups/{group}/feeds/{id}`.
pub async fn get_or_create(
    caller: AnyCaller,
    hub: Data<Hub>,
    path: Path<(String, String)>,
    body: Body<GetOrCreateFeedRequest>,
) -> Result<Reply<GetOrCreateFeedResponse>> {
    let (group, id) = path.into_inner();
    let body = body.0;
    let watcher = (body.watch == Some(true)).then(|| watcher(&caller, &hub, body.connection_id.as_deref())).flatten();
    let friends = body.friend_reactions_options.unwrap_or_default().checked()?;
    let call = Arc::new(GetOrCreate {
        language: ReadIn::of(caller.params())?,
        fid: rules::address(&group, &id)?,
        acting: Acting::required(&caller, body.named)?,
        data: body.data.unwrap_or_default().checked(caller.is_server())?,
        request: read::Request {
            activities: Pager { limit: body.limit, next: body.next, prev: body.prev },
            filter: body.filter.map(Filter::of).transpose()?,
            followers: body.followers_pagination,
            following: body.following_pagination,
            members: body.member_pagination,
            options: Options { friends, ..body.enrichment_options.unwrap_or_default() },
            view: given(body.view),
            around: given(body.id_around),
            tastes: Tastes {
                external: body.external_ranking.unwrap_or_default(),
                interests: of_request(&body.interest_weights.unwrap_or_default())?,
                overwrites: body.overwrite_interest_weights == Some(true),
            },
        },
    });
    let Some(watcher) = watcher else {
        let reading = Arc::clone(&call);
        if let Some(page) = caller.scan(move |tx| reading.read(tx)).await? {
            return Ok(Reply(GetOrCreateFeedResponse::new(false, page, &call.language)));
        }
        return caller.write(move |tx| call.write(tx)).await.map(Reply);
    };
    caller.read(|tx| call.check(tx))?;
    let topic = Topic::Feed(call.fid.clone());
    hub.watch(caller.app(), &watcher, vec![topic.clone()]).await?;
    // In the writer's order: what was written before this is in the answer, what comes after it is told. Nothing falls between.
    let answer = caller.write(move |tx| call.write(tx)).await;
    if answer.is_err() {
        hub.unwatch(caller.app(), &watcher, topic).await;
    }
    answer.map(Reply)
}
