//! Connecting is an upsert of the user (wire-contract 5.2).

use serde_json::{Value, json};

use super::client::{DOORS, Door, Joined, NOON_NS, Show, Socket};
use crate::app::TestApp;
use crate::forge::NOON;

/// Connects with these details.
#[track_caller]
fn join(app: &TestApp, door: Door, details: &Value) -> Joined {
    let user = details["id"].as_str().unwrap();
    Joined::of(door, Show { details: details.clone(), ..app.show(user) }.through(door))
}

/// The user as a server sees it.
fn seen(app: &TestApp, user: &str) -> Value {
    app.root().query_users(&json!({"filter_conditions": {"id": user}})).ok()["users"][0].clone()
}

/// Details in the form of a door: with custom data nested, or beside.
fn details(door: Door, mut fields: Value, custom: &Value) -> Value {
    if door == Door::Legacy {
        let custom = custom.as_object().unwrap().clone();
        fields.as_object_mut().unwrap().extend(custom);
    } else {
        fields["custom"] = custom.clone();
    }
    fields
}

#[test]
fn a_connect_creates_its_user() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let shown = details(
            door,
            json!({"id": "john", "name": "John", "image": "face.png", "language": "en", "invisible": false}),
            &json!({"color": "red"}),
        );
        let _joined = join(&app, door, &shown);
        let john = seen(&app, "john");
        assert_eq!(
            (&john["name"], &john["image"], &john["language"], &john["custom"], &john["role"]),
            (&json!("John"), &json!("face.png"), &json!("en"), &json!({"color": "red"}), &json!("user")),
            "{door:?}"
        );
        assert_eq!((&john["created_at"], &john["last_active"]), (&json!(NOON_NS), &json!(NOON_NS)));
        assert_eq!(john["online"], true);
    }
}

#[test]
fn a_connect_merges_and_takes_nothing_away() {
    for door in DOORS {
        let app = TestApp::at_noon();
        app.upsert(&[json!({
            "id": "john", "name": "John", "image": "face.png", "language": "en", "custom": {"color": "red", "size": 1},
            "privacy_settings": {"typing_indicators": {"enabled": false}},
        })]);
        let changed =
            json!({"id": "john", "name": "Johnny", "privacy_settings": {"read_receipts": {"enabled": false}}});
        let joined = join(&app, door, &details(door, changed, &json!({"size": 2})));
        assert_eq!(joined.hello["me"]["name"], "Johnny");
        let john = seen(&app, "john");
        assert_eq!(
            (&john["name"], &john["image"], &john["language"], &john["custom"]),
            (&json!("Johnny"), &json!("face.png"), &json!("en"), &json!({"color": "red", "size": 2})),
            "{door:?}"
        );
        let both = json!({"typing_indicators": {"enabled": false}, "read_receipts": {"enabled": false}});
        assert_eq!(john["privacy_settings"], both);
    }
}

#[test]
fn a_connect_cannot_raise_its_role() {
    for door in DOORS {
        let app = TestApp::at_noon();
        let joined = join(&app, door, &json!({"id": "john", "role": "admin"}));
        assert_eq!(joined.hello["me"]["role"], "user", "{door:?}");
        app.upsert(&[json!({"id": "mia", "role": "moderator"})]);
        let joined = join(&app, door, &json!({"id": "mia", "role": "admin"}));
        assert_eq!(joined.hello["me"]["role"], "moderator", "{door:?}");
        // Even a role that nobody has defined is nothing to stumble over.
        join(&app, door, &json!({"id": "john", "role": "no-such-role"}));
    }
}

/// An SDK sends back what it was told (wire-contract, trap 21).
#[test]
fn fields_that_only_stream_writes_are_tolerated_and_change_nothing() {
    for door in DOORS {
        let app = TestApp::at_noon();
        app.upsert(&[json!({"id": "john", "name": "John"})]);
        let before = seen(&app, "john");
        let mut me = join(&app, door, &json!({"id": "john"})).hello["me"].clone();
        for (key, value) in [
            ("banned", json!(true)),
            ("revoke_tokens_issued_before", json!("2001-01-01T00:00:00Z")),
            ("devices", json!([{"id": "x"}])),
            ("mutes", json!([1])),
            ("roles", json!([])),
            ("unread_count", json!(9)),
        ] {
            me[key] = value;
        }
        // These alone are refused (wire-contract 2.3 row 20).
        for key in ["created_at", "updated_at", "last_active", "online"] {
            me.as_object_mut().unwrap().remove(key);
        }
        let _joined = join(&app, door, &me);
        let mut after = seen(&app, "john");
        assert_eq!((&after["online"], &after["last_active"]), (&json!(true), &json!(NOON_NS)));
        after["online"] = before["online"].clone();
        after.as_object_mut().unwrap().remove("last_active");
        assert_eq!(after, before, "{door:?}");
    }
}

