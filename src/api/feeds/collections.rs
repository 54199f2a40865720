//! Collections (feeds-interactions 15).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acting::{Acting, Named};
use super::pager::PagerResponse;
use super::query::QueryRequest;
use crate::auth::caller::{AnyCaller, ServerCaller};
use crate::body::Body;
use crate::domain::feeds::collections::{self as rules, BATCH_MAX, CollectionInput, QUERIED};
use crate::domain::users;
use crate::error::{ApiError, Result};
use crate::model::feeds::collection::{Collection, Reference};
use crate::params::Params;
use crate::reply::Reply;
use crate::validate::{batch, given};
use crate::wire::Empty;

/// A thing in a request.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CollectionRequest {
    name: Option<String>,
    id: Option<String>,
    custom: Option<Map<String, Value>>,
    user_id: Option<String>,
}

impl CollectionRequest {
    /// What is described, within the limits.
    pub(super) fn checked(self) -> Result<CollectionInput> {
        let user_id = given(self.user_id);
        CollectionInput {
            name: self.name.unwrap_or_default(),
            id: given(self.id),
            custom: self.custom.unwrap_or_default(),
            user_id: user_id.map(|id| users::user_id("user_id", &id)).transpose()?,
        }
        .checked()
    }
}

/// The body of the operations that write.
#[derive(Deserialize)]
pub struct CollectionsRequest {
    #[serde(flatten)]
    named: Named,
    collections: Option<Vec<CollectionRequest>>,
}

impl CollectionsRequest {
    /// Whom it names, and what it describes.
    fn checked(self) -> Result<(Named, Vec<CollectionInput>)> {
        let requests = self.collections.unwrap_or_default();
        batch("collections", requests.len(), BATCH_MAX)?;
        let inputs = requests.into_iter().map(CollectionRequest::checked);
        Ok((self.named, inputs.collect::<Result<_>>()?))
    }
}

/// The answer of the operations that read and write.
#[derive(Serialize)]
pub struct CollectionsResponse {
    collections: Vec<Collection>,
}

/// The references of a query. One SDK encodes them twice.
fn references(params: &Params) -> Result<Vec<Reference>> {
    let mut texts = Vec::new();
    for text in params.list("collection_refs") {
        if text.contains(':') {
            texts.push(text);
        } else {
            texts.extend(Params::parse(&format!("again={text}")).list("again"));
        }
    }
    rules::references(&texts, BATCH_MAX)
}

/// `GET /feeds/collections`: those of the references, or all that are the user's, a page at the most.
pub async fn read(caller: AnyCaller) -> Result<Reply<CollectionsResponse>> {
    let references = references(caller.params())?;
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    let collections = if references.is_empty() {
        let walk = QUERIED.walk(&Map::new(), &[], u32::try_from(BATCH_MAX).unwrap_or(u32::MAX), None)?;
        caller.scan(move |tx| rules::query(tx, acting.actor(), &walk)).await?.items
    } else {
        caller.read(|tx| rules::read(tx, acting.actor(), &references))?
    };
    Ok(Reply(CollectionsResponse { collections }))
}

/// `POST /feeds/collections`.
pub async fn create(caller: AnyCaller, body: Body<CollectionsRequest>) -> Result<Reply<CollectionsResponse>> {
    let (named, inputs) = body.0.checked()?;
    let acting = Acting::of(&caller, named)?;
    let is_server = caller.is_server();
    let collections = caller.write(move |tx| {
        // A server need not say whose they are.
        let owner = if is_server { acting.known_user(tx)? } else { Some(acting.user(tx, "CreateCollections")?) };
        rules::create(tx, acting.actor(), owner.as_ref().map(|user| &user.id), inputs)
    });
    Ok(Reply(CollectionsResponse { collections: collections.await? }))
}

/// `PUT /feeds/collections`.
pub async fn upsert(caller: ServerCaller, body: Body<CollectionsRequest>) -> Result<Reply<CollectionsResponse>> {
    let (_, inputs) = body.0.checked()?;
    let collections = caller.write(move |tx| rules::upsert(tx, inputs)).await?;
    Ok(Reply(CollectionsResponse { collections }))
}

/// `PATCH /feeds/collections`: each is named by its name and id.
pub async fn update(caller: AnyCaller, body: Body<CollectionsRequest>) -> Result<Reply<CollectionsResponse>> {
    let (named, inputs) = body.0.checked()?;
    if inputs.iter().any(|input| input.id.is_none()) {
        return Err(ApiError::input("id is a required field"));
    }
    let acting = Acting::of(&caller, named)?;
    let collections = caller.write(move |tx| rules::update(tx, acting.actor(), inputs)).await?;
    Ok(Reply(CollectionsResponse { collections }))
}

/// `DELETE /feeds/collections`.
pub async fn delete(caller: AnyCaller) -> Result<Reply<Empty>> {
    let references = references(caller.params())?;
    batch("collection_refs", references.len(), BATCH_MAX)?;
    let acting = Acting::of(&caller, Named::in_query(&caller))?;
    caller.write(move |tx| rules::delete(tx, acting.actor(), &references)).await?;
    Ok(Reply(Empty {}))
}

/// The answer of QueryCollections.
#[derive(Serialize)]
pub struct QueryCollectionsResponse {
    collections: Vec<Collection>,
    #[serde(flatten)]
    pager: PagerResponse,
}

/// `POST /feeds/collections/query`.
pub async fn query(caller: AnyCaller, body: Body<QueryRequest>) -> Result<Reply<QueryCollectionsResponse>> {
    let walk = body.0.asked.walk(&QUERIED)?;
    let acting = Acting::of(&caller, body.0.named)?;
    let page = caller.scan(move |tx| rules::query(tx, acting.actor(), &walk)).await?;
    let pager = PagerResponse { next: page.next, prev: page.prev };
    Ok(Reply(QueryCollectionsResponse { collections: page.items, pager }))
}
