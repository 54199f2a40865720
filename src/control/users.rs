//! Users by what Stream's QueryUsers does not ask for: who is online, deactivated or deleted.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answers::Users;
use super::asked;
use super::endpoint::Parameter;
use super::error::{ControlError, Result};
use super::{Control, body};
use crate::clock::Time;
use crate::live::hub::Hub;
use crate::model::user::{Deletion, User};
use crate::params::Params;
use crate::query::page::Page;
use crate::store::user_filter;
use crate::store::users::{self, Whom};

/// Users of one answer at the most.
pub const LIMIT_MAX: usize = 100;
/// What users can be asked for by.
const STATES: [&str; 4] = ["any", "online", "deactivated", "deleted"];

/// A user, as far as a list shows one.
#[derive(Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the answer has them as the fields of Stream's users are")]
pub struct ListedUser {
    /// The id.
    id: String,
    /// The display name.
    name: Option<String>,
    /// The role.
    role: String,
    /// The teams.
    teams: Vec<String>,
    /// Whether the user has a connection open, seen by others or not.
    online: bool,
    /// Others see this user as offline.
    invisible: bool,
    /// Whether a ban upon the whole app holds.
    banned: bool,
    /// Whether it is one that only others notice.
    shadow_banned: bool,
    /// When the user was made, by the app's clock, as all times here.
    created_at: String,
    /// When the user was last changed.
    updated_at: String,
    /// When the user was last here.
    last_active: Option<String>,
    /// Since when the user is deactivated.
    deactivated_at: Option<String>,
    /// Since when the user is deleted.
    deleted_at: Option<String>,
    /// How: but for hard it can be restored.
    #[schemars(extend("enum" = ["soft", "pruning", "hard", null]))]
    deletion: Option<&'static str>,
    /// Tokens issued before this are refused.
    revoke_tokens_issued_before: Option<String>,
}

fn shown(user: User) -> ListedUser {
    let is_shadow = user.ban.is_some_and(|ban| ban.shadow);
    ListedUser {
        id: user.id.to_string(),
        name: user.name,
        role: user.role,
        teams: user.teams,
        online: user.online,
        invisible: user.invisible,
        banned: user.ban.is_some() && !is_shadow,
        shadow_banned: is_shadow,
        created_at: user.created_at.rfc3339(),
        updated_at: user.updated_at.rfc3339(),
        last_active: user.last_active.map(Time::rfc3339),
        deactivated_at: user.deactivated_at.map(Time::rfc3339),
        deleted_at: user.deleted_at.map(Time::rfc3339),
        deletion: user.deletion.map(Deletion::name),
        revoke_tokens_issued_before: user.revocation.map(|revocation| revocation.before.rfc3339()),
    }
}

/// What the list can be asked for.
pub fn parameters() -> [Parameter; 5] {
    let json = |about: &'static str, example: &str| (about, json!({ "type": "string", "examples": [example] }));
    let (filter, filter_schema) = json("A filter as QueryUsers takes it, as JSON", r#"{"role": "admin"}"#);
    let (sort, sort_schema) =
        json("An order as QueryUsers takes it, as JSON", r#"[{"field": "name", "direction": 1}]"#);
    let offset = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    [
        Parameter::new(
            "state",
            "Only those who are so; all but deleted ones where it is not said",
            json!({ "enum": STATES }),
        ),
        Parameter::new("filter", filter, filter_schema),
        Parameter::new("sort", sort, sort_schema),
        Parameter::new("offset", "So many are passed over", offset),
        asked::limit(LIMIT_MAX),
    ]
}

/// A parameter as JSON.
fn parsed<T: serde::de::DeserializeOwned + Default>(params: &Params, name: &str, what: &str) -> Result<T> {
    let Some(text) = params.get(name).filter(|text| !text.is_empty()) else { return Ok(T::default()) };
    let refused = |_| ControlError::invalid(&format!("/{name}"), format!("{name} has to be {what}, as JSON"));
    serde_json::from_str(text).map_err(refused)
}

/// `GET /apps/{api_key}/users?state=&filter=&sort=&limit=&offset=`.
pub async fn list(
    control: Data<Control>,
    hub: Data<Hub>,
    key: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let params = body::query(&request, &["state", "filter", "sort", "limit", "offset"])?;
    let scope = control.scope(&key)?;
    let whom = match params.get("state").filter(|state| !state.is_empty()) {
        None | Some("any") => Whom::NotDeleted,
        Some("deactivated") => Whom::Deactivated,
        Some("deleted") => Whom::Deleted,
        Some("online") => {
            let connections = hub.connections_of(scope.app.id).into_iter();
            Whom::Among(connections.filter_map(|one| one.user).map(|user| user.to_string()).collect())
        }
        Some(_) => {
            let message = format!("state has to be one of {}", STATES.join(", "));
            return Err(ControlError::invalid("/state", message));
        }
    };
    let number = |name: &str, least: i64, most: i64, default: i64| {
        let read = params.number(name, least, most, default);
        let read = read.map_err(|fault| ControlError::invalid(&format!("/{name}"), fault.message))?;
        Ok::<_, ControlError>(u32::try_from(read).unwrap_or_default())
    };
    let most = i64::try_from(LIMIT_MAX).unwrap_or_default();
    let page = Page { limit: number("limit", 1, most, most)?, offset: number("offset", 0, u32::MAX.into(), 0)? };
    let filter: Map<String, Value> = parsed(&params, "filter", "an object")?;
    let sort: Vec<Value> = parsed(&params, "sort", "a list")?;
    let query = user_filter::parse(&filter, &sort).map_err(|fault| ControlError::invalid("/filter", fault.message))?;
    let found = control.store.scan(&scope, move |tx| users::select(tx, &query, page, &whom)).await?;
    Ok(HttpResponse::Ok().json(found.into_iter().map(shown).collect::<Users<_>>()))
}
