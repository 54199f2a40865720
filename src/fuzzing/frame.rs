//! What a socket shows of itself: the first frame of the v2 doors, and `json` of the legacy one.

use serde_json::{Value, json};
use url::form_urlencoded;

use crate::auth::credentials::bare_token;
use crate::domain::sessions::Details;
use crate::domain::users::is_reserved_to_connect;
use crate::live::shown::Shown;
use crate::live::sign_in::details_of;
use crate::model::user::BUILT_IN;
use crate::params::Params;
use crate::wire::Dialect;

/// The bytes as the first frame of each dialect's door.
pub fn frame(data: &[u8]) {
    let of_query = Shown { token: Some("of the query".to_owned()), ..Shown::default() };
    let shown = of_query.clone().with_frame(data);
    let tree = serde_json::from_slice::<Value>(data).ok();
    if let Some(fault) = &shown.fault {
        // What cannot be read says nothing: the token of the query stands.
        assert!(!fault.message.is_empty());
        assert_eq!((shown.token.as_deref(), &shown.details), (Some("of the query"), &None));
    } else {
        let tree = tree.as_ref().filter(|tree| tree.is_object()).expect("what was read is an object");
        let said = tree["token"].as_str().filter(|token| bare_token(token).is_some());
        assert_eq!(shown.token.as_deref(), said.or(of_query.token.as_deref()));
        assert_eq!(shown.details.as_ref(), Some(&tree["user_details"]).filter(|details| !details.is_null()));
    }
    for dialect in [Dialect::V2, Dialect::Video] {
        read(shown.details.clone(), dialect);
    }
    let text = String::from_utf8_lossy(data);
    let json: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let params = Params::parse(&format!("json={json}"));
    assert_eq!(params.get("json"), Some(&*text));
    let legacy = Shown::of_upgrade(&params, |_| None).with_json(&params);
    if str::from_utf8(data).is_ok() && !text.is_empty() {
        assert_eq!(legacy.fault, shown.fault);
    }
    assert!(legacy.token.is_none_or(|token| !token.is_empty()));
    read(legacy.details, Dialect::Legacy);
}

/// Whoever is read has an id, and in no field what only Stream writes.
fn read(details: Option<Value>, dialect: Dialect) {
    let Some(details) = details else { return };
    let Ok(user) = details_of(details.clone(), dialect) else { return };
    let Details { id, custom, .. } = user;
    assert!(!id.is_empty() && details["id"] == *id, "{id:?}");
    let said = |key: &String| !details[key].is_null() && is_reserved_to_connect(key);
    assert!(!details.as_object().is_some_and(|said_of| said_of.keys().any(said)), "{details}");
    let hides = |key: &String| BUILT_IN.contains(&key.as_str());
    assert!(dialect != Dialect::Legacy || !custom.keys().any(hides), "{custom:?}");
    if dialect != Dialect::Legacy {
        let sent = details.get("custom").filter(|custom| !custom.is_null());
        assert_eq!(json!(custom), sent.cloned().unwrap_or_else(|| json!({})));
    }
}
