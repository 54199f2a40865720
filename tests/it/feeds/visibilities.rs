//! What roles may on the feeds of each visibility.

use serde_json::json;

use super::reading::{add, path, read};
use super::shape::check;
use crate::transcript::{frozen_app, refused};

const VISIBILITIES: &str = "/api/v2/feeds/feed_visibilities";

fn at(name: &str) -> String {
    format!("{VISIBILITIES}/{name}")
}

#[test]
fn each_visibility_says_who_may_what_and_what_that_is() {
    let app = frozen_app();
    let all = app.server().get(VISIBILITIES).ok();
    check("ListFeedVisibilities", &all);
    let all = all["feed_visibilities"].as_object().unwrap();
    assert_eq!(all.keys().collect::<Vec<_>>(), ["followers", "members", "private", "public", "visible"]);
    let public = app.server().get(&at("public")).ok();
    check("GetFeedVisibility", &public);
    let public = &public["feed_visibility"];
    assert_eq!((public, &public["name"]), (&all["public"], &json!("public")));
    let grants = &public["grants"];
    let has = |role: &str, id: &str| grants[role].as_array().unwrap().contains(&json!(id));
    assert!(has("user", "add-activity") && !has("anonymous", "add-activity") && has("anonymous", "read-feed"));
    assert_eq!(grants["feed_owner"].as_array().unwrap().len(), 29);
    let ids: Vec<_> = public["permissions"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"add-activity") && ids.len() == 29, "{ids:?}");
    let text = "feed visibility with name secret not found";
    refused(&app.server().get(&at("secret")), "GetFeedVisibility", 404, 16, text);
    refused(&app.server().put(&at("secret"), &json!({"grants": {}})), "UpdateFeedVisibility", 404, 16, text);
}

#[test]
fn what_a_role_is_granted_in_a_visibility_holds_there_at_once_and_nowhere_else() {
    let app = frozen_app();
    let (server, john, jane) = (app.server(), app.user("john"), app.user("jane"));
    for (feed, visibility) in [("user:open", "public"), ("user:seen", "visible")] {
        read(&john, feed, &json!({"data": {"visibility": visibility}}));
    }
    let post = |feed: &str| json!({"type": "post", "feeds": [feed], "text": "hi"});
    let refusal = |feed: &str| jane.post("/api/v2/feeds/activities", &post(feed)).error();
    assert_eq!(refusal("user:seen").0, 403);
    add(&jane, &post("user:open"));
    let changed = server.put(&at("visible"), &json!({"grants": {"user": ["read-feed", "add-activity"]}})).ok();
    check("UpdateFeedVisibility", &changed);
    let grants = &changed["feed_visibility"]["grants"];
    assert_eq!(grants["user"], json!(["read-feed", "add-activity"]));
    assert!(grants["anonymous"].as_array().unwrap().contains(&json!("read-feed")), "others stay");
    add(&jane, &post("user:seen"));
    server.put(&at("public"), &json!({"grants": {"user": []}})).ok();
    assert_eq!(refusal("user:open").0, 403);
    assert_eq!(jane.post(&path("user:open"), &json!({})).error().0, 403);
    server.put(&at("public"), &json!({"grants": {"user": null, "feed_member": ["read-feed"]}})).ok();
    add(&jane, &post("user:open"));
    server.put(&at("visible"), &json!({"grants": {}})).ok();
    assert_eq!(refusal("user:seen").0, 403, "back to the defaults");
    let text = "role \"nobody\" does not exist";
    refused(&server.put(&at("public"), &json!({"grants": {"nobody": []}})), "UpdateFeedVisibility", 400, 4, text);
    let (status, code, _) = server.patch("/api/v2/app", &json!({"grants": {"feed_member": []}})).error();
    assert_eq!((status, code), (400, 4), "a role on feeds is none of the app's");
}