#[test]
fn teams_may_be_sent_in_any_order_or_empty_but_not_changed() {
    for door in DOORS {
        let app = TestApp::at_noon();
        app.upsert(&[json!({"id": "john", "teams": ["red", "blue"]})]);
        for same in [json!(["red", "blue"]), json!(["blue", "red"]), json!([]), Value::Null] {
            join(&app, door, &json!({"id": "john", "teams": same}));
        }
        for other in [json!(["red"]), json!(["red", "blue", "green"]), json!(["green", "blue"])] {
            let show = Show { details: json!({"id": "john", "teams": other}), ..app.show("john") };
            let wanted = door.refusal((400, 4, "user teams cannot be changed at connection time"));
            assert_eq!(show.through(door).refused(), wanted, "{other}");
        }
        let stranger = Show { details: json!({"id": "mary", "teams": ["red"]}), ..app.show("mary") };
        assert_eq!(stranger.through(door).refused()["error"]["code"], 4);
        assert_eq!(seen(&app, "john")["teams"], json!(["red", "blue"]));
    }
}

#[test]
fn only_a_connect_that_changes_something_moves_updated_at() {
    for door in DOORS {
        let app = TestApp::at_noon();
        app.upsert(&[json!({"id": "john", "name": "John", "custom": {"a": 1}})]);
        app.advance("1h");
        let same = details(door, json!({"id": "john", "name": "John"}), &json!({"a": 1}));
        join(&app, door, &same);
        let john = seen(&app, "john");
        assert_eq!(john["updated_at"], NOON_NS, "{door:?}");
        assert_eq!(john["last_active"], NOON_NS + 3_600_000_000_000);
        join(&app, door, &json!({"id": "john", "name": "Johnny"}));
        assert_eq!(seen(&app, "john")["updated_at"], NOON_NS + 3_600_000_000_000, "{door:?}");
    }
}

#[test]
fn limits_and_types_hold_for_a_connect_too() {
    let app = TestApp::at_noon();
    for door in DOORS {
        let refusal = |fields: Value| {
            let show = Show { details: fields, ..app.show("john") };
            show.through(door).refused()["error"].clone()
        };
        let big = refusal(details(door, json!({"id": "john"}), &json!({"text": "x".repeat(5 * 1024)})));
        assert_eq!((&big["code"], &big["StatusCode"]), (&json!(22), &json!(413)), "{door:?}: {big}");
        for (field, value) in
            [("name", json!(5)), ("image", json!([])), ("language", json!({})), ("invisible", json!("yes"))]
        {
            let mut fields = json!({"id": "john"});
            fields[field] = value;
            let error = refusal(fields);
            assert_eq!(error["code"], 4, "{door:?} {field}");
            assert!(
                error["message"].as_str().unwrap().contains(&format!(" for field \"{field}\" but got ")),
                "{error}"
            );
        }
    }
    let nested = Show { details: json!({"id": "john", "custom": 5}), ..app.show("john") };
    assert_eq!(nested.through(Door::V2).refused()["error"]["code"], 4);
    let id = "x".repeat(256);
    let long = app.show(&id).through(Door::V2).refused();
    assert_eq!(long["error"]["message"], "user_details.id must be a maximum of 255 characters in length");
    assert_eq!(app.show("a/b").through(Door::V2).refused()["error"]["code"], 4);
    assert_eq!(app.root().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
}

#[test]
fn a_deactivated_user_may_come_back_once_reactivated_and_a_hard_deleted_ones_id_stays_refused() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "john", "name": "John"})]);
    app.root().post("/api/v2/users/john/deactivate", &json!({})).ok();
    let gone = app.show("john").through(Door::V2).refused();
    assert_eq!(gone["error"]["message"], "the user john was deactivated");
    app.root().post("/api/v2/users/john/reactivate", &json!({})).ok();
    app.join("john");
    app.root()
        .post(
            "/api/v2/users/delete",
            &json!({"user_ids": ["john"], "user": "hard", "messages": "hard", "conversations": "hard"}),
        )
        .ok();
    let gone = app.show("john").through(Door::V2).refused();
    assert_eq!(gone["error"]["message"], "the user john was deleted");
}

