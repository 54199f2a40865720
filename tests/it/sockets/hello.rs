//! Every door, every carrier of a token, and the greeting in full.

use serde_json::{Value, json};
use tungstenite::protocol::Message;

use super::client::{DOORS, Door, Joined, Socket};
use crate::app::{TestApp, encode};

/// An app at noon with a user who has something of everything.
fn app() -> TestApp {
    let app = TestApp::at_noon();
    app.upsert(&[json!({
        "id": "john", "name": "John", "image": "face.png", "language": "en", "teams": ["red"],
        "privacy_settings": {"typing_indicators": {"enabled": false}}, "custom": {"color": "red"},
    })]);
    let device = json!({"id": "phone", "push_provider": "apn"});
    app.bearer(&json!({"user_id": "john"})).post("/api/v2/devices", &device).ok();
    app
}

/// A greeting whose connection id was checked and taken out.
fn shown(mut hello: Value) -> String {
    let id = hello["connection_id"].as_str().unwrap();
    assert!(!id.is_empty() && id.len() <= 36, "{id}");
    hello["connection_id"] = json!("[id]");
    serde_json::to_string_pretty(&hello).unwrap()
}

#[test]
fn the_v2_greeting_is_complete() {
    insta::assert_snapshot!(shown(app().joined(Door::V2, "john").hello));
}

#[test]
fn the_video_greeting_is_complete() {
    insta::assert_snapshot!(shown(app().joined(Door::Video, "john").hello));
}

#[test]
fn the_legacy_greeting_is_complete() {
    insta::assert_snapshot!(shown(app().joined(Door::Legacy, "john").hello));
}

#[test]
fn a_user_who_never_was_has_a_complete_greeting_too() {
    let app = TestApp::at_noon();
    let greetings: Vec<_> = DOORS.into_iter().map(|door| shown(app.joined(door, &format!("{door:?}")).hello)).collect();
    insta::assert_snapshot!(greetings.join("\n"));
}

/// What the strictest decoders take for granted, by kind (wire-contract 4.1, trap 8).
#[test]
fn me_has_every_field_that_a_decoder_requires() {
    let app = TestApp::new();
    for door in DOORS {
        let hello = app.joined(door, "john").hello;
        let me = &hello["me"];
        for text in ["id", "role", "language"] {
            assert!(me[text].is_string(), "{door:?} {text}: {me}");
        }
        for list in ["teams", "devices", "mutes", "channel_mutes", "blocked_user_ids"] {
            assert!(me[list].is_array(), "{door:?} {list}: {me}");
        }
        for number in ["unread_count", "total_unread_count", "unread_channels", "unread_threads"] {
            assert!(me[number].is_u64(), "{door:?} {number}: {me}");
        }
        for flag in ["banned", "online", "invisible"] {
            assert!(me[flag].is_boolean(), "{door:?} {flag}: {me}");
        }
        for time in [&hello["created_at"], &me["created_at"], &me["updated_at"], &me["last_active"]] {
            let is_right = if door == Door::V2 { time.is_i64() } else { time.is_string() };
            assert!(is_right, "{door:?} {time}");
        }
        assert_eq!(me["custom"].is_object(), door != Door::Legacy, "{door:?}: {me}");
        assert_eq!(me["online"], true);
        assert!(me.as_object().unwrap().values().all(|value| !value.is_null()), "{me}");
    }
}

#[test]
fn the_first_frame_may_be_binary_as_from_swift() {
    let app = TestApp::at_noon();
    for door in [Door::V2, Door::Video] {
        let show = app.show("john");
        let mut socket = Socket::open(&app.url, &format!("{}?{}", door.path(), show.query(door)), &[]);
        socket.send(Message::binary(show.frame()));
        assert_eq!(Joined::of(door, socket).hello["me"]["id"], "john");
    }
}

