//! Lists of words that moderation looks for (feeds-interactions 11). Signed-in users list them, and roles that were granted so change
//! them; that the actions have these names, and that no role has them from the start, is not known of production.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use super::acting::may;
use crate::auth::caller::{AnyCaller, ServerCaller};
use crate::body::Body;
use crate::domain::blocklists::{self as rules, NewList};
use crate::error::Result;
use crate::model::blocklist::{Blocklist, Checks};
use crate::reply::Reply;
use crate::validate::given;
use crate::wire::Empty;
use crate::wire::blocklists::BlocklistResponse;

/// Lists on a page at the most, and unless another number is asked for.
const LIST_MAX: i64 = 200;

/// The answer of the operations on one list.
#[derive(Serialize)]
pub struct OneResponse {
    blocklist: BlocklistResponse,
}

/// The answer of ListBlockLists.
#[derive(Serialize)]
pub struct ListResponse {
    blocklists: Vec<BlocklistResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

fn one(list: Blocklist) -> Reply<OneResponse> {
    Reply(OneResponse { blocklist: list.into() })
}

/// `GET /blocklists`.
pub async fn list(caller: AnyCaller) -> Result<Reply<ListResponse>> {
    caller.signed_in()?;
    let limit = caller.params().number("limit", 1, LIST_MAX, LIST_MAX)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (team, cursor) = (caller.params().given("team"), caller.params().given("cursor"));
    let (lists, next_cursor) = caller.read(|tx| rules::list(tx, team, cursor, limit))?;
    Ok(Reply(ListResponse { blocklists: lists.into_iter().map(BlocklistResponse::from).collect(), next_cursor }))
}

/// The body of CreateBlockList and UpdateBlockList, which takes no name and no type.
#[derive(Deserialize)]
pub struct BlocklistRequest {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    words: Option<Vec<String>>,
    team: Option<String>,
    is_leet_check_enabled: Option<bool>,
    is_plural_check_enabled: Option<bool>,
    is_substring_matching_enabled: Option<bool>,
    is_confusable_folding_enabled: Option<bool>,
}

impl BlocklistRequest {
    fn checks(&self) -> Checks {
        Checks {
            leet: self.is_leet_check_enabled,
            plural: self.is_plural_check_enabled,
            substring: self.is_substring_matching_enabled,
            confusable: self.is_confusable_folding_enabled,
        }
    }
}

/// `POST /blocklists`.
pub async fn create(caller: AnyCaller, body: Body<BlocklistRequest>) -> Result<Reply<OneResponse>> {
    let checks = body.0.checks();
    let BlocklistRequest { name, kind, words, team, .. } = body.0;
    let new = NewList {
        name: name.unwrap_or_default(),
        team: team.unwrap_or_default(),
        kind: given(kind),
        words: words.unwrap_or_default(),
        checks,
    };
    let by = caller.owned_subject();
    let made = caller.write(move |tx| {
        may(tx, by, "CreateBlockList")?;
        rules::create(tx, new)
    });
    Ok(one(made.await?))
}

/// `GET /blocklists/{name}`, for servers.
pub async fn get(caller: ServerCaller, name: Path<String>) -> Result<Reply<OneResponse>> {
    let team = caller.params().get("team").unwrap_or_default();
    Ok(one(caller.read(|tx| rules::show(tx, team, &name))?))
}

/// `PUT /blocklists/{name}`.
pub async fn update(caller: AnyCaller, name: Path<String>, body: Body<BlocklistRequest>) -> Result<Reply<OneResponse>> {
    let checks = body.0.checks();
    let BlocklistRequest { words, team, .. } = body.0;
    let team = team.or_else(|| caller.params().given("team").map(str::to_owned)).unwrap_or_default();
    let by = caller.owned_subject();
    let changed = caller.write(move |tx| {
        may(tx, by, "UpdateBlockList")?;
        rules::update(tx, &team, &name, words, checks)
    });
    Ok(one(changed.await?))
}

/// `DELETE /blocklists/{name}`.
pub async fn delete(caller: AnyCaller, name: Path<String>) -> Result<Reply<Empty>> {
    let team = caller.params().given("team").unwrap_or_default().to_owned();
    let by = caller.owned_subject();
    let done = caller.write(move |tx| {
        may(tx, by, "DeleteBlockList")?;
        rules::delete(tx, &team, &name)
    });
    done.await?;
    Ok(Reply(Empty {}))
}

/// The body of ImportBlockList. In how many steps the words are read makes no difference.
#[derive(Deserialize)]
pub struct ImportRequest {
    items: Option<Vec<String>>,
}

/// The answer of ImportBlockList.
#[derive(Serialize)]
pub struct ImportResponse {
    task_id: String,
}

/// `POST /blocklists/{id}/import`.
pub async fn import(caller: AnyCaller, id: Path<String>, body: Body<ImportRequest>) -> Result<Reply<ImportResponse>> {
    let by = caller.owned_subject();
    let words = body.0.items.unwrap_or_default();
    let task = caller.write(move |tx| {
        may(tx, by, "UpdateBlockList")?;
        rules::import(tx, &id, words)
    });
    Ok(Reply(ImportResponse { task_id: task.await? }))
}
