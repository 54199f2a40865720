//! What users are interested in: told by what they react to, and by what they say to see more or less of.

use serde_json::{Value, json};

use super::reading::{ADD, add, read, texts};
use super::selecting::group;
use super::shape::check;
use crate::app::{Caller, TestApp};
use crate::transcript::{frozen_app, refused};

/// An app in which John has posted, in a feed that is ranked so, `tea` twice, `cake` and `rain`, each with its tag.
fn app(ranking: &Value) -> TestApp {
    let app = frozen_app();
    group(&app, "ranked", json!({"ranking": ranking}));
    for (id, tags) in [
        ("tea", json!(["Tea "])),
        ("more tea", json!(["tea", "hot"])),
        ("cake", json!(["cake"])),
        ("rain", json!(["rain"])),
    ] {
        let custom = json!({"id": id, "type": "post", "feeds": ["ranked:john"], "text": id, "interest_tags": tags, "visibility": "public"});
        add(&app.user("john"), &custom);
        app.advance("1m");
    }
    app
}

fn react(by: &Caller, id: &str) {
    by.post(&format!("{ADD}/{}/reactions", id.replace(' ', "%20")), &json!({"type": "like"})).ok();
}

fn interests(by: &Caller, of: &str, query: &str) -> Vec<(String, u64)> {
    let answer = by.get(&format!("/api/v2/feeds/users/{of}/interests{query}")).ok();
    check("GetUserInterests", &answer);
    let all = answer["interests"].as_array().unwrap().iter();
    all.map(|one| (one["tag"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap())).collect()
}

fn pairs(all: &[(&str, u64)]) -> Vec<(String, u64)> {
    all.iter().map(|(tag, count)| ((*tag).to_owned(), *count)).collect()
}

#[test]
fn the_tags_of_what_somebody_reacted_to_are_that_persons_interests() {
    let app = app(&json!({"type": "interest"}));
    let (jane, server) = (app.user("jane"), app.server());
    assert_eq!(interests(&jane, "jane", ""), []);
    react(&jane, "tea");
    react(&jane, "more tea");
    let body = json!({"id": "c", "object_id": "cake", "object_type": "activity", "comment": "Mmm"});
    app.user("john").post("/api/v2/feeds/comments", &body).ok();
    jane.post("/api/v2/feeds/comments/c/reactions", &json!({"type": "like"})).ok();
    // Twice upon one activity is one activity.
    react(&jane, "cake");
    let all = pairs(&[("tea", 2), ("cake", 1), ("hot", 1)]);
    assert_eq!(interests(&jane, "jane", ""), all);
    assert_eq!(interests(&server, "jane", "?limit=1"), all[..1]);
    app.user("john").delete(&format!("{ADD}/tea")).ok();
    assert_eq!(
        interests(&jane, "jane", ""),
        pairs(&[("cake", 1), ("hot", 1), ("tea", 1)]),
        "what is gone tells nothing"
    );

    let foreign = app.user("john").get("/api/v2/feeds/users/jane/interests").error();
    assert_eq!((foreign.0, foreign.1), (403, 17));
    for limit in ["0", "101", "x"] {
        assert_eq!(server.get(&format!("/api/v2/feeds/users/jane/interests?limit={limit}")).error().1, 4, "{limit}");
    }
}

#[test]
fn a_feed_is_ranked_by_them_and_they_fade() {
    let app = app(&json!({"type": "interest"}));
    let jane = app.user("jane");
    let shown = || read(&jane, "ranked:john", &json!({}));
    let score = |page: &Value, at: usize| page["activities"][at]["score"].clone();
    assert_eq!(texts(&shown()), ["rain", "cake", "more tea", "tea"], "nothing is known: by time");
    react(&jane, "cake");
    let page = shown();
    assert_eq!((texts(&page)[0], score(&page, 0)), ("cake", json!(0.5)));
    app.advance("30d");
    // Her token is over by now.
    let jane = app.user("jane");
    react(&jane, "tea");
    let page = read(&jane, "ranked:john", &json!({}));
    // Of the same strength when they were new, the older one is half as strong by now.
    assert_eq!(&texts(&page)[..3], ["more tea", "tea", "cake"]);
    assert_eq!([score(&page, 1), score(&page, 2)], [json!(0.5), json!(0.25)]);
    // Those of the request are added, or stand alone.
    let added = read(&jane, "ranked:john", &json!({"interest_weights": {"rain": 2}}));
    assert_eq!(&texts(&added)[..2], ["rain", "more tea"]);
    let alone =
        read(&jane, "ranked:john", &json!({"interest_weights": {"rain": 2}, "overwrite_interest_weights": true}));
    assert_eq!((texts(&alone)[0], score(&alone, 1)), ("rain", json!(0.0)));
    assert_eq!(texts(&read(&app.user("john"), "ranked:john", &json!({})))[0], "rain", "of others nothing is known");
}

#[test]
fn what_somebody_wants_more_or_less_of_is_ranked_so_and_what_is_refused_is_left_out() {
    let app = app(&json!({"type": "expression", "score": "preference_score"}));
    let jane = app.user("jane");
    let say = |id: &str, what: &str| {
        jane.post(&format!("{ADD}/{}/feedback", id.replace(' ', "%20")), &json!({what: true})).ok();
    };
    say("cake", "show_more");
    say("tea", "show_less");
    let page = read(&jane, "ranked:john", &json!({}));
    assert_eq!(texts(&page), ["cake", "rain", "more tea", "tea"]);
    assert_eq!((&page["activities"][0]["score"], &page["activities"][3]["score"]), (&json!(0.5), &json!(-0.5)));
    say("more tea", "show_less");
    assert_eq!(texts(&read(&jane, "ranked:john", &json!({}))), ["cake", "rain"], "twice less is not at all");
    assert_eq!(texts(&read(&app.user("john"), "ranked:john", &json!({}))).len(), 4, "to others it is shown");
    refused(&jane.get(&format!("{ADD}/none")), "GetActivity", 404, 16, "activity with id none not found");
    assert_eq!(jane.get(&format!("{ADD}/tea")).status, 200, "and by its id to everybody");
}
