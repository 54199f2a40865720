//! Reading comments: pages of a thread, what is below them, queries.

use serde_json::{Value, json};

use super::comments::{COMMENTS, app, at, say};
use super::shape::check;
use crate::app::{Caller, TestApp};
use crate::transcript::refused;

fn list(by: &Caller, query: &str) -> Value {
    let answer = by.get(&format!("{COMMENTS}?object_id=a&object_type=activity&{query}")).ok();
    check("GetComments", &answer);
    answer
}

fn replies(by: &Caller, of: &str, query: &str) -> Value {
    let answer = by.get(&format!("{}/replies?{query}", at(of))).ok();
    check("GetCommentReplies", &answer);
    answer
}

fn query(by: &Caller, body: &Value) -> Value {
    let answer = by.post(&at("query"), body).ok();
    check("QueryComments", &answer);
    answer
}

/// The ids of a list, with what is shown below each.
fn tree(comments: &Value) -> String {
    let each = comments.as_array().unwrap().iter().map(|comment| {
        let below = comment.get("replies").map_or(String::new(), |replies| format!("({})", tree(replies)));
        format!("{}{below}", comment["id"].as_str().unwrap())
    });
    each.collect::<Vec<_>>().join(" ")
}

/// `1` to `3` answer the activity; `1` has three replies, and the first of them two.
fn threads() -> TestApp {
    let app = app();
    let jane = app.user("jane");
    for id in ["1", "2", "3"] {
        say(&jane, id, None);
    }
    for (id, parent) in [("1a", "1"), ("1b", "1"), ("1c", "1"), ("1a1", "1a"), ("1a2", "1a")] {
        say(&jane, id, Some(parent));
    }
    app
}

#[test]
fn a_page_has_no_replies_unless_they_are_asked_for_and_says_that_there_are_some() {
    let app = threads();
    let john = app.user("john");
    for query in ["", "depth=0", "depth=1"] {
        let page = list(&john, query);
        assert_eq!((tree(&page["comments"]).as_str(), &page["sort"]), ("3 2 1", &json!("last")), "{query}");
        let meta = json!({"has_more": true, "remaining": 3, "depth_truncated": true});
        assert_eq!((page["comments"][2]["meta"].clone(), page["comments"][0].get("meta")), (meta, None));
        assert!(page.get("next").is_none() && page.get("prev").is_none());
    }
    assert_eq!(tree(&list(&john, "sort=first")["comments"]), "1 2 3");
    assert_eq!(list(&john, "limit=0")["comments"], json!([]));
}

#[test]
fn a_thread_is_shown_so_deep_and_so_wide_as_is_asked_and_leads_on_where_it_was_cut() {
    let app = threads();
    let john = app.user("john");
    assert_eq!(tree(&list(&john, "depth=2&sort=first")["comments"]), "1(1a 1b 1c) 2() 3()");
    assert_eq!(tree(&list(&john, "depth=3&sort=first")["comments"]), "1(1a(1a1 1a2) 1b() 1c()) 2() 3()");
    assert_eq!(tree(&list(&john, "depth=5")["comments"]), "3() 2() 1(1c() 1b() 1a(1a2() 1a1()))");
    let page = list(&john, "depth=3&sort=first&replies_limit=1&limit=1");
    assert_eq!(tree(&page["comments"]), "1(1a(1a1))");
    let top = &page["comments"][0];
    let meta = |comment: &Value| {
        let meta = &comment["meta"];
        (meta["has_more"].clone(), meta["remaining"].clone(), meta["depth_truncated"].clone())
    };
    assert_eq!(meta(top), (json!(true), json!(2), json!(false)));
    assert_eq!(meta(&top["replies"][0]), (json!(true), json!(1), json!(false)));
    // The cursor of a reply knows how the thread is read.
    let next = top["meta"]["next_cursor"].as_str().unwrap();
    let rest = replies(&john, "1", &format!("next={next}"));
    assert_eq!((tree(&rest["comments"]).as_str(), &rest["sort"]), ("1b()", &json!("first")));
    let last = replies(&john, "1", &format!("next={}&sort=first", rest["next"].as_str().unwrap()));
    assert_eq!((tree(&last["comments"]).as_str(), last.get("next")), ("1c()", None));
    let back = replies(&john, "1", &format!("prev={}", last["prev"].as_str().unwrap()));
    assert_eq!(tree(&back["comments"]), "1b()");
    let deeper = top["replies"][0]["meta"]["next_cursor"].as_str().unwrap();
    assert_eq!(tree(&replies(&john, "1a", &format!("next={deeper}"))["comments"]), "1a2");
    assert_eq!(tree(&replies(&john, "1", "depth=2&sort=first&replies_limit=100")["comments"]), "1a(1a1 1a2) 1b() 1c()");
}

