//! Feeds: a page of a timeline against the bare statement on the same file, among many activities and few, and writes against those of
//! users. All is made here, always the same.

use std::path::Path;
use std::time::Duration;

use millpond::config::Database;
use rusqlite::{Connection, params};

use crate::client::{Client, request};
use crate::measure::{Aim, Case, Spread, Table, compare, timed};
use crate::millpond::{Millpond, import, token};

/// Users, each with a feed of his own and a timeline.
const USERS: i64 = 10_000;
/// Activities in the app with many, and in the one with few.
const MANY: i64 = 1_000_000;
const FEW: i64 = 1_000;
/// Feeds that the timelines of the first users follow.
const FOLLOWS: [(i64, i64); 2] = [(0, 500), (1, 5_000)];
/// Where the numbers of activities begin.
const FIRST: i64 = 100_000;
/// Clients that write at once.
const CLIENTS: usize = 32;
/// The statement that a page costs at the least: what is followed, newest first, with what was posted.
const BARE: &str = "SELECT a.* FROM (
        SELECT l.activity FROM follows w CROSS JOIN feed_activities l
        WHERE w.app = ?1 AND w.source = ?2 AND w.status = 'accepted' AND l.app = ?1 AND l.feed = w.target
        ORDER BY l.created_at DESC, l.activity DESC LIMIT 26
    ) p CROSS JOIN activities a WHERE a.app = ?1 AND a.no = p.activity";

pub fn run(is_big: bool) {
    let (time, rounds) = if is_big { (Duration::from_secs(2), 9) } else { (Duration::from_millis(300), 5) };
    // Not the system's temporary folder, which may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = folder.path().join("millpond.db");
    let server = Millpond::start(Database::File(file.clone()));
    let (took, apps) = timed(|| [("many", MANY), ("few", FEW)].map(|(key, count)| fill(&server, &file, key, count)));
    println!("\nfeeds: {USERS} users, {} feeds, {MANY} and {FEW} activities made in {took:.0} ms", 2 * USERS);
    reads(&server, &file, apps, time, rounds);
    writes(&server, time, rounds);
}

/// Makes an app's rows, and answers its number.
fn fill(server: &Millpond, file: &Path, key: &str, activities: i64) -> i64 {
    import(&server.store, key, usize::try_from(USERS).unwrap());
    let app = server.store.apps().get(key).unwrap().id.0;
    let mut conn = Connection::open(file).unwrap();
    conn.busy_timeout(Duration::from_secs(30)).unwrap();
    let tx = conn.transaction().unwrap();
    {
        let mut feed = tx
            .prepare(
                "INSERT INTO feeds (app, no, group_id, id, created_by, visibility, activity_count, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?4, 'visible', ?5, 1, 1)",
            )
            .unwrap();
        for user in 0..USERS {
            let id = format!("user-{user}");
            feed.execute(params![app, user + 1, "user", id, activities / USERS]).unwrap();
            feed.execute(params![app, USERS + user + 1, "timeline", id, 0]).unwrap();
        }
        let mut activity = tx
            .prepare(
                "INSERT INTO activities (app, no, id, user_id, type, feeds, text, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, 'post', ?5, ?6, ?7, ?7)",
            )
            .unwrap();
        let mut listed = tx
            .prepare("INSERT INTO feed_activities (app, feed, created_at, activity) VALUES (?1, ?2, ?3, ?4)")
            .unwrap();
        for at in 0..activities {
            // Spread over all feeds, whatever the order of their numbers.
            let (user, no, created) = (at * 7_919 % USERS, FIRST + at, 1_000_000_000_000 + at * 1_000);
            let (author, feeds) = (format!("user-{user}"), format!("[\"user:user-{user}\"]"));
            let text = format!("What user {user} has to say of {at}");
            activity.execute(params![app, no, format!("a-{at}"), author, feeds, text, created]).unwrap();
            listed.execute(params![app, user + 1, created, no]).unwrap();
        }
        let mut follow = tx
            .prepare(
                "INSERT INTO follows (app, source, target, status, follower_role, push_preference, created_at, updated_at)
                 VALUES (?1, ?2, ?3, 'accepted', 'feed_follower', 'none', ?4, ?4)",
            )
            .unwrap();
        for (user, follows) in FOLLOWS {
            for at in 0..follows {
                let target = (at * 7 + 2) % USERS + 1;
                follow.execute(params![app, USERS + user + 1, target, at + 1]).unwrap();
            }
        }
        let counter = FIRST + activities;
        tx.execute("UPDATE states SET feeds_counter = ?2 WHERE app = ?1", params![app, counter]).unwrap();
    }
    tx.commit().unwrap();
    app
}

