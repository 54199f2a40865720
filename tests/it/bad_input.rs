//! Bad input: each gets the right error or is served; nothing panics, hangs or is half-written, and the process lives on.

use std::io::Write;
use std::net::{Shutdown, TcpStream};

use millpond::auth::credentials::{Credentials, Examined};
use millpond::auth::secret::Secret;
use millpond::operation::Place;
use millpond::operation::table::OPERATIONS;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp, encode, send};
use crate::forge::{EXPIRED, HEADER, SEGMENTS, b64, refused, token};
use crate::raw::{Raw, connect, exchange, read};

/// Every operation at every place: the prefix of its mount, and the place.
fn everywhere() -> impl Iterator<Item = (&'static str, &'static Place)> {
    OPERATIONS
        .iter()
        .flat_map(|operation| operation.places)
        .flat_map(|place| place.mounts.prefixes().iter().map(move |prefix| (*prefix, place)))
}

/// The path with something in place of its parameters.
fn path(prefix: &str, place: &Place, parameter: &str) -> String {
    let parts = place.path.split('/').map(|part| if part.starts_with('{') { parameter } else { part });
    format!("{prefix}{}", parts.collect::<Vec<_>>().join("/"))
}

/// The answer is a success, or a refusal with all six fields, and never a failure of ours.
#[track_caller]
fn is_sound(answer: &Answer, what: &str) {
    assert!(answer.status != 500, "{what}: {}", answer.text);
    if answer.status < 300 {
        assert!(answer.body.is_object(), "{what}: {}", answer.text);
    } else {
        assert_eq!(answer.body.as_object().map(serde_json::Map::len), Some(6), "{what}: {}", answer.text);
        answer.error();
    }
}

fn call(caller: &Caller, app: &TestApp, method: &str, path: &str, body: Option<&str>) -> Answer {
    let joint = if path.contains('?') { '&' } else { '?' };
    let headers = [
        ("stream-auth-type", caller.auth_type.as_deref().unwrap_or_default()),
        ("authorization", caller.token.as_deref().unwrap_or_default()),
    ];
    app.bare(method, &format!("{path}{joint}api_key={}", app.api_key), &headers, body)
}

#[test]
fn what_is_not_json_is_invalid_json_data_wherever_a_body_is_read() {
    let app = TestApp::new();
    let server = app.root();
    for (prefix, place) in everywhere().filter(|(_, place)| place.method != "GET" && place.method != "DELETE") {
        for body in ["nope", "{", "{\"a\":}", "\u{0}", "{} {}", "{\"a\":1e999}", "'{}'"] {
            let path = path(prefix, place, "john");
            let answer = call(&server, &app, place.method, &path, Some(body));
            is_sound(&answer, &format!("{} {path} {body:?}", place.method));
            let reads_no_body = ["/moderation/unban", "/longpoll", "/uploads/file", "/uploads/image"]
                .contains(&place.path)
                || answer.status == 501;
            if !reads_no_body {
                assert_eq!(answer.status, 400, "{} {path} {body:?}: {}", place.method, answer.text);
                assert!(answer.text.contains("invalid json data"), "{path}: {}", answer.text);
            }
        }
    }
}

