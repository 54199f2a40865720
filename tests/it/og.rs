//! What links look like.

use serde_json::{Value, json};

use crate::app::{TestApp, encode};
use crate::transcript::refused;

fn unknown(url: &str) -> String {
    format!(
        "nothing is known of {url}: millpond fetches no pages; PUT /_millpond/apps/{{api_key}}/link-previews says what it looks like"
    )
}

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
    refused(&get("https://y.example/"), "GetOG", 400, 4, &unknown("https://y.example/"));
    assert_eq!(app.server().get("/api/v2/og").error().1, 4);
}

#[test]
fn a_test_says_what_a_link_looks_like_and_takes_it_back() {
    let app = TestApp::new();
    let previews =
        |method: &str, query: &str, body: Value| app.control(method, &format!("/link-previews{query}"), &body);
    let at = |url: &str| app.user("john").get(&format!("/api/v2/og?url={}", encode(url)));
    for url in ["https://x.example/?a=1&b", "https://y.example/"] {
        let body = json!({"url": url, "preview": {"title": url, "custom": {"n": 1}}});
        assert_eq!(previews("PUT", "", body.clone()).ok(), body);
    }
    let answer = at("https://x.example/?a=1&b").ok();
    assert_eq!((&answer["title"], &answer["custom"]["n"]), (&json!("https://x.example/?a=1&b"), &json!(1)));
    previews("PUT", "", json!({"url": "https://y.example/", "preview": {"title": "Anew"}})).ok();
    assert_eq!(at("https://y.example/").ok()["title"], "Anew");
    let listed = previews("GET", "", Value::Null).ok();
    assert_eq!(listed["link_previews"].as_array().unwrap().len(), 2);
    assert_eq!(previews("DELETE", "?url=https://y.example/", Value::Null).ok(), json!({"cleared": 1}));
    refused(&at("https://y.example/"), "GetOG", 400, 4, &unknown("https://y.example/"));
    assert_eq!(previews("DELETE", "", Value::Null).ok(), json!({"cleared": 1}));
    for url in ["", "no address", "ftp://x.example/", &format!("https://x.example/{}", "x".repeat(2_100))] {
        let refusal = previews("PUT", "", json!({"url": url, "preview": {}}));
        assert_eq!((refusal.status, refusal.body["error"]["field"].as_str()), (400, Some("/url")), "{url}");
    }
}
