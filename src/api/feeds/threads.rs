//! Reading comments (feeds-interactions 2.2).

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::acting::{Acting, Named};
use super::comment_request::object_type;
use super::language::ReadIn;
use super::pager::PagerResponse;
use crate::auth::caller::AnyCaller;
use crate::body::Body;
use crate::domain::feeds::enrich::ShownComments;
use crate::domain::feeds::read::{LIMIT_DEFAULT, LIMIT_MAX, limit};
use crate::domain::feeds::threads::{self as rules, COMMENTS, Request, Thread};
use crate::error::{ApiError, Result};
use crate::model::feeds::comment::{EnrichedComment, Sort};
use crate::params::Params;
use crate::reply::Reply;
use crate::validate::given;

/// Levels that a thread is shown deep, at the most.
const DEPTH_MAX: i64 = 5;
/// Replies of each of an activity's comments, at the most.
const REPLIES_MAX: i64 = 20;

/// The answer of GetComments and GetCommentReplies.
#[derive(Serialize)]
pub struct ThreadResponse {
    comments: Vec<EnrichedComment>,
    sort: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev: Option<String>,
}

impl ThreadResponse {
    fn new(Thread { sort, page }: Thread, language: &ReadIn) -> Self {
        Self { comments: language.put(page.items), sort: sort.name(), next: page.next, prev: page.prev }
    }
}

/// What a query string asks of a thread.
fn request(params: &Params, replies_max: i64) -> Result<Request> {
    let text = |name: &str| params.given(name).map(str::to_owned);
    let number = |name: &str, most: i64| {
        let number = params.given(name).map(|_| params.number(name, 0, most, 0)).transpose()?;
        Ok::<_, ApiError>(number.and_then(|number| u32::try_from(number).ok()))
    };
    Ok(Request {
        sort: params.given("sort").map(sort).transpose()?,
        limit: number("limit", LIMIT_MAX)?,
        depth: number("depth", DEPTH_MAX)?,
        replies_limit: number("replies_limit", replies_max)?,
        next: text("next"),
        prev: text("prev"),
        id_around: text("id_around"),
    })
}

fn sort(word: &str) -> Result<Sort> {
    Sort::named(word).ok_or_else(|| ApiError::input("sort must be one of [first last top best controversial]"))
}

/// `GET /feeds/comments`.
pub async fn list(caller: AnyCaller) -> Result<Reply<ThreadResponse>> {
    let params = caller.params();
    let object = params.required("object_id")?.to_owned();
    object_type(params.get("object_type"), true)?;
    let (request, language) = (request(params, REPLIES_MAX)?, ReadIn::of(params)?);
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let thread = caller.scan(move |tx| rules::of_activity(tx, acting.actor(), &object, &request));
    Ok(Reply(ThreadResponse::new(thread.await?, &language)))
}

/// `GET /feeds/comments/{id}/replies`.
pub async fn replies(caller: AnyCaller, id: Path<String>) -> Result<Reply<ThreadResponse>> {
    let (request, language) = (request(caller.params(), LIMIT_MAX)?, ReadIn::of(caller.params())?);
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let thread = caller.scan(move |tx| rules::of_comment(tx, acting.actor(), &id, &request));
    Ok(Reply(ThreadResponse::new(thread.await?, &language)))
}

/// The body of QueryComments.
#[derive(Deserialize)]
pub struct QueryCommentsRequest {
    #[serde(flatten)]
    named: Named,
    filter: Option<Map<String, Value>>,
    sort: Option<String>,
    limit: Option<i64>,
    next: Option<String>,
    prev: Option<String>,
    id_around: Option<String>,
}

/// The answer of QueryComments.
#[derive(Serialize)]
pub struct QueryCommentsResponse {
    comments: Vec<EnrichedComment>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// The keys of an order, as queries name them.
fn keys(sort: Sort) -> Vec<Value> {
    let rank = match sort {
        Sort::First => return vec![json!({"field": "created_at", "direction": 1})],
        Sort::Last => return vec![json!({"field": "created_at", "direction": -1})],
        Sort::Top => "score",
        Sort::Best => "confidence_score",
        Sort::Controversial => "controversy",
    };
    vec![json!({"field": rank, "direction": -1}), json!({"field": "created_at", "direction": -1})]
}

/// `POST /feeds/comments/query`: roots and replies alike, without what is below them.
pub async fn query(caller: AnyCaller, body: Body<QueryCommentsRequest>) -> Result<Reply<QueryCommentsResponse>> {
    let body = body.0;
    if body.id_around.as_deref().is_some_and(|id| !id.is_empty()) {
        return Err(ApiError::input(
            "id_around is for the comments of one object: a query leads on by next, and back by prev",
        ));
    }
    let sort = given(body.sort).map_or(Ok(Sort::Last), |word| sort(&word))?;
    let limit = limit(body.limit, LIMIT_DEFAULT)?;
    let walk = COMMENTS.walk(&body.filter.unwrap_or_default(), &keys(sort), limit, body.next.as_deref())?;
    let walk = walk.before(body.prev.as_deref())?;
    let (acting, language) = (Acting::of(&caller, body.named)?, ReadIn::of(caller.params())?);
    let page = caller.scan(move |tx| rules::query(tx, acting.actor(), walk)).await?;
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(QueryCommentsResponse { comments: language.put(page.items), pager }))
}

/// Which comments GetActivity shows: `popular` is taken for those with the highest score, which is inferred.
pub fn shown(params: &Params) -> Result<ShownComments> {
    let sort = match params.get("comment_sort").unwrap_or_default() {
        "" | "last" => Sort::Last,
        "first" => Sort::First,
        "popular" => Sort::Top,
        _ => return Err(ApiError::input("comment_sort must be one of [first last popular]")),
    };
    let most = params.number("comment_limit", 0, REPLIES_MAX, i64::from(ShownComments::LATEST.most))?;
    Ok(ShownComments { sort, most: u32::try_from(most).unwrap_or_default() })
}
