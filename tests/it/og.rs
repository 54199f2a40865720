//! What links look like.

use serde_json::{Value, json};

use crate::app::{TestApp, encode};
use crate::transcript::refused;

#[test]
fn a_link_looks_as_a_fixture_says_and_of_others_nothing_is_known() {
    let app = TestApp::new();
    let preview =
        json!({"title": "Mills", "text": "All of them", "image_url": "https://x.example/m.png", "custom": {"a": 1}});
    let mut fixture = app.control("GET", "/fixture?secrets=true", &Value::Null).ok();
    fixture["apps"][0]["rows"] = json!({"link_previews": [{"url": "https://x.example/", "preview": preview}]});
    app.control("PUT", "/fixture", &fixture).ok();
    let get = |url: &str| app.user("john").get(&format!("/api/v2/og?url={}", encode(url)));
    let found = get("https://x.example/").ok();
    for (key, value) in preview.as_object().unwrap() {
        assert_eq!(found[key], *value, "{key}");
    }
    assert_eq!(found["og_scrape_url"], "https://x.example/");
    let text = "nothing is known of https://y.example/: millpond fetches no pages; a fixture says what links look like";
    refused(&get("https://y.example/"), "GetOG", 400, 4, text);
    assert_eq!(app.server().get("/api/v2/og").error().1, 4);
}
