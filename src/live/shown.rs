//! What a connect shows of itself before anybody judges it.

use serde::Deserialize;
use serde_json::Value;

use crate::auth::credentials::bare_token;
use crate::error::ApiError;
use crate::params::Params;

/// What a connect shows, whatever carried it.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The api key.
    pub api_key: Option<String>,
    /// The auth type.
    pub auth_type: Option<String>,
    /// The token.
    pub token: Option<String>,
    /// The user; `None` when it was not said.
    pub details: Option<Value>,
    /// Why what was said cannot be read. Told only to who has shown a good key and auth type (wire-contract 2.4).
    pub fault: Option<ApiError>,
    /// `X-Stream-Client`.
    pub client: String,
}

/// The first frame of the v2 doors, and `json` of the legacy one.
#[derive(Deserialize)]
struct Message {
    token: Option<String>,
    user_token: Option<String>,
    user_id: Option<String>,
    user_details: Option<Value>,
}

impl Shown {
    /// What the query and the headers of the upgrade show.
    pub fn of_upgrade(params: &Params, header: impl Fn(&str) -> Option<String>) -> Self {
        let of_query = |name| params.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let bare = |text: Option<String>| text.and_then(|text| bare_token(&text).map(str::to_owned));
        Self {
            api_key: of_query("api_key").or_else(|| header("api_key")),
            auth_type: of_query("stream-auth-type").or_else(|| header("stream-auth-type")),
            token: bare(of_query("authorization")).or_else(|| bare(header("authorization"))),
            details: None,
            fault: None,
            client: of_query("X-Stream-Client").or_else(|| header("x-stream-client")).unwrap_or_default(),
        }
    }

    /// Adds what the first frame says.
    #[must_use]
    pub fn with_frame(self, frame: &[u8]) -> Self {
        let message: Message = match crate::json::decode(frame) {
            Ok(message) => message,
            Err(fault) => return Self { fault: Some(fault), ..self },
        };
        // The frame carries the token; one in the query stands in for it only when the frame has none.
        let token = message.token.filter(|token| is_shown(token)).or(self.token);
        Self { token, details: message.user_details, ..self }
    }

    /// Adds what the legacy query's `json` says.
    #[must_use]
    pub fn with_json(self, params: &Params) -> Self {
        let text = params.get("json").filter(|json| !json.is_empty()).unwrap_or("{}");
        // Production never sees a `json` with a raw `;` in it, and says that of it.
        let text = if params.has_raw_semicolon("json") { "" } else { text };
        let message: Message = match crate::json::decode(text.as_bytes()) {
            Ok(message) => message,
            Err(fault) => return Self { fault: Some(fault), ..self },
        };
        let mut details = message.user_details.filter(|details| !details.is_null());
        if let (Some(Value::Object(details)), Some(id)) = (&mut details, &message.user_id) {
            details.entry("id").or_insert_with(|| id.clone().into());
        }
        let token = self
            .token
            .or_else(|| [message.token, message.user_token].into_iter().flatten().find(|token| is_shown(token)));
        Self { token, details, ..self }
    }
}

/// Whether a field shows a token: an empty one does not, nor does the word `undefined` (wire-contract 1.5).
fn is_shown(token: &str) -> bool {
    bare_token(token).is_some()
}