fn reads(server: &Millpond, file: &Path, [many, few]: [i64; 2], time: Duration, rounds: usize) {
    let bare = |app: i64, user: i64| -> Box<dyn FnMut()> {
        let conn = Connection::open(file).unwrap();
        Box::new(move || {
            let mut query = conn.prepare_cached(BARE).unwrap();
            let mut rows = query.query(params![app, USERS + user + 1]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                std::hint::black_box(row.get_ref(5).unwrap());
            }
        })
    };
    let page = |key: &str, user: i64, body: &str| -> Box<dyn FnMut()> {
        let path = format!("/api/v2/feeds/feed_groups/timeline/feeds/user-{user}?api_key={key}");
        let asked = request("POST", &path, &token(Some(&format!("user-{user}"))), body);
        let mut client = Client::connect(&server.url, 1);
        Box::new(move || client.once(&asked))
    };
    let whole = r#"{"limit": 25, "following_pagination": {"limit": 0}}"#;
    let cases = [
        Case::new("bare statement, 500 followed", 0, Aim::None, bare(many, 0)),
        Case::new("a page of 25, 500 followed", 0, Aim::AtMost(4.0), page("many", 0, whole)),
        Case::new("bare statement, 5,000 followed", 2, Aim::None, bare(many, 1)),
        Case::new("a page of 25, 5,000 followed", 2, Aim::AtMost(4.0), page("many", 1, whole)),
        Case::new("bare statement, 500 followed, few activities", 4, Aim::None, bare(few, 0)),
        Case::new("a page of 25, 500 followed, few activities", 1, Aim::None, page("few", 0, whole)),
        Case::new("a page of 25, 500 followed, many activities", 5, Aim::AtMost(1.3), page("many", 0, whole)),
    ];
    compare("feeds, reads one after the other: median (least to most)", cases, time, rounds);
}

fn writes(server: &Millpond, time: Duration, rounds: usize) {
    let server_token = token(None);
    let post = |path: &str, body: &str| request("POST", &format!("{path}?api_key=many"), &server_token, body);
    let mut number = 0_u32;
    let mut rates: [Vec<f64>; 3] = Default::default();
    let mut clients = [(); 3].map(|()| Client::connect(&server.url, CLIENTS));
    for round in 0..=rounds {
        for (at, client) in clients.iter_mut().enumerate() {
            let done = client.call(time, || {
                number += 1;
                let user = number % 10_000;
                match at {
                    0 => {
                        let id = format!("user-{user}");
                        post("/api/v2/users", &format!(r#"{{"users": {{"{id}": {{"id": "{id}", "name": "{number}"}}}}}}"#))
                    }
                    1 => post(
                        "/api/v2/feeds/activities",
                        &format!(
                            r#"{{"type": "post", "feeds": ["user:user-{user}"], "user_id": "user-{user}", "text": "I say {number}"}}"#
                        ),
                    ),
                    // Each time another pair.
                    _ => post(
                        "/api/v2/feeds/follows/upsert",
                        &format!(
                            r#"{{"source": "timeline:user-{}", "target": "user:user-{user}"}}"#,
                            2 + number / 10_000 * 37 % 9_000 + number % 37
                        ),
                    ),
                }
            });
            if round > 0 {
                rates[at].push(done.per_second());
            }
        }
    }
    let names = ["UpdateUsers, one user a call", "AddActivity", "GetOrCreateFollow"];
    let aims = [Aim::None, Aim::AtLeast(0.5), Aim::AtLeast(0.5)];
    let rates = rates.map(Spread::of);
    let mut table = Table::new(
        "feeds, writes by 32 clients, to a file, synchronous=FULL: median (least to most)",
        ["call", "answers a second", "ratio", "aim"],
    );
    for at in 0..names.len() {
        let ratio = rates[at].median() / rates[0].median();
        table.row([&names[at], &rates[at], &format!("{ratio:.2}"), &aims[at].of(ratio)]);
    }
    table.print();
}
