//! Rounds of starting, writing from all sides, killing, and looking at what the next start finds.
//!
//! Each kind of write sets something to a number that grows. After a kill it has to be at least the number that was
//! answered last, and at most the one that was sent last.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};

use serde_json::{Value, json};

use crate::harness::{Place, SECRET, Server};

/// Users that are written in one call: all of them or none.
const BATCH: u64 = 20;
/// Answered writes of a round before the kill, at the least and at the most.
const WRITES: std::ops::Range<u64> = 40..400;

/// What one write does, and where its number is found in the export of all apps.
struct Kind {
    name: &'static str,
    write: fn(&Api, u64) -> u16,
    found: fn(&Value) -> u64,
}

/// The kinds, each of which one client writes.
const KINDS: &[Kind] = &[
    Kind {
        name: "a user",
        write: |api, n| api.stream("POST", "/users", &json!({"users": {"one": {"id": "one", "custom": {"n": n}}}})),
        found: |app| number(&app["users"]["one"]["custom"]["n"]),
    },
    Kind {
        name: "many users at once",
        write: |api, n| {
            let users =
                (0..BATCH).map(|at| (format!("many{at}"), json!({"id": format!("many{at}"), "custom": {"n": n}})));
            api.stream("POST", "/users", &json!({ "users": users.collect::<BTreeMap<_, _>>() }))
        },
        found: |app| {
            let numbers = (0..BATCH).map(|at| number(&app["users"][format!("many{at}")]["custom"]["n"]));
            let numbers: Vec<_> = numbers.collect();
            assert!(numbers.iter().all(|n| *n == numbers[0]), "half a batch: {numbers:?}");
            numbers[0]
        },
    },
    Kind {
        name: "a part of a user",
        write: |api, n| api.stream("PATCH", "/users", &json!({"users": [{"id": "part", "set": {"n": n}}]})),
        found: |app| number(&app["users"]["part"]["custom"]["n"]),
    },
    Kind {
        name: "a revocation",
        write: |api, n| {
            let change = json!({"id": "part", "set": {"revoke_tokens_issued_before": n * 1_000_000_000}});
            api.stream("PATCH", "/users", &json!({ "users": [change] }))
        },
        found: |app| seconds(&app["users"]["part"]["revoke_tokens_issued_before"]),
    },
    Kind {
        name: "a setting of Stream's",
        write: |api, n| api.stream("PATCH", "/app", &json!({"webhook_url": format!("https://example.com/{n}")})),
        found: |app| behind(&app["settings"]["webhook_url"], "https://example.com/"),
    },
    Kind {
        name: "a setting of millpond's",
        write: |api, n| api.control("PATCH", "/apps/millpond/settings", &json!({"iat_leeway_seconds": n})),
        found: |app| number(&app["emulator"]["iat_leeway_seconds"]),
    },
    Kind {
        name: "a ban",
        write: |api, n| {
            let ban = json!({"target_user_id": "part", "banned_by_id": "other", "reason": format!("n{n}")});
            api.stream("POST", "/moderation/ban", &ban)
        },
        found: |app| behind(&app["users"]["part"]["banned"]["reason"], "n"),
    },
    Kind {
        name: "a device",
        write: |api, n| {
            let device = json!({"id": format!("d{n}"), "push_provider": "apn", "user_id": "other"});
            api.stream("POST", "/devices", &device)
        },
        found: |app| {
            let devices = app["users"]["other"]["devices"].as_array().into_iter().flatten();
            devices.map(|device| behind(&device["id"], "d")).max().unwrap_or_default()
        },
    },
    Kind {
        name: "a stub",
        write: |api, n| api.control("PUT", "/apps/millpond/stubs", &json!({"operation": "GetTask", "body": {"n": n}})),
        found: |app| number(&app["stubs"][0]["body"]["n"]),
    },
    Kind {
        name: "an activity",
        write: |api, n| {
            let body = json!({"id": "told", "type": "post", "feeds": ["user:part"], "user_id": "part", "text": format!("n{n}")});
            api.stream("POST", "/feeds/activities", &body)
        },
        found: |app| {
            let told = rows(app, "activities").find(|one| one["id"] == "told");
            let n = told.map_or(0, |one| behind(&one["text"], "n"));
            let words =
                rows(app, "activity_words").filter(|one| told.is_some_and(|told| one["activity"] == told["no"]));
            assert!(words.map(|one| behind(&one["word"], "n")).eq(told.map(|_| n)), "the words of another text");
            n
        },
    },
    Kind {
        name: "a follow",
        write: |api, n| {
            let body = json!({"source": "timeline:part", "target": "user:other", "custom": {"n": n}});
            api.stream("PATCH", "/feeds/follows", &body)
        },
        found: |app| rows(app, "follows").map(|one| number(&one["custom"]["n"])).max().unwrap_or_default(),
    },
    Kind {
        name: "a comment",
        write: |api, n| {
            let body = json!({"id": format!("c{n}"), "object_id": "base", "object_type": "activity", "comment": "x",
                "user_id": "other"});
            api.stream("POST", "/feeds/comments", &body)
        },
        found: |app| counted(app, "comment_count", rows(app, "comments").map(|one| behind(&one["id"], "c"))),
    },
    Kind {
        name: "a reaction",
        write: |api, n| {
            let body = json!({"type": format!("t{n}"), "user_id": "other"});
            api.stream("POST", "/feeds/activities/base/reactions", &body)
        },
        found: |app| counted(app, "reaction_count", rows(app, "reactions").map(|one| behind(&one["type"], "t"))),
    },
];