#[test]
fn a_banned_user_may_connect_and_is_told() {
    let app = TestApp::at_noon();
    app.upsert(&[json!({"id": "eve"})]);
    app.root().post("/api/v2/moderation/ban", &json!({"target_user_id": "eve", "timeout": 60})).ok();
    for door in DOORS {
        assert_eq!(app.joined(door, "eve").hello["me"]["banned"], true, "{door:?}");
    }
    app.advance("61m");
    for door in DOORS {
        assert_eq!(app.joined(door, "eve").hello["me"]["banned"], false, "{door:?}");
    }
}

#[test]
fn a_guest_connects_with_the_id_and_token_it_was_given() {
    let app = TestApp::at_noon();
    let made = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": "visitor"}})).ok();
    let (user, token) = (&made["user"], made["access_token"].as_str().unwrap());
    // As the chat SDK sends the guest back.
    let mut details = user.clone();
    for key in ["created_at", "updated_at", "last_active", "online"] {
        details.as_object_mut().unwrap().remove(key);
    }
    for door in DOORS {
        let show = Show { details: details.clone(), ..app.show_token("", token) };
        let hello = Joined::of(door, show.through(door)).hello;
        assert_eq!((&hello["me"]["id"], &hello["me"]["role"]), (&user["id"], &json!("guest")), "{door:?}");
    }
}

/// The JS chat SDK's anonymous user: a random id, `anon`, and the word `undefined` for a token.
#[test]
fn an_anonymous_socket_is_nobody_and_makes_no_user() {
    let app = TestApp::at_noon();
    let json = json!({"user_id": "5a3e", "user_details": {"id": "5a3e", "anon": true}}).to_string();
    let json = crate::app::encode(&json);
    for token in ["&authorization=undefined", "&authorization=", ""] {
        let path = format!("/connect?api_key={}&stream-auth-type=anonymous&json={json}{token}", app.api_key);
        let mut joined = Joined::of(Door::Legacy, Socket::open(&app.url, &path, &[]));
        let me = &joined.hello["me"];
        assert_eq!((&me["id"], &me["role"]), (&json!("!anon"), &json!("anonymous")));
        assert_eq!(me["created_at"], "0001-01-01T00:00:00Z");
        assert_eq!((&me["online"], &me["devices"]), (&json!(true), &json!([])));
        joined.quiet();
    }
    let users = app.root().query_users(&json!({"filter_conditions": {}})).ok();
    assert_eq!(users["users"], json!([]));
}

#[test]
fn an_anonymous_socket_says_who_it_is_and_its_token_is_verified() {
    let app = TestApp::at_noon();
    let nobodys = app.sign(&json!({"user_id": "!anon", "exp": NOON + 60}));
    let expired = app.sign(&json!({"user_id": "!anon", "exp": NOON - 1}));
    let johns = app.sign(&json!({"user_id": "john"}));
    let john = json!({"id": "john"});
    let other = "anon auth token must have user_id claim equal to '!anon'";
    for door in DOORS {
        let show = |token: &Value, details: &Value| {
            let shown = Show { auth_type: Some("anonymous".to_owned()), ..app.show("john") };
            Show { token: token.clone(), details: details.clone(), ..shown }.through(door)
        };
        for token in [Value::Null, json!(""), json!("undefined"), json!(nobodys)] {
            let hello = Joined::of(door, show(&token, &john)).hello;
            assert_eq!(hello["me"]["id"], "!anon", "{door:?} {token}");
        }
        for (token, details, code, text) in [
            (Value::Null, Value::Null, 4, "user_details is a required field"),
            (json!(nobodys), Value::Null, 4, "user_details is a required field"),
            (json!(expired), john.clone(), 40, "JWTAuth error: token is expired (exp)"),
            (json!(johns), john.clone(), 5, other),
            (json!(app.sign(&json!({}))), john.clone(), 5, other),
        ] {
            let error = &show(&token, &details).refused()["error"];
            assert_eq!((&error["code"], &error["message"]), (&json!(code), &json!(text)), "{door:?}");
        }
    }
}

#[test]
fn an_anonymous_greeting_is_complete_on_every_door() {
    let app = TestApp::at_noon();
    let greetings: Vec<_> = DOORS
        .into_iter()
        .map(|door| {
            let show = Show { auth_type: Some("anonymous".to_owned()), token: Value::Null, ..app.show("whoever") };
            let mut hello = Joined::of(door, show.through(door)).hello;
            hello["connection_id"] = json!("[id]");
            serde_json::to_string_pretty(&hello).unwrap()
        })
        .collect();
    insta::assert_snapshot!(greetings.join("\n"));
}
