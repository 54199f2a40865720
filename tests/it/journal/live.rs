//! The journal as server-sent events.

use std::io::{BufRead, BufReader};

use millpond::journal::ENTRIES_MAX;
use serde_json::{Value, json};

use super::{fill, listened, own};
use crate::app::TestApp;
use crate::sockets::client::{GUARD, Server};

/// A stream that is read event by event.
pub struct Stream(BufReader<Box<dyn std::io::Read>>);

/// Id, name and data of an event.
pub type Event = (Option<u64>, String, Value);

impl Stream {
    /// Begins; what happens from now on is told.
    pub fn open(url: &str, last_event_id: Option<&str>) -> Self {
        let agent = ureq::Agent::config_builder().proxy(None).timeout_recv_body(Some(GUARD)).build().new_agent();
        let mut request = agent.get(url);
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let answer = request.call().unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self(BufReader::new(Box::new(answer.into_body().into_reader())))
    }

    pub fn of(app: &TestApp, query: &str) -> Self {
        Self::open(&format!("{}/_millpond/apps/{}/events{query}", app.url, app.api_key), None)
    }

    fn of_all(server: &Server) -> Self {
        Self::open(&format!("{}/_millpond/events", server.url), None)
    }

    /// The next event; `None` when the stream has ended as it should.
    pub fn next(&mut self) -> Option<Event> {
        let (mut id, mut name, mut data) = (None, String::new(), Value::Null);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("id", text)) => id = Some(text.parse().unwrap()),
                Some(("event", text)) => text.clone_into(&mut name),
                Some(("data", text)) => data = serde_json::from_str(text).unwrap(),
                None if !name.is_empty() => return Some((id, name, data)),
                // The pause before a reconnect, and comments.
                _ => {}
            }
        }
    }

    #[track_caller]
    fn ids(&mut self, count: usize) -> Vec<u64> {
        let ids = (0..count).map(|_| {
            let (id, name, data) = self.next().unwrap();
            assert_eq!((name.as_str(), &data["id"]), ("request", &json!(id)));
            id.unwrap()
        });
        ids.collect()
    }
}

fn call(app: &TestApp, user: &str) {
    app.bearer(&json!({"user_id": user})).get("/api/v2/app").ok();
}

#[test]
fn each_entry_comes_as_it_is_in_the_list() {
    let app = TestApp::at_noon();
    call(&app, "before");
    let mut stream = Stream::of(&app, "");
    call(&app, "john");
    let (id, name, data) = stream.next().unwrap();
    assert_eq!((id, name.as_str()), (Some(2), "request"));
    assert_eq!(data, app.journal("user_id=john")[0]);
    call(&app, "jane");
    assert_eq!(stream.next().unwrap().2["user_id"], "jane");
}

#[test]
fn what_was_missed_is_caught_up_with() {
    let app = TestApp::at_noon();
    for user in ["a", "b", "c"] {
        call(&app, user);
    }
    assert_eq!(Stream::of(&app, "?after=1").ids(2), [2, 3]);
    assert_eq!(Stream::of(&app, "?after=0&user_id=b").ids(1), [2]);
    let url = format!("{}/_millpond/apps/{}/events?after=0", app.url, app.api_key);
    assert_eq!(Stream::open(&url, Some("2")).ids(1), [3]);
    // What names no entry is no reason to refuse a browser for good.
    assert_eq!(Stream::open(&url, Some("?")).ids(1), [1]);
}

#[test]
fn an_id_of_an_earlier_journal_leads_to_all_of_this_one() {
    let app = TestApp::at_noon();
    call(&app, "john");
    let mut stream = Stream::of(&app, "?after=900");
    assert_eq!(stream.next().unwrap(), (Some(0), "reset".to_owned(), json!({"api_key": app.api_key})));
    assert_eq!(stream.ids(1), [1]);
}

#[test]
fn who_is_too_slow_is_told_what_was_lost() {
    let server = Server::start();
    let app = server.app();
    fill(&own(&server, &app), ENTRIES_MAX + 7);
    let mut stream = Stream::of(&app, "?after=2");
    assert_eq!(stream.next().unwrap(), (None, "lost".to_owned(), json!({"api_key": app.api_key, "lost": 5})));
    assert_eq!(stream.ids(ENTRIES_MAX), (8..=ENTRIES_MAX as u64 + 7).collect::<Vec<_>>());
}

#[test]
fn a_stream_goes_on_across_a_reset_and_ends_with_its_app() {
    let server = Server::start();
    let app = server.app();
    call(&app, "john");
    let mut stream = Stream::of(&app, "");
    app.control("POST", "/reset", &json!({})).ok();
    assert_eq!(stream.next().unwrap(), (Some(0), "reset".to_owned(), json!({"api_key": app.api_key})));
    call(&app, "john");
    assert_eq!(stream.ids(1), [1]);
    app.control("DELETE", "", &Value::Null).ok();
    assert_eq!(stream.next().unwrap(), (None, "gone".to_owned(), json!({"api_key": app.api_key})));
    assert_eq!(stream.next(), None);
}

#[test]
fn the_stream_of_all_apps_has_those_that_are_made_later() {
    let server = Server::start();
    let one = server.app();
    call(&one, "before");
    let mut stream = Stream::of_all(&server);
    call(&one, "john");
    let two = server.app();
    call(&two, "jane");
    for (app, user) in [(&one, "john"), (&two, "jane")] {
        let (id, name, data) = stream.next().unwrap();
        assert_eq!((id, name.as_str()), (None, "request"));
        assert_eq!((&data["api_key"], &data["user_id"]), (&json!(app.api_key), &json!(user)));
    }
    one.control("DELETE", "", &Value::Null).ok();
    assert_eq!(stream.next().unwrap(), (None, "gone".to_owned(), json!({"api_key": one.api_key})));
    call(&two, "jim");
    assert_eq!(stream.next().unwrap().2["user_id"], "jim");
}

#[test]
fn a_stop_ends_every_stream_at_once_and_in_order() {
    let server = Server::start();
    let app = server.app();
    let (mut one, mut all) = (Stream::of(&app, ""), Stream::of_all(&server));
    let stopped = server.stop();
    // The last chunk comes: a stop that had waited in vain would have cut the connection.
    assert_eq!((one.next(), all.next()), (None, None));
    stopped.join().unwrap();
}

#[test]
fn a_stream_whose_client_leaves_ends() {
    let server = Server::start();
    let app = server.app();
    let own = own(&server, &app);
    let stream = Stream::of(&app, "");
    listened(&server, &own, 1);
    drop(stream);
    listened(&server, &own, 0);
}