/// The rows of a table of feeds, as an export has them.
fn rows<'a>(app: &'a Value, table: &str) -> impl Iterator<Item = &'a Value> {
    app["rows"][table].as_array().into_iter().flatten()
}

/// The greatest of the numbers of what hangs on an activity, which counts all of them.
fn counted(app: &Value, counter: &str, numbers: impl Iterator<Item = u64>) -> u64 {
    let (most, count) = numbers.fold((0, 0), |(most, count), n| (most.max(n), count + 1));
    let base = rows(app, "activities").find(|one| one["id"] == "base").expect("the activity");
    assert_eq!(number(&base[counter]), count, "{counter}");
    most
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn behind(value: &Value, before: &str) -> u64 {
    value.as_str().and_then(|text| text.strip_prefix(before)?.parse().ok()).unwrap_or_default()
}

fn seconds(value: &Value) -> u64 {
    let time = value.as_str().and_then(|text| millpond::clock::Time::parse(text).ok());
    time.and_then(|time| u64::try_from(time.seconds()).ok()).unwrap_or_default()
}

/// A server as its clients see it.
struct Api {
    url: String,
    token: String,
    agent: ureq::Agent,
}

impl Api {
    fn new(url: &str) -> Self {
        let wanted = millpond::mint::Wanted { kind: millpond::mint::Kind::Server, ..Default::default() };
        let secret = millpond::auth::secret::Secret::new(SECRET);
        let token = millpond::mint::mint(&wanted, &secret, millpond::clock::system_now()).expect("a token").token;
        let config = ureq::Agent::config_builder().proxy(None).http_status_as_error(false);
        Self { url: url.to_owned(), token, agent: config.build().new_agent() }
    }

    /// The status, or 0 when there is no answer.
    fn send(&self, method: &str, uri: String, body: &Value) -> u16 {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", &self.token)
            .header("stream-auth-type", "jwt")
            .body(body.to_string())
            .expect("a request");
        // A broken answer is none: the body has to be there.
        self.agent.run(request).map_or(0, |mut answer| match answer.body_mut().read_to_string() {
            Ok(_) => answer.status().as_u16(),
            Err(_) => 0,
        })
    }

    fn stream(&self, method: &str, path: &str, body: &Value) -> u16 {
        self.send(method, format!("{}/api/v2{path}?api_key=millpond", self.url), body)
    }

    fn control(&self, method: &str, path: &str, body: &Value) -> u16 {
        self.send(method, format!("{}/_millpond{path}", self.url), body)
    }

    fn get(&self, path: &str) -> Value {
        let mut answer = self.agent.get(format!("{}/_millpond{path}", self.url)).call().expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.body_mut().read_json().expect("JSON")
    }
}

/// How far one kind has come.
#[derive(Default)]
struct Progress {
    sent: AtomicU64,
    answered: AtomicU64,
}

/// Runs so many rounds, and answers how many writes of each kind were answered.
pub fn run(rounds: u64) -> Vec<(&'static str, u64)> {
    let place = Place::new();
    let progress: Vec<_> = KINDS.iter().map(|_| Progress::default()).collect();
    let whole = AtomicU64::new(0);
    begin(&place);
    // Another number each round, the same in each run.
    let mut chance = 88_172_645_463_325_252_u64;
    for round in 0..rounds {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        let writes = WRITES.start + chance % (WRITES.end - WRITES.start);
        let server = place.serve(&["--db", "state.db", "--log", "off"]);
        write_until_killed(server, &progress, &whole, writes);
        check(&place, &progress, round);
    }
    let answered = |(kind, progress): (&Kind, &Progress)| (kind.name, progress.answered.load(Ordering::SeqCst));
    let kinds = KINDS.iter().zip(&progress).map(answered);
    kinds.chain([("a whole state", whole.load(Ordering::SeqCst))]).collect()
}

/// The users that are written to by part, and the app whose whole state is exchanged.
fn begin(place: &Place) {
    let server = place.serve(&["--db", "state.db", "--log", "off"]);
    let api = Api::new(&server.url);
    let users = json!({"users": {"part": {"id": "part"}, "other": {"id": "other"}}});
    assert_eq!(api.stream("POST", "/users", &users), 201);
    let base = json!({"id": "base", "type": "post", "feeds": ["user:other"], "user_id": "other"});
    assert_eq!(api.stream("POST", "/feeds/activities", &base), 201);
    let timeline = "/feeds/feed_groups/timeline/feeds/part";
    assert_eq!(api.stream("POST", timeline, &json!({"user_id": "part"})), 201);
    let follow = json!({"source": "timeline:part", "target": "user:other"});
    assert_eq!(api.stream("POST", "/feeds/follows", &follow), 201);
    assert_eq!(api.control("POST", "/apps", &json!({"api_key": "whole", "api_secret": "whole"})), 201);
    server.stop();
}

fn write_until_killed(server: Server, progress: &[Progress], whole: &AtomicU64, writes: u64) {
    let (told, answers) = channel();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for (kind, progress) in KINDS.iter().zip(progress) {
            let (api, told, is_over) = (Api::new(&server.url), told.clone(), &is_over);
            scope.spawn(move || {
                // Each kind goes on where the last round ended.
                let write = |n| (kind.write)(&api, n);
                write_on(kind.name, progress, &told, is_over, write);
            });
        }
        let (api, is_over) = (Api::new(&server.url), &is_over);
        scope.spawn(move || exchange_on(&api, whole, &told, is_over));
        for _ in 0..writes {
            answers.recv().expect("a write is answered");
        }
        server.kill();
        is_over.store(true, Ordering::SeqCst);
    });
}

