//! Keep-alive, with the bytes that each SDK really sends (wire-contract 5.5).

use serde_json::{Value, json};
use tungstenite::protocol::Message;

use super::client::{DOORS, Door, JS_PING, Joined};
use crate::app::TestApp;

/// A connection at noon.
fn joined(door: Door) -> Joined {
    TestApp::at_noon().joined(door, "john")
}

/// The next frame is a health check, exactly.
#[track_caller]
fn checked(joined: &mut Joined) {
    assert_eq!(joined.json(), joined.door.health_check(&joined.id));
}

#[test]
fn js_sends_an_array() {
    for door in DOORS {
        let mut joined = joined(door);
        for _ in 0..3 {
            joined.socket.say(JS_PING);
            checked(&mut joined);
        }
    }
}

#[test]
fn flutter_sends_an_object_with_its_connection_id() {
    for door in DOORS {
        let mut joined = joined(door);
        joined.socket.say(&json!({"type": "health.check", "client_id": joined.id}).to_string());
        checked(&mut joined);
    }
}

#[test]
fn swift_sends_a_control_ping_and_gets_a_health_check_besides_the_pong() {
    for door in DOORS {
        for payload in ["", "swift"] {
            let mut joined = joined(door);
            joined.socket.send(Message::Ping(payload.into()));
            let (mut pongs, mut checks) = (0, 0);
            while pongs + checks < 2 {
                match joined.socket.0.read().unwrap() {
                    Message::Pong(echo) => pongs += usize::from(echo == payload.as_bytes()),
                    Message::Text(text) => {
                        let frame: Value = serde_json::from_str(&text).unwrap();
                        assert_eq!(frame, door.health_check(&joined.id));
                        checks += 1;
                    }
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!((pongs, checks), (1, 1), "{door:?}");
        }
    }
}

#[test]
fn android_sends_its_connection_ok_back() {
    for door in [Door::V2, Door::Video] {
        let mut joined = joined(door);
        let echo = joined.hello.to_string();
        assert!(echo.contains(r#""type":"connection.ok""#));
        joined.socket.say(&echo);
        checked(&mut joined);
    }
}

#[test]
fn androids_chat_sends_its_health_check_with_me_back_and_gets_one_without() {
    let mut joined = joined(Door::Legacy);
    let echo = joined.hello.to_string();
    assert!(echo.contains(r#""type":"health.check""#) && echo.contains(r#""me":"#));
    joined.socket.say(&echo);
    checked(&mut joined);
}

#[test]
fn flutters_chat_sends_a_health_check() {
    let mut joined = joined(Door::Legacy);
    joined.socket.say(r#"{"type":"health.check"}"#);
    checked(&mut joined);
}

#[test]
fn rusts_video_sends_a_health_check_with_cid() {
    for door in [Door::V2, Door::Video] {
        let mut joined = joined(door);
        joined.socket.say(r#"{"type":"health.check","cid":"*"}"#);
        checked(&mut joined);
    }
}

#[test]
fn whatever_a_client_says_is_answered_by_a_health_check() {
    for door in DOORS {
        let mut joined = joined(door);
        let large = "x".repeat(64 * 1024);
        for text in ["", "nope", "[]", "7", "null", "{", "\"text\"", r#"{"type":5}"#, &large] {
            joined.socket.say(text);
            checked(&mut joined);
            joined.socket.send(Message::binary(text.as_bytes().to_vec()));
            checked(&mut joined);
        }
    }
}

#[test]
fn a_pong_is_no_message() {
    let mut joined = joined(Door::V2);
    joined.socket.send(Message::Pong("unasked".into()));
    joined.quiet();
}

#[test]
fn a_health_check_shows_the_apps_time() {
    let app = TestApp::at_noon();
    let mut joined = app.join("john");
    app.advance("90s");
    joined.socket.say(JS_PING);
    assert_eq!(joined.json()["created_at"], super::client::NOON_NS + 90_000_000_000);
}