#[test]
fn a_cursor_carries_sort_limit_and_depth_and_the_last_page_has_none() {
    let app = threads();
    let john = app.user("john");
    let page = list(&john, "limit=1&depth=2&sort=first");
    let next = page["next"].as_str().unwrap();
    let second = list(&john, &format!("next={next}"));
    assert_eq!((tree(&second["comments"]).as_str(), second["prev"].is_string()), ("2()", true));
    let last = list(&john, &format!("limit=2&next={next}"));
    assert_eq!((tree(&last["comments"]).as_str(), last.get("next")), ("2() 3()", None));
    let flat = list(&john, &format!("sort=first&depth=0&next={next}"));
    assert_eq!(tree(&flat["comments"]), "2");
    let path = |query: &str| format!("{COMMENTS}?object_id=a&object_type=activity&{query}");
    for (query, text) in [
        (format!("sort=last&next={next}"), "sort is another than that of the page before: begin without a cursor"),
        (format!("next={next}&prev={next}"), "cannot use more than one of next, prev and id_around"),
        ("sort=x".to_owned(), "sort must be one of [first last top best controversial]"),
        ("depth=6".to_owned(), "depth must be 5 or less"),
        ("replies_limit=21".to_owned(), "replies_limit must be 20 or less"),
        ("limit=101".to_owned(), "limit must be 100 or less"),
        ("id_around=1a&next=".to_owned() + next, "cannot use more than one of next, prev and id_around"),
    ] {
        refused(&john.get(&path(&query)), "GetComments", 400, 4, text);
    }
    refused(&john.get(&format!("{COMMENTS}?object_id=a")), "GetComments", 400, 4, "object_type is a required field");
    refused(
        &john.get(&format!("{COMMENTS}?object_type=activity")),
        "GetComments",
        400,
        4,
        "object_id is a required field",
    );
    assert_eq!(john.get(&format!("{}/replies?next={next}", at("1"))).error().0, 400, "a cursor of another thread");
}

#[test]
fn a_page_lies_around_a_comment_or_around_that_which_leads_to_it() {
    let app = app();
    let john = app.user("john");
    for at in 1..=9 {
        say(&john, &at.to_string(), None);
    }
    say(&john, "5a", Some("5"));
    say(&john, "5aa", Some("5a"));
    for around in ["5", "5a", "5aa"] {
        let page = list(&john, &format!("id_around={around}&limit=3&sort=first"));
        assert_eq!(tree(&page["comments"]), "4 5 6", "{around}");
        let next = list(&john, &format!("next={}", page["next"].as_str().unwrap()));
        assert_eq!(tree(&next["comments"]), "7 8 9");
        let prev = list(&john, &format!("prev={}", page["prev"].as_str().unwrap()));
        assert_eq!((tree(&prev["comments"]).as_str(), prev.get("prev")), ("1 2 3", None));
    }
    let edge = list(&john, "id_around=9&limit=3&sort=last");
    assert_eq!((tree(&edge["comments"]).as_str(), edge.get("prev")), ("9 8 7", None));
    assert_eq!(tree(&replies(&john, "5", "id_around=5aa")["comments"]), "5a");
    let path = format!("{}/replies?id_around=1", at("5"));
    refused(&john.get(&path), "GetCommentReplies", 400, 4, "id_around: comment with id 1 is not among these comments");
}

#[test]
fn a_walk_meets_what_was_there_all_along_once_whatever_comes_and_goes() {
    let app = app();
    let john = app.user("john");
    for at in 10..30 {
        say(&john, &at.to_string(), None);
    }
    for sort in ["first", "last", "top", "best", "controversial"] {
        let (mut seen, mut next, mut made) = (Vec::new(), String::new(), 0);
        loop {
            let page = list(&john, &format!("sort={sort}&limit=3&next={next}"));
            seen.extend(tree(&page["comments"]).split(' ').map(str::to_owned));
            // The last of a page goes, and comes back when the walk is over; others come.
            let last = seen.last().unwrap().clone();
            john.delete(&at(&last)).ok();
            say(&john, &format!("{sort}{made}"), None);
            made += 1;
            match page.get("next") {
                Some(cursor) => next = cursor.as_str().unwrap().to_owned(),
                None => break,
            }
            john.post(&format!("{}/restore", at(&last)), &json!({})).ok();
            assert!(made < 30, "it ends");
        }
        let mut there: Vec<&String> = seen.iter().filter(|id| id.len() == 2).collect();
        assert_eq!(there.len(), 20, "{sort}: {seen:?}");
        there.sort();
        there.dedup();
        assert_eq!(there.len(), 20, "{sort}: {seen:?}");
        for comment in list(&john, "limit=100")["comments"].as_array().unwrap() {
            let id = comment["id"].as_str().unwrap();
            if id.len() > 2 {
                john.delete(&format!("{}?hard_delete=true", at(id))).ok();
            }
        }
        for id in 10..30 {
            john.post(&format!("{}/restore", at(&id.to_string())), &json!({})).ok();
        }
    }
}