fn write_on(name: &str, progress: &Progress, told: &Sender<()>, is_over: &AtomicBool, write: impl Fn(u64) -> u16) {
    while !is_over.load(Ordering::SeqCst) {
        let n = progress.sent.load(Ordering::SeqCst) + 1;
        progress.sent.store(n, Ordering::SeqCst);
        match write(n) {
            0 => return,
            200 | 201 => progress.answered.store(n, Ordering::SeqCst),
            status => panic!("{name}: {status}"),
        }
        // Nobody counts any more once the kill is on its way.
        let _ = told.send(());
    }
}

/// Copies and exchanges whole states, until nobody answers.
fn exchange_on(api: &Api, answered: &AtomicU64, told: &Sender<()>, is_over: &AtomicBool) {
    let steps: [(&str, &str, Value); 6] = [
        ("POST", "/apps/whole/snapshots", json!({"name": "kept"})),
        ("POST", "/apps/whole/clone", json!({"api_key": "copy", "api_secret": "copy"})),
        ("POST", "/apps/whole/reset", json!({})),
        ("POST", "/apps/whole/snapshots/kept/restore", json!({})),
        ("DELETE", "/apps/copy", json!({})),
        ("PUT", "/apps/whole/fixture", json!({"millpond": 1, "apps": [{"users": {"ann": {}, "bob": {}}}]})),
    ];
    for (method, path, body) in steps.iter().cycle() {
        if is_over.load(Ordering::SeqCst) {
            return;
        }
        match api.control(method, path, body) {
            0 => return,
            // The copy of an earlier round may be there already, or gone.
            200 | 201 | 404 | 409 => {
                answered.fetch_add(1, Ordering::SeqCst);
            }
            status => panic!("{method} {path}: {status}"),
        }
        let _ = told.send(());
    }
}

fn check(place: &Place, progress: &[Progress], round: u64) {
    let server = place.serve(&["--db", "state.db", "--log", "off"]);
    let api = Api::new(&server.url);
    let export = api.get("/fixture");
    let apps = export["apps"].as_array().expect("apps");
    let app = |key: &str| apps.iter().find(|app| app["api_key"] == key).unwrap_or_else(|| panic!("{key} is gone"));
    for (kind, progress) in KINDS.iter().zip(progress) {
        let (sent, answered) = (progress.sent.load(Ordering::SeqCst), progress.answered.load(Ordering::SeqCst));
        let found = (kind.found)(app("millpond"));
        let told = format!("round {round}: {}: {found} was found, {answered} answered, {sent} sent", kind.name);
        assert!((answered..=sent).contains(&found), "{told}");
        // What was written and not answered counts from now on.
        progress.sent.store(found, Ordering::SeqCst);
        progress.answered.store(found, Ordering::SeqCst);
    }
    // The whole states: each app can be read, and put back.
    for app in apps {
        let users = app["users"].as_object().map_or(0, serde_json::Map::len);
        assert!(app["api_key"] == "millpond" || [0, 2].contains(&users), "round {round}: half a state: {app}");
    }
    for key in ["whole", "copy"] {
        let status = api.control("POST", &format!("/apps/{key}/reset"), &json!({}));
        assert!(status == 200 || (key == "copy" && status == 404), "round {round}: {key}: {status}");
    }
    server.stop();
    assert_whole(&place.path("state.db"), round);
}

fn assert_whole(database: &Path, round: u64) {
    let conn = rusqlite::Connection::open(database).expect("a database");
    let said: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(said, "ok", "round {round}");
    let strays: i64 = conn
        .query_row(
            "SELECT count(*) FROM states WHERE owner NOT IN (SELECT id FROM apps) AND role <> 'gone'",
            [],
            |row| row.get(0),
        )
        .expect("a count");
    assert_eq!(strays, 0, "round {round}");
}