#[test]
fn bodies_of_the_wrong_type_are_refused_everywhere() {
    let app = TestApp::new();
    let callers = [app.root(), app.user("john"), app.anonymous()];
    for (prefix, place) in everywhere() {
        for body in
            ["[]", "[[]]", "5", "\"x\"", "null", "true", "{}", r#"{"users":5,"user":5,"user_ids":5,"id":5,"name":[]}"#]
        {
            for caller in &callers {
                let path = path(prefix, place, "john");
                let answer = call(caller, &app, place.method, &path, Some(body).filter(|_| place.method != "GET"));
                is_sound(&answer, &format!("{} {path} {body}", place.method));
            }
        }
    }
}

#[test]
fn a_wrong_type_names_the_field_as_gos_decoder_does() {
    let app = TestApp::new();
    let server = app.root();
    for (body, text) in [
        (json!({"users": []}), "expected object for field \"users\" but got array"),
        (json!({"users": {"a": {"id": 5}}}), "expected string for field \"id\" but got number"),
        (json!({"users": {"a": {"id": "a", "teams": "x"}}}), "expected array for field \"teams\" but got string"),
        (
            json!({"users": {"a": {"id": "a", "invisible": "no"}}}),
            "expected bool for field \"invisible\" but got string",
        ),
        (json!({"users": {"a": {"id": "a", "custom": []}}}), "expected object for field \"custom\" but got array"),
    ] {
        refused(&server.post("/api/v2/users", &body), "UpdateUsers", (400, 4, text));
    }
}

#[test]
fn deep_nesting_is_refused_in_bodies_payloads_and_tokens() {
    let app = TestApp::new();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!(r#"{{"users":{{"a":{{"id":"a","custom":{{"x":{deep}}}}}}}}}"#);
    refused(
        &call(&app.root(), &app, "POST", "/api/v2/users", Some(&body)),
        "UpdateUsers",
        (400, 4, "invalid json data"),
    );
    let deep = format!("{}{}", "%5B".repeat(5_000), "%5D".repeat(5_000));
    let answer = app.root().get(&format!("/api/v2/users?payload=%7B%22filter_conditions%22:{deep}%7D"));
    refused(&answer, "QueryUsers", (400, 4, "invalid json data"));
    let nested = (0..60).fold(json!({"id": "a"}), |filter, _| json!({"$and": [filter]}));
    let answer = app.root().query_users(&json!({"filter_conditions": nested}));
    assert_eq!(answer.error().0, 400);
    let raw = token(HEADER, &format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)), &app.api_secret);
    assert_eq!(app.with_token(&raw).get("/api/v2/app").error().1, 5);
}