#[test]
fn comments_are_found_by_what_they_are_whatever_they_answer() {
    let app = threads();
    let (john, server) = (app.user("john"), app.server());
    server.patch(&at("2"), &json!({"comment": "Größe and more", "custom": {"n": 3, "tags": ["x"]}})).ok();
    let found = |filter: Value| tree(&query(&john, &json!({"filter": filter, "sort": "first"}))["comments"]);
    assert_eq!(found(json!({})), "1 2 3 1a 1b 1c 1a1 1a2");
    assert_eq!(found(json!({"parent_id": "1"})), "1a 1b 1c");
    assert_eq!(found(json!({"parent_id": {"$in": ["1a", "none"]}})), "1a1 1a2");
    assert_eq!(found(json!({"id": {"$in": ["1", "3"]}})), "1 3");
    assert_eq!(found(json!({"comment_text": {"$q": "größe"}})), "2");
    assert_eq!(found(json!({"reply_count": {"$gte": 2}})), "1 1a");
    assert_eq!(found(json!({"custom.n": {"$gt": 2}, "custom.tags": {"$contains": "x"}})), "2");
    assert_eq!(
        found(json!({"object_id": "a", "object_type": "activity", "user_id": "jane", "score": {"$gt": -1}})),
        "1 2 3 1a 1b 1c 1a1 1a2"
    );
    assert_eq!(found(json!({"controversy_score": {"$lt": 5}})), "", "what has none is not less");
    for nothing in
        [json!({"object_id": "activity_123"}), json!({"parent_id": "<parent id>"}), json!({"user_id": "nobody"})]
    {
        assert_eq!(found(nothing), "");
    }
    server.delete(&at("1")).ok();
    assert_eq!(found(json!({})), "2 3");
    let deleted = json!({"filter": {"status": "deleted"}, "sort": "first"});
    assert_eq!(tree(&query(&server, &deleted)["comments"]), "1 1a 1b 1c 1a1 1a2");
    assert_eq!(query(&john, &deleted)["comments"], json!([]), "what is deleted is a server's to ask for");
    for (body, text) in [
        (json!({"filter": {"text": "x"}}), "field text is not supported in QueryComments"),
        (json!({"sort": "x"}), "sort must be one of [first last top best controversial]"),
    ] {
        refused(&john.post(&at("query"), &body), "QueryComments", 400, 4, text);
    }
}

#[test]
fn a_query_is_walked_in_every_order() {
    let app = threads();
    let john = app.user("john");
    for sort in ["first", "last", "top", "best", "controversial"] {
        let (mut seen, mut next) = (Vec::new(), Value::Null);
        loop {
            let page = query(&john, &json!({"filter": null, "sort": sort, "limit": 3, "next": next}));
            seen.push(tree(&page["comments"]));
            match page.get("next") {
                Some(cursor) => next = cursor.clone(),
                None => break,
            }
        }
        let newest = "1a2 1a1 1c 1b 1a 3 2 1";
        let all =
            if sort == "first" { newest.split(' ').rev().collect::<Vec<_>>().join(" ") } else { newest.to_owned() };
        assert_eq!(seen.join(" "), all, "{sort}");
    }
}

#[test]
fn an_answer_has_no_more_replies_than_it_can_carry_and_says_where_it_ends() {
    let app = app();
    let server = app.server();
    let many = |parents: Vec<Option<String>>, each: usize| {
        let all = parents.iter().flat_map(|parent| {
            (0..each).map(move |_| json!({"object_id": "a", "object_type": "activity", "parent_id": parent, "comment": "x", "user_id": "john"}))
        });
        let all: Vec<Value> = all.collect();
        let answers = all.chunks(100).map(|some| server.post(&at("batch"), &json!({"comments": some})).ok());
        let ids = |answer: Value| {
            answer["comments"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["id"].as_str().map(str::to_owned))
                .collect::<Vec<_>>()
        };
        answers.flat_map(ids).collect::<Vec<_>>()
    };
    let roots = many(vec![None], 10);
    let below = many(roots, 15);
    many(below, 15);
    let page = list(&server, "depth=3&replies_limit=20");
    let all: Vec<&Value> =
        page["comments"].as_array().unwrap().iter().flat_map(|root| root["replies"].as_array().unwrap()).collect();
    let opened: Vec<&&Value> = all.iter().filter(|one| one.get("replies").is_some()).collect();
    assert_eq!((all.len(), opened.len()), (150, 123), "2,000 at the most, and whole lists only");
    assert!(opened.iter().all(|one| one["replies"].as_array().unwrap().len() == 15));
    assert_eq!(all[149]["meta"], json!({"has_more": true, "remaining": 15, "depth_truncated": true}));
}
