//! What may be asked of users: the table of wire-contract 4.2.
//!
//! A custom field is named `custom.<key>`, or bare as the legacy dialect does; dots lead into nested objects. Both
//! spellings are taken in both dialects: nothing says that v2 refuses the bare one.

use serde_json::{Map, Value};

use crate::clock::Time;
use crate::error::Result;
use crate::operation::table;
use crate::query::Operator::{Autocomplete, Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, Unequal};
use crate::query::{Field, Kind, Operator, Query, Resource, Sql};

#[cfg(test)]
use crate::query::limits::{FILTER_CONDITIONS_MAX, FILTER_DEPTH_MAX, FILTER_LIST_MAX, FILTER_WORDS_MAX};

#[cfg(test)]
mod tests;

const FLAG: &[Operator] = &[Equal, Unequal];
const ORDERED: &[Operator] = &[Equal, Exists, Gt, Gte, In, Lt, Lte];
const NAME: &[Operator] = &[Equal, Exists, Gt, Gte, In, Lt, Lte, Autocomplete];
const ID: &[Operator] = &[Equal, Exists, Gt, Gte, In, Lt, Lte, Autocomplete, Unequal, Nin];
const CUSTOM: &[Operator] = &[Contains, Equal, Exists, Gt, Gte, In, Lt, Lte];

/// Whether the user is banned from the whole app (`channel_cid` is empty), and the ban has not run out.
macro_rules! banned {
    ($shadow:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM bans b WHERE b.app = ?1 AND b.user_id = u.id AND b.channel_cid = '' AND b.shadow = ",
            $shadow,
            " AND (b.expires_at IS NULL OR b.expires_at > {now}))"
        )
    };
}

/// `users` under the alias `u`.
static USERS: Resource = Resource {
    operation: table::name("QueryUsers"),
    collection: "users",
    filter: "filter_conditions",
    fields: &[
        Field::new("banned", Kind::Flag(banned!(0)), FLAG),
        Field::new("shadow_banned", Kind::Flag(banned!(1)), FLAG),
        // Nobody bypasses moderation here: there is none.
        Field::new("bypass_moderation", Kind::Flag("FALSE"), FLAG).unsorted(),
        Field::new("created_at", Kind::Time("u.created_at"), ORDERED),
        Field::new("updated_at", Kind::Time("u.updated_at"), ORDERED),
        Field::new("last_active", Kind::Time("u.last_active"), ORDERED),
        Field::new("role", Kind::Text("u.role"), ORDERED),
        Field::new("name", Kind::Text("u.name"), NAME),
        Field::new("id", Kind::Id("u.id"), ID),
        // `custom.username`, or the name of a user who has none: a recorded run found a user by a `username` set beside
        // the built-in fields, and v2 has no other place for it.
        Field::new(
            "username",
            Kind::Text("iif(json_type(u.custom, '$.username') = 'text', json_extract(u.custom, '$.username'), u.name)"),
            &[Autocomplete, Equal],
        ),
        // An unset language is the empty text (wire-contract 4.1).
        Field::new("language", Kind::TextOrEmpty("u.language"), &[Equal]),
        // `custom.email`: no user of either dialect has a built-in one.
        Field::new("email", Kind::JsonText("u.custom"), &[Equal, In]),
        TEAMS,
        Field::new("custom", Kind::Json("u.custom"), CUSTOM),
    ],
    bare: Some("custom"),
    refused: &[
        "ban_expires",
        "blocked_user_ids",
        "custom",
        "deactivated_at",
        "deleted_at",
        "devices",
        "image",
        "invisible",
        "online",
        "privacy_settings",
        "revoke_tokens_issued_before",
        "teams_role",
    ],
    order: ("u.created_at", true),
    ids: &["u.id"],
};

const TEAMS: Field = Field::new(
    "teams",
    Kind::Names { from: "FROM user_teams t WHERE t.app = ?1 AND t.user_id = u.id", column: "t.team" },
    &[Contains, Equal, In],
)
.unsorted();

/// A parsed filter with its order.
#[derive(Clone, Debug)]
pub struct UserQuery {
    query: Query,
    ids: Option<Vec<String>>,
}

/// Parses `filter_conditions` and `sort` of a payload. What breaks the grammar is code 4.
pub fn parse(filter_conditions: &Map<String, Value>, sort: &[Value]) -> Result<UserQuery> {
    let query = USERS.parse(filter_conditions, sort)?;
    let ids = query.only("id").map(|ids| ids.into_iter().map(str::to_owned).collect());
    Ok(UserQuery { query, ids })
}

impl UserQuery {
    /// The ids, each once and in the order given, when the filter is nothing but `id` equal to one or in a list.
    ///
    /// They are as the caller sent them: some may be no valid user id, and so nobody's.
    pub fn ids(&self) -> Option<&[String]> {
        self.ids.as_deref()
    }

    /// Whether the filter has a condition on `teams` anywhere. `{"teams": {}}` has: it is the documented way to ask for
    /// users of every team (wire-contract 4.2).
    pub fn names_teams(&self) -> bool {
        self.query.names("teams")
    }

    /// Every team that the filter asks for, for the rule that a client may ask for its own only (wire-contract 2.3, row 26).
    pub fn teams(&self) -> Vec<&str> {
        self.query.asked("teams")
    }

    /// The same query among the members of these teams; among those who have no team, when there is none.
    #[must_use]
    pub fn restrict_to_teams(self, teams: &[String]) -> Self {
        let members = if teams.is_empty() {
            vec![Value::Null]
        } else {
            teams.iter().map(|team| Value::from(team.as_str())).collect()
        };
        Self { query: self.query.among(&TEAMS, members), ids: None }
    }

    /// The query as SQL over the table `users` under the alias `u`. Bans are judged as they stand at `now`.
    ///
    /// The caller binds the app as `?1` and adds `u.app = ?1` and what it hides (deleted and deactivated users).
    pub fn to_sql(&self, now: Time) -> Sql {
        self.query.to_sql(now)
    }
}