#[test]
fn huge_numbers_are_refused_or_kept_as_they_are() {
    let app = TestApp::new();
    for text in ["1e400", "-1e400"] {
        let body = format!(r#"{{"users":{{"a":{{"id":"a","custom":{{"x":{text}}}}}}}}}"#);
        let answer = call(&app.root(), &app, "POST", "/api/v2/users", Some(&body));
        refused(&answer, "UpdateUsers", (400, 4, "invalid json data"));
    }
    for number in ["9223372036854775807", "-9223372036854775808", "18446744073709551615", "1e300"] {
        let body = format!(r#"{{"users":{{"a":{{"id":"a","custom":{{"x":{number}}}}}}}}}"#);
        let made = call(&app.root(), &app, "POST", "/api/v2/users", Some(&body)).ok();
        assert_eq!(made["users"]["a"]["custom"]["x"], serde_json::from_str::<Value>(number).unwrap());
    }
    for (key, value) in
        [("limit", "1e30"), ("limit", "9223372036854775808"), ("offset", "1e3"), ("limit", "-9223372036854775808")]
    {
        let payload = encode(&format!(r#"{{"filter_conditions":{{}},"{key}":{value}}}"#));
        assert_eq!(app.root().get(&format!("/api/v2/users?payload={payload}")).error().1, 4, "{key} {value}");
    }
    let timeout = app.root().post("/api/v2/moderation/ban", &json!({"target_user_id": "a", "timeout": i64::MAX}));
    assert_eq!(timeout.error().1, 4);
    let answer = app.payload(r#"{"user_id":"john","exp":99999999999999999999}"#).get("/api/v2/app");
    assert_eq!(answer.error().1, 5);
}

#[test]
fn negative_and_excessive_limits_speak_as_the_validator_does() {
    let app = TestApp::new();
    let query = |payload: Value| app.root().query_users(&payload);
    for (payload, text) in [
        (json!({"filter_conditions": {}, "limit": -1}), "limit must be 0 or greater"),
        (json!({"filter_conditions": {}, "limit": 101}), "limit must be 100 or less"),
        (json!({"filter_conditions": {}, "offset": -1}), "offset must be 0 or greater"),
        (json!({"filter_conditions": {}, "offset": 1001}), "offset must be 1,000 or less"),
    ] {
        refused(&query(payload), "QueryUsers", (400, 4, text));
    }
    for limit in ["-1", "0", "26", "x", "1.5", "99999999999999999999"] {
        let answer = app.root().get(&format!("/api/v2/roles/search?query=a&limit={limit}"));
        assert!(answer.status == 400 || (limit == "0" && answer.status == 200), "{limit}: {}", answer.text);
    }
}

#[test]
fn of_duplicate_keys_the_last_counts_and_unknown_fields_are_ignored() {
    let app = TestApp::new();
    let body =
        r#"{"nope":[{}],"users":{"b":{"id":"b"}},"users":{"a":{"id":"x","id":"a","name":"1","name":"2","nope":5}}}"#;
    let made = call(&app.root(), &app, "POST", "/api/v2/users", Some(body)).ok();
    assert_eq!(made["users"].as_object().unwrap().keys().collect::<Vec<_>>(), ["a"]);
    assert_eq!(made["users"]["a"]["name"], "2");
    app.root().patch("/api/v2/app", &json!({"no_such_setting": {"a": [1]}})).ok();
}

/// Ids that are no ids.
fn odd_ids() -> [String; 9] {
    [
        "a'b".to_owned(),
        "a\"b".to_owned(),
        "a\0b".to_owned(),
        "😀".to_owned(),
        "é".to_owned(),
        "a|b".to_owned(),
        "x".repeat(300),
        "'; DROP TABLE users; --".to_owned(),
        "../../etc/passwd".to_owned(),
    ]
}

#[test]
fn odd_ids_are_refused_in_bodies() {
    let app = TestApp::new();
    for id in odd_ids() {
        let upsert = app.root().post("/api/v2/users", &json!({"users": {id.clone(): {"id": id}}}));
        assert_eq!((upsert.error().0, upsert.error().1), (400, 4), "{id:?}");
        let partial = app.root().patch("/api/v2/users", &json!({"users": [{"id": id, "set": {"a": 1}}]}));
        assert_eq!(partial.error().0, 400, "{id:?}");
        let guest = app.anonymous().post("/api/v2/guest", &json!({"user": {"id": id}}));
        assert_eq!(guest.error().0, 400, "{id:?}");
        let delete = app.root().post("/api/v2/users/delete", &json!({"user_ids": [id]}));
        assert!([400, 404].contains(&delete.error().0), "{id:?}");
    }
    assert_eq!(app.root().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
}

#[test]
fn odd_ids_in_paths_are_unknown_users() {
    let app = TestApp::new();
    for id in odd_ids() {
        let id = encode(&id);
        for (method, path) in [
            ("POST", format!("/api/v2/users/{id}/deactivate")),
            ("POST", format!("/users/{id}/reactivate")),
            ("GET", format!("/video/users/{id}/export")),
            ("DELETE", format!("/users/{id}")),
            ("GET", format!("/api/v2/tasks/{id}")),
            ("DELETE", format!("/api/v2/roles/{id}")),
            ("GET", format!("/api/v2/permissions/{id}")),
        ] {
            let answer = call(&app.root(), &app, method, &path, None);
            is_sound(&answer, &path);
            assert!([400, 404].contains(&answer.status), "{path}: {}", answer.text);
        }
    }
    for path in [
        "/users/%ff%00%zz/export",
        "/users/%/export",
        "/users/%E0%A4%A/export",
        "/users/a%2Fb/export",
        "/users//export",
    ] {
        let answer = call(&app.root(), &app, "GET", path, None);
        assert_eq!(answer.error().0, 404, "{path}: {}", answer.text);
    }
}

#[test]
fn odd_ids_in_filters_find_nobody() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    for id in odd_ids() {
        for filter in [json!({"id": id}), json!({"id": {"$in": [id]}}), json!({"name": id}), json!({"custom.x": id})] {
            let found = app.root().query_users(&json!({"filter_conditions": filter}));
            is_sound(&found, &filter.to_string());
            if found.status == 200 {
                assert_eq!(found.body["users"], json!([]), "{filter}");
            }
        }
    }
}

#[test]
fn a_token_of_an_odd_id_reads_but_makes_no_user() {
    let app = TestApp::new();
    for id in odd_ids() {
        let caller = app.bearer(&json!({"user_id": id}));
        caller.get("/api/v2/app").ok();
        let device = caller.post("/api/v2/devices", &json!({"id": "d", "push_provider": "apn"}));
        assert_eq!((device.error().0, device.error().1), (400, 4), "{id:?}");
    }
    assert_eq!(app.root().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
}

#[test]
fn batches_of_ten_thousand_are_refused_whole() {
    let app = TestApp::new();
    let ids: Vec<_> = (0..10_000).map(|at| format!("u{at}")).collect();
    let users: serde_json::Map<_, _> = ids.iter().map(|id| (id.clone(), json!({"id": id}))).collect();
    let answer = app.root().post("/api/v2/users", &json!({ "users": users }));
    refused(&answer, "UpdateUsers", (400, 4, "users must contain at maximum 100 items"));
    let changes: Vec<_> = ids.iter().map(|id| json!({"id": id, "set": {"a": 1}})).collect();
    let answer = app.root().patch("/api/v2/users", &json!({ "users": changes }));
    refused(&answer, "UpdateUsersPartial", (400, 4, "users must contain at maximum 100 items"));
    for (path, name, most) in [
        ("/api/v2/users/delete", "DeleteUsers", 100),
        ("/api/v2/users/deactivate", "DeactivateUsers", 100),
        ("/api/v2/users/reactivate", "ReactivateUsers", 100),
        ("/api/v2/users/restore", "RestoreUsers", 100),
        ("/api/v2/export/users", "ExportUsers", 25),
    ] {
        let text = format!("user_ids must contain at maximum {most} items");
        refused(&app.root().post(path, &json!({"user_ids": ids})), name, (400, 4, &text));
    }
    let answer = app.root().post("/api/v2/users", &json!({"users": {"a": {"id": "a", "teams": ids}}}));
    assert_eq!(answer.error().0, 400);
    let answer = app.root().patch("/api/v2/app", &json!({"user_search_disallowed_roles": ids}));
    assert_eq!(answer.error().0, 400);
    let list = vec!["1"; 10_000].join(",");
    let answer = app.root().get(&format!(
        "/api/v2/users?payload=%7B%22filter_conditions%22:%7B%22custom.x%22:%7B%22$in%22:%5B{list}%5D%7D%7D%7D"
    ));
    assert_eq!(answer.error().1, 4, "{}", answer.text);
    is_sound(&app.root().get(&format!("/api/v2/rate_limits?endpoints={list}")), "endpoints");
    assert_eq!(app.root().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
}

#[test]
fn a_batch_of_which_one_is_bad_leaves_nothing_behind() {
    let app = TestApp::new();
    let users = json!({"users": {"a": {"id": "a"}, "b": {"id": "b", "role": "nothing"}, "c": {"id": "c"}}});
    refused(
        &app.root().post("/api/v2/users", &users),
        "UpdateUsers",
        (400, 4, "role \"nothing\" provided but not defined"),
    );
    assert_eq!(app.root().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
    app.upsert(&[json!({"id": "a"})]);
    let answer = app.root().post("/api/v2/users/deactivate", &json!({"user_ids": ["a", "nobody"]}));
    assert_eq!(answer.error().0, 404);
    app.user("a").get("/api/v2/app").ok();
}

/// A request with a body of this size, sent as a client does that reads no answer before it has sent everything.
fn large_body(app: &TestApp, path: &str, authorization: &str, bytes: usize) -> Raw {
    let head = format!(
        "POST {path}?api_key={}&stream-auth-type=jwt HTTP/1.1\r\nhost: localhost\r\nauthorization: {authorization}\r\ncontent-length: {bytes}\r\n\r\n",
        app.api_key
    );
    let mut stream = connect(&app.url);
    stream.write_all(head.as_bytes()).unwrap();
    // The server reads to the end what it has refused long before, so that the answer is not lost in a reset.
    stream.write_all(&vec![b' '; bytes]).unwrap();
    read(&mut stream).expect("an answer")
}

#[test]
fn a_body_of_20_mib_is_answered_and_read_to_its_end() {
    let app = TestApp::at_noon();
    let size = 20 * 1024 * 1024;
    let (status, code, _) = large_body(&app, "/api/v2/users", &app.sign(&json!({})), size).error();
    assert_eq!((status, code), (413, 22));
    let old = app.sign(&json!({"user_id": "john", "exp": 1}));
    let (status, code, message) = large_body(&app, "/api/v2/users", &old, size).error();
    assert_eq!((status, code), (EXPIRED.0, EXPIRED.1), "{message}");
    assert_eq!(large_body(&app, "/api/v2/nothing", "", size).error().0, 404);
}

#[test]
fn a_body_at_the_limit_is_read() {
    let app = TestApp::new();
    let (status, _, message) = large_body(&app, "/api/v2/users", &app.sign(&json!({})), 4 * 1024 * 1024).error();
    assert_eq!((status, message.contains("users is a required field")), (400, true), "blanks are an empty body");
}

#[test]
fn an_empty_body_is_an_empty_object_with_or_without_a_content_type() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    let token = app.sign(&json!({}));
    for kind in ["", "content-type: application/json\r\n", "content-type: text/plain\r\n", "content-type: \u{e9}\r\n"] {
        for method in ["deactivate", "reactivate"] {
            let head = format!(
                "POST /api/v2/users/john/{method}?api_key={}&stream-auth-type=jwt HTTP/1.1\r\nhost: localhost\r\nauthorization: {token}\r\n{kind}content-length: 0\r\nconnection: close\r\n\r\n",
                app.api_key
            );
            assert_eq!(exchange(&app.url, head.as_bytes()).status, 201, "{kind:?}");
        }
    }
}

#[test]
fn a_token_of_60_kib_in_a_header_is_judged() {
    let app = TestApp::new();
    let claims = json!({"user_id": "john", "x": "y".repeat(45_000)});
    let raw = app.sign(&claims);
    assert!(raw.len() > 60_000);
    app.with_token(&raw).get("/api/v2/app").ok();
    let segments = app.with_token(&"a".repeat(60 * 1024)).get("/api/v2/app");
    refused(&segments, "GetApp", SEGMENTS);
}

#[test]
fn a_head_over_the_servers_buffer_is_answered_without_a_body() {
    // The HTTP library answers before there is a request: 400 to a target over 64 KiB, 431 to a head over 128 KiB.
    let app = TestApp::new();
    let head = |target: &str, value: &str| {
        format!(
            "GET /api/v2/app?{target} HTTP/1.1\r\nhost: localhost\r\nauthorization: {value}\r\nconnection: close\r\n\r\n"
        )
    };
    for (request, status) in [
        (head(&"a".repeat(70_000), "x"), 400),
        (head("a", &"x".repeat(140_000)), 431),
        (head(&"a".repeat(140_000), "x"), 431),
    ] {
        let answer = exchange(&app.url, request.as_bytes());
        assert_eq!((answer.status, answer.body.len()), (status, 0));
    }
    app.root().get("/api/v2/app").ok();
}

#[test]
fn a_token_of_a_mebibyte_is_inspected() {
    let app = TestApp::new();
    let raw = app.sign(&json!({"user_id": "john", "x": "y".repeat(800_000)}));
    let body = json!({"token": raw}).to_string();
    assert!(body.len() > 1024 * 1024);
    let seen = send("POST", &format!("{}/_millpond/tokens/inspect", app.url), &[], Some(&body)).ok();
    assert_eq!(seen["outcome"], "ok");
    let body = json!({"token": ".".repeat(1024 * 1024)}).to_string();
    let seen = send("POST", &format!("{}/_millpond/tokens/inspect", app.url), &[], Some(&body)).ok();
    assert_eq!(seen["message"], SEGMENTS.2);
}

#[test]
fn header_bytes_that_are_not_text_are_no_credentials() {
    let app = TestApp::new();
    let request = |auth_type: &[u8], authorization: &[u8], key: &[u8]| {
        let mut bytes = b"GET /api/v2/app HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n".to_vec();
        for (name, value) in
            [(&b"stream-auth-type"[..], auth_type), (b"authorization", authorization), (b"api_key", key)]
        {
            bytes.extend_from_slice(name);
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        exchange(&app.url, &bytes).error()
    };
    let key = app.api_key.as_bytes();
    assert_eq!(request(b"jwt", b"\xff\xfe.\x80.x", key).2, format!("GetApp failed with error: \"{}\"", SEGMENTS.2));
    assert_eq!(request(b"\xff", b"x", key).1, 5);
    assert_eq!(request(b"jwt", b"x", b"\xff").1, 2);
}

#[test]
fn times_of_the_year_0_are_taken_and_those_of_300000_refused() {
    let app = TestApp::new();
    app.upsert(&[json!({"id": "john"})]);
    let revoke = |time: &str| {
        let change = json!({"users": [{"id": "john", "set": {"revoke_tokens_issued_before": time}}]});
        app.root().patch("/api/v2/users", &change)
    };
    revoke("0000-01-01T00:00:00Z").ok();
    assert_eq!(revoke("300000-01-01T00:00:00Z").error().1, 4);
    assert_eq!(revoke("-0001-01-01T00:00:00Z").error().1, 4);
    for time in ["0000-01-01T00:00:00Z", "300000-01-01T00:00:00Z", "9999-12-31T23:59:60Z", ""] {
        let found = app.root().query_users(&json!({"filter_conditions": {"created_at": {"$gt": time}}}));
        is_sound(&found, time);
    }
    let legacy = app.root().patch("/users", &json!({"users": [{"id": "john", "set": {"a": 1}}]})).ok();
    assert!(legacy["users"]["john"]["revoke_tokens_issued_before"].is_string(), "and can be shown");
}

#[test]
fn half_a_request_writes_nothing_and_holds_up_nobody() {
    let app = TestApp::new();
    let token = app.sign(&json!({}));
    let body = json!({"users": {"half": {"id": "half"}}}).to_string();
    let head = format!(
        "POST /api/v2/users?api_key={}&stream-auth-type=jwt HTTP/1.1\r\nhost: localhost\r\nauthorization: {token}\r\ncontent-length: {}\r\n\r\n",
        app.api_key,
        body.len()
    );
    let whole = format!("{head}{body}");
    let cuts: Vec<TcpStream> = [10, head.len() / 2, head.len() - 2, head.len() + 5, whole.len() - 1]
        .into_iter()
        .map(|cut| {
            let mut stream = connect(&app.url);
            stream.write_all(&whole.as_bytes()[..cut]).unwrap();
            stream
        })
        .collect();
    app.root().get("/api/v2/app").ok();
    for mut stream in cuts {
        stream.shutdown(Shutdown::Write).unwrap();
        if let Some(answer) = read(&mut stream) {
            assert_eq!(answer.status, 400, "{answer:?}");
        }
    }
    assert_eq!(app.root().query_users(&json!({"filter_conditions": {}})).ok()["users"], json!([]));
}

#[test]
fn a_request_that_arrives_byte_by_byte_is_served() {
    let app = TestApp::new();
    let request = format!(
        "GET /api/v2/app?api_key={}&stream-auth-type=anonymous HTTP/1.1\r\nhost: localhost\r\n\r\n",
        app.api_key
    );
    let mut stream = connect(&app.url);
    stream.set_nodelay(true).unwrap();
    for byte in request.bytes() {
        stream.write_all(&[byte]).unwrap();
    }
    assert_eq!(read(&mut stream).unwrap().status, 200);
}

#[test]
fn two_requests_in_one_packet_are_both_answered() {
    let app = TestApp::new();
    let request = |close: &str| {
        format!(
            "GET /api/v2/app?api_key={}&stream-auth-type=anonymous HTTP/1.1\r\nhost: localhost\r\n{close}\r\n",
            app.api_key
        )
    };
    let mut stream = connect(&app.url);
    stream.write_all(format!("{}{}", request(""), request("connection: close\r\n")).as_bytes()).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut stream, &mut text).unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2, "{text}");
}

#[test]
fn http_1_0_is_served() {
    let app = TestApp::new();
    let request = format!("GET /api/v2/app?api_key={}&stream-auth-type=anonymous HTTP/1.0\r\n\r\n", app.api_key);
    assert_eq!(exchange(&app.url, request.as_bytes()).status, 200);
}

#[test]
fn what_is_no_http_is_answered_400_without_a_body() {
    let app = TestApp::new();
    for bytes in [
        "nonsense\r\n\r\n",
        "GET /api/v2/app HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        "GET /api/v2/app HTTP/2.0\r\nhost: a\r\n\r\n",
        "GET  /api/v2/app HTTP/1.1\r\nhost: a\r\n\r\n",
        "POST /api/v2/users HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        "POST /api/v2/users HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
        "POST /api/v2/users HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n",
        "GET /api/v2/users/\u{e9} HTTP/1.1\r\nhost: a\r\n\r\n",
        "\u{16}\u{3}\u{1}\r\n\r\n",
    ] {
        let answer = exchange(&app.url, bytes.as_bytes());
        assert_eq!((answer.status, answer.body.len()), (400, 0), "{bytes:?}");
    }
    app.root().get("/api/v2/app").ok();
}

#[test]
fn odd_methods_and_targets_are_unknown_routes() {
    let app = TestApp::new();
    for start in ["PROPFIND /api/v2/app", "CONNECT localhost:80", "X /", "GET *", "GET http://localhost/api/v2/nothing"]
    {
        let request = format!("{start} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let (status, code, _) = exchange(&app.url, request.as_bytes()).error();
        assert_eq!((status, code), (404, 16), "{start}");
    }
}

#[test]
fn a_broken_chunked_body_is_a_bad_body() {
    let app = TestApp::new();
    let token = app.sign(&json!({}));
    let request = format!(
        "POST /api/v2/users?api_key={}&stream-auth-type=jwt HTTP/1.1\r\nhost: localhost\r\nauthorization: {token}\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{{\"use\r\nzz\r\n",
        app.api_key
    );
    let answer = exchange(&app.url, request.as_bytes());
    assert_eq!(answer.status, 400);
    app.root().get("/api/v2/app").ok();
}

/// Connections that may be open at the same time: each takes a file of the client and one of the server, both here.
fn affordable(wanted: usize) -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open_files = limits.lines().find(|line| line.starts_with("Max open files"));
    let limit: usize =
        open_files.and_then(|line| line.split_whitespace().nth(3)).and_then(|soft| soft.parse().ok()).unwrap_or(1024);
    wanted.min(limit.saturating_sub(400) / 2)
}

#[test]
fn a_thousand_idle_connections_hold_up_nobody() {
    let app = TestApp::new();
    let request = format!(
        "GET /api/v2/app?api_key={}&stream-auth-type=anonymous HTTP/1.1\r\nhost: localhost\r\n\r\n",
        app.api_key
    );
    let mut idle: Vec<_> = (0..affordable(1_000)).map(|_| connect(&app.url)).collect();
    for _ in 0..10 {
        app.root().get("/api/v2/app").ok();
    }
    for stream in idle.iter_mut().step_by(50) {
        stream.write_all(request.as_bytes()).unwrap();
        assert_eq!(read(stream).unwrap().status, 200, "and each is served when it speaks");
    }
}

/// Words that mean something somewhere.
const WORDS: &[&str] = &[
    "users",
    "user",
    "user_id",
    "user_ids",
    "id",
    "set",
    "unset",
    "name",
    "role",
    "teams",
    "custom",
    "filter_conditions",
    "sort",
    "field",
    "direction",
    "limit",
    "offset",
    "$in",
    "$and",
    "$or",
    "$eq",
    "$gt",
    "$autocomplete",
    "$exists",
    "$contains",
    "created_at",
    "custom.color",
    "presence",
    "grants",
    "disable_auth_checks",
    "event_hooks",
    "file_upload_config",
    "revoke_tokens_issued_before",
    "privacy_settings",
    "blocked_user_id",
    "push_provider",
    "target_user_id",
    "timeout",
    "event",
    "type",
    "action",
    "condition",
    "preferences",
    "chat_level",
    "language",
    "enforce_unique_usernames",
    "size_limit",
    "john",
    "admin",
    "",
    "a.b",
    "a..b",
];

fn any_json() -> impl Strategy<Value = Value> {
    let word = proptest::sample::select(WORDS).prop_map(str::to_owned);
    let text = prop_oneof![3 => word.clone(), 1 => "\\PC{0,12}", 1 => Just("2026-01-31T12:00:00Z".to_owned())];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2_i64..120).prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => proptest::collection::btree_map(word.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn bounded(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// The app that random requests go to, and those who send them.
fn target() -> &'static (TestApp, [Caller; 3]) {
    static TARGET: std::sync::OnceLock<(TestApp, [Caller; 3])> = std::sync::OnceLock::new();
    TARGET.get_or_init(|| {
        let app = TestApp::new();
        app.upsert(&[json!({"id": "john"}), json!({"id": "admin", "role": "admin"})]);
        let callers = [app.root(), app.user("admin"), app.anonymous()];
        (app, callers)
    })
}

proptest! {
    #![proptest_config(bounded(300))]

    #[test]
    fn no_body_query_or_path_makes_an_operation_fail(
        at in any::<proptest::sample::Index>(),
        who in 0_usize..3,
        body in prop_oneof![6 => any_json().prop_map(|value| value.to_string()), 1 => "\\PC{0,40}"],
        parameter in prop_oneof![Just("john".to_owned()), "\\PC{1,20}"],
    ) {
        let (app, callers) = target();
        let all: Vec<_> = everywhere().collect();
        let (prefix, place) = all[at.index(all.len())];
        let path = path(prefix, place, &encode(&parameter));
        let text = encode(&body);
        let target = format!("{path}?payload={text}&query={text}&limit={text}&id={text}&user_id={text}&target_user_id={text}");
        // A random settings patch may switch the app's auth off or its users out; the answers stay sound.
        let answer = call(&callers[who], app, place.method, &target, (place.method != "GET").then_some(body.as_str()));
        is_sound(&answer, &format!("{} {target} {body}", place.method));
    }

    #[test]
    fn no_filter_makes_a_query_fail(filter in any_json(), sort in any_json()) {
        let (app, callers) = target();
        let payload = json!({"filter_conditions": filter, "sort": sort}).to_string();
        let answer = call(&callers[0], app, "GET", &format!("/api/v2/users?payload={}", encode(&payload)), None);
        is_sound(&answer, &payload);
    }
}

proptest! {
    #![proptest_config(bounded(500))]

    #[test]
    fn no_bytes_make_the_verdict_panic(
        raw in proptest::collection::vec(any::<u8>(), 0..120),
        payload in proptest::collection::vec(any::<u8>(), 0..80),
        claims in any_json(),
        now in any::<i64>(),
    ) {
        let secret = Secret::new("s");
        let texts = [
            String::from_utf8_lossy(&raw).into_owned(),
            format!("{}.{}.x", b64(HEADER), b64(&payload)),
            format!("{}.{}.{}", b64(&raw), b64(&payload), b64(&raw)),
            token(HEADER, &claims.to_string(), "s"),
        ];
        for text in texts {
            let examined = Examined::new(&text, &secret);
            judge_in_every_state(examined, now);
        }
    }

    #[test]
    fn no_times_make_the_verdict_panic(exp in any::<i64>(), nbf in any::<i64>(), iat in any::<i64>(), now in any::<i64>()) {
        let claims = json!({"user_id": "john", "exp": exp, "nbf": nbf, "iat": iat});
        judge_in_every_state(Examined::new(&token(HEADER, &claims.to_string(), "s"), &Secret::new("s")), now);
    }
}

/// Judges a token under every setting that matters, and explains it.
fn judge_in_every_state(examined: Examined, now: i64) {
    use std::sync::Arc;

    use millpond::app::AppState;
    use millpond::auth::check::Check;
    use millpond::auth::explain::{Grounds, explain};
    use millpond::auth::facts::UserFacts;
    use millpond::auth::revocation::Revocation;
    use millpond::auth::times::Times;
    use millpond::auth::verdict::{UserState, refusal, verify};
    use millpond::clock::Time;
    use millpond::settings::{Emulator, IAT_LEEWAY_MAX_SECONDS, Settings};

    let now = Time(now);
    let token = Some(Arc::new(examined));
    let shown = |auth_type: &str| Credentials {
        api_key: Some("key".to_owned()),
        auth_type: Some(auth_type.to_owned()),
        token: token.clone(),
    };
    let shown = ["jwt", "anonymous"].map(shown);
    let times = shown[0].claims().map_or_else(Times::default, Times::as_sent);
    let facts = UserFacts { revocation: Some(Revocation::by_app(now, 0)), ..UserFacts::ordinary() };
    for patch in [json!({}), json!({"disable_auth_checks": true, "revoke_tokens_issued_before": now.0})] {
        let mut settings = Settings::default();
        settings.patch(patch.as_object().unwrap()).unwrap();
        for own in [
            json!({}),
            json!({"disabled_auth_checks": "check_times", "revocation_granularity": "exact", "iat_leeway_seconds": IAT_LEEWAY_MAX_SECONDS}),
        ] {
            let app = AppState::plain(Secret::new("s"), settings.clone(), Emulator::default().patched(&own).unwrap());
            let user = UserState { facts: &facts, exists: false, token_ended: None };
            for credentials in &shown {
                let verdict = verify(Some(app.facts()), credentials, user, times, now);
                assert_eq!(refusal(&verdict, credentials).is_some(), verdict.failed.is_some());
                let grounds = Grounds { app: Some(&app), credentials, user, times, now };
                assert_eq!(explain(&verdict, grounds).len(), Check::ALL.len());
            }
        }
    }
}