#[test]
fn nothing_is_said_before_the_first_frame() {
    let app = TestApp::at_noon();
    let show = app.show("john");
    let mut socket = Socket::open(&app.url, &format!("/api/v2/connect?{}", show.query(Door::V2)), &[]);
    // A control ping is answered by a pong alone.
    socket.send(Message::Ping("early".into()));
    assert_eq!(socket.0.read().unwrap(), Message::Pong("early".into()));
    socket.say(&show.frame());
    Joined::of(Door::V2, socket);
}

#[test]
fn a_token_may_come_in_a_header_or_in_the_query() {
    let app = TestApp::at_noon();
    let show = app.show("john");
    let token = show.token.as_str().unwrap().to_owned();
    let bare = super::client::Show { token: Value::Null, ..show.clone() };
    for door in DOORS {
        let path = format!("{}?{}", door.path(), bare.query(door));
        for bearer in [token.clone(), format!("Bearer {token}")] {
            let mut socket = Socket::open(&app.url, &path, &[("authorization", &bearer)]);
            if door != Door::Legacy {
                socket.say(&json!({"user_details": {"id": "john"}}).to_string());
            }
            Joined::of(door, socket);
        }
        let mut socket = Socket::open(&app.url, &format!("{path}&authorization={token}"), &[]);
        if door != Door::Legacy {
            socket.say(&json!({"user_details": {"id": "john"}}).to_string());
        }
        Joined::of(door, socket);
    }
}

#[test]
fn the_frames_token_counts_before_the_querys() {
    let app = TestApp::at_noon();
    let show = app.show("john");
    let path = format!("/api/v2/connect?{}&authorization=a.b", show.query(Door::V2));
    let mut socket = Socket::open(&app.url, &path, &[]);
    socket.say(&show.frame());
    Joined::of(Door::V2, socket);
}

#[test]
fn key_and_auth_type_may_come_in_headers() {
    let app = TestApp::at_noon();
    let show = app.show("john");
    let headers = [("api_key", app.api_key.as_str()), ("stream-auth-type", "jwt")];
    for door in [Door::V2, Door::Video] {
        let mut socket = Socket::open(&app.url, door.path(), &headers);
        socket.say(&show.frame());
        Joined::of(door, socket);
    }
    let token = show.token.as_str().unwrap();
    let path = format!("/connect?json={}", encode(r#"{"user_details":{"id":"john"}}"#));
    let headers = [headers[0], headers[1], ("authorization", token)];
    Joined::of(Door::Legacy, Socket::open(&app.url, &path, &headers));
}

/// `json` as Flutter's chat client writes it on a reconnect: the token inside, the user by its id alone.
#[test]
fn the_legacy_json_may_carry_the_token_and_the_users_id() {
    let app = TestApp::at_noon();
    let token = app.sign(&json!({"user_id": "john"}));
    let json = json!({
        "user_id": "john", "user_token": token, "user_details": {"id": "john"}, "server_determines_connection_id": true,
    });
    let path = format!("/connect?api_key={}&stream-auth-type=jwt&json={}", app.api_key, encode(&json.to_string()));
    Joined::of(Door::Legacy, Socket::open(&app.url, &path, &[]));
}

#[test]
fn a_first_frame_may_come_together_with_the_upgrade() {
    use std::io::{Read, Write};
    let app = TestApp::at_noon();
    let show = app.show("john");
    let mut stream = crate::raw::connect(&app.url);
    let upgrade = super::faults::upgrade(&format!("/api/v2/connect?{}", show.query(Door::V2)));
    let frame = super::faults::masked(0x81, show.frame().as_bytes());
    stream.write_all(&[upgrade.as_bytes(), &frame].concat()).unwrap();
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("connection.ok") {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&buffer[..count]);
    }
}

#[test]
fn two_users_and_two_connections_of_one_each_have_an_id_of_their_own() {
    let app = TestApp::at_noon();
    let connections = [app.join("john"), app.join("john"), app.join("mary"), app.joined(Door::Legacy, "john")];
    let mut ids: Vec<_> = connections.iter().map(|joined| joined.id.clone()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    for mut joined in connections {
        joined.quiet();
    }
}
