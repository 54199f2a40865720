//! What people do with activities, each beside its bare statements on the same file, and where there is much of it beside where there
//! is little. All is made here, by calls but for the many reactions, always the same.

use std::path::Path;
use std::time::Duration;

use millpond::config::Database;
use rusqlite::{Connection, params};

use crate::client::{Client, request};
use crate::measure::{Aim, Case, compare, timed};
use crate::millpond::{Millpond, import, token};

const KEY: &str = "busy";
const USERS: usize = 10_000;
/// Reactions to the activity that has many.
const REACTIONS: usize = 100_000;
/// Comments on the activity that has many, and groups in the feed that has many.
const MANY: usize = 10_000;
/// Those of what has few.
const FEW: usize = 20;
/// Activities that are ranked.
const RANKED: usize = 1_000;
/// The most that goes in one call.
const BATCH: usize = 100;

pub fn run(is_big: bool) {
    let (time, rounds) = if is_big { (Duration::from_secs(2), 9) } else { (Duration::from_millis(300), 5) };
    // Not the system's temporary folder, which may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = folder.path().join("millpond.db");
    let server = Millpond::start(Database::File(file.clone()));
    import(&server.store, KEY, USERS);
    let app = server.store.apps().get(KEY).unwrap().id.0;
    let (took, ()) = timed(|| {
        fill(&server);
        react(&file, app, "many", REACTIONS);
        react(&file, app, "few", FEW);
    });
    println!(
        "\ninteractions: {REACTIONS} reactions, {MANY} comments, {MANY} groups, {RANKED} to rank, made in {took:.0} ms"
    );
    reads(&server, &file, app, time, rounds);
    writes(&server, &file, app, time, rounds);
}

/// Calls of one caller, one after the other.
struct Caller {
    client: Client,
    token: String,
}

impl Caller {
    fn of(server: &Millpond, user: Option<&str>) -> Self {
        Self { client: Client::connect(&server.url, 1), token: token(user) }
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let join = if path.contains('?') { '&' } else { '?' };
        request(method, &format!("/api/v2/{path}{join}api_key={KEY}"), &self.token, body)
    }

    fn call(&mut self, method: &str, path: &str, body: &str) {
        let asked = self.request(method, path, body);
        self.client.once(&asked);
    }

    /// Sends so many things of a list, as few calls as are allowed.
    fn batches(&mut self, path: &str, list: &str, count: usize, one: impl Fn(usize) -> String) {
        for first in (0..count).step_by(BATCH) {
            let things: Vec<_> = (first..count.min(first + BATCH)).map(&one).collect();
            self.call("POST", path, &format!(r#"{{"{list}": [{}]}}"#, things.join(",")));
        }
    }
}

/// Makes a page of 25 activities with all that hangs on them, threads, groups, and what is ranked.
fn fill(server: &Millpond) {
    let mut caller = Caller::of(server, None);
    for group in ["user", "timeline"] {
        caller.call("POST", &format!("feeds/feed_groups/{group}/feeds/user-0"), r#"{"user_id": "user-0"}"#);
    }
    let ranking = r#"{"id": "ranked", "activity_selectors": [{"type": "current_feed"}],
        "ranking": {"type": "expression", "score": "decay_linear(time) * popularity + custom.weight"}}"#;
    caller.call("POST", "feeds/feed_groups", ranking);
    for (id, feed) in [("many", "user:threads"), ("few", "user:threads")] {
        let body = format!(
            r#"{{"id": "{id}", "type": "post", "feeds": ["{feed}"], "user_id": "user-1", "text": "Much is said of it"}}"#
        );
        caller.call("POST", "feeds/activities", &body);
        let count = if id == "many" { MANY } else { FEW };
        caller.batches("feeds/comments/batch", "comments", count, |at| {
            format!(r#"{{"object_id": "{id}", "object_type": "activity", "user_id": "user-{at}", "comment": "Comment {at}"}}"#)
        });
    }
    for (feed, count) in [("many", MANY), ("few", FEW)] {
        caller.batches("feeds/activities/batch", "activities", count, |at| {
            format!(r#"{{"type": "kind-{at}", "feeds": ["notification:{feed}"], "user_id": "user-2", "text": "Group {at}"}}"#)
        });
    }
    caller.batches("feeds/activities/batch", "activities", RANKED, |at| {
        let custom = format!(r#"{{"weight": {}}}"#, at * 7 % 31);
        format!(r#"{{"type": "post", "feeds": ["ranked:user-0"], "user_id": "user-3", "text": "Rank me", "custom": {custom}}}"#)
    });
    for at in 0..25 {
        let user = format!("user-{}", at + 10);
        let poll = format!(
            r#"{{"id": "poll-{at}", "name": "Which?", "options": [{{"text": "This"}}, {{"text": "That"}}], "user_id": "{user}"}}"#
        );
        caller.call("POST", "polls", &poll);
        let activity = format!(
            r#"{{"id": "a-{at}", "type": "post", "feeds": ["user:user-0"], "user_id": "{user}", "text": "What {at} has to say", "poll_id": "poll-{at}"}}"#
        );
        caller.call("POST", "feeds/activities", &activity);
        caller.batches("feeds/comments/batch", "comments", 5, |n| {
            format!(r#"{{"object_id": "a-{at}", "object_type": "activity", "user_id": "user-{n}", "comment": "Comment {n}"}}"#)
        });
        for n in 0..10 {
            let reaction = format!(r#"{{"type": "like", "user_id": "user-{n}"}}"#);
            caller.call("POST", &format!("feeds/activities/a-{at}/reactions"), &reaction);
        }
        caller.call("POST", &format!("feeds/activities/a-{at}/bookmarks"), r#"{"user_id": "user-0"}"#);
    }
}

/// Reacts so many times to an activity: ten types by each user, as far as it goes.
fn react(file: &Path, app: i64, id: &str, count: usize) {
    let mut conn = opened(file);
    let tx = conn.transaction().unwrap();
    let (no, counter): (i64, i64) = tx
        .query_row(
            "SELECT a.no, s.feeds_counter FROM activities a, states s WHERE a.app = ?1 AND s.app = ?1 AND a.id = ?2",
            params![app, id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let mut reaction = tx.prepare(REACTION).unwrap();
    for at in 0..count {
        let number = i64::try_from(at).unwrap();
        let (user, kind) = (format!("user-{}", at / 10), format!("kind-{}", at % 10));
        reaction.execute(params![app, counter + number + 1, no, user, kind, number + 1]).unwrap();
    }
    drop(reaction);
    tx.execute(
        "INSERT INTO reaction_groups (app, kind, object, type, activity, count, first_at, last_at)
         SELECT app, kind, object, type, activity, count(*), min(created_at), max(created_at)
         FROM reactions WHERE app = ?1 AND kind = 'activity' AND object = ?2 GROUP BY app, kind, object, type, activity",
        params![app, no],
    )
    .unwrap();
    let count = i64::try_from(count).unwrap();
    tx.execute("UPDATE activities SET reaction_count = ?3 WHERE app = ?1 AND no = ?2", params![app, no, count])
        .unwrap();
    tx.execute("UPDATE states SET feeds_counter = feeds_counter + ?2 WHERE app = ?1", params![app, count]).unwrap();
    tx.commit().unwrap();
}

const REACTION: &str = "INSERT INTO reactions (app, no, kind, object, activity, user_id, type, created_at, updated_at)
    VALUES (?1, ?2, 'activity', ?3, ?3, ?4, ?5, ?6, ?6)";

fn opened(file: &Path) -> Connection {
    let conn = Connection::open(file).unwrap();
    conn.busy_timeout(Duration::from_secs(30)).unwrap();
    conn
}

/// A call of one user's, again and again.
fn calls(server: &Millpond, user: &str, method: &str, path: &str, body: &str) -> Box<dyn FnMut()> {
    let mut caller = Caller::of(server, Some(user));
    let asked = caller.request(method, path, body);
    Box::new(move || caller.client.once(&asked))
}

/// Statements whose rows are all visited, again and again.
fn visits(file: &Path, app: i64, statements: Vec<String>) -> Box<dyn FnMut()> {
    let conn = opened(file);
    Box::new(move || {
        for sql in &statements {
            let mut query = conn.prepare_cached(sql).unwrap();
            let mut rows = query.query([app]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                std::hint::black_box(row.get_ref(1).unwrap());
            }
        }
    })
}

fn reads(server: &Millpond, file: &Path, app: i64, time: Duration, rounds: usize) {
    let shown =
        "SELECT l.activity FROM feeds f, feed_activities l WHERE f.app = ?1 AND f.group_id = 'user' AND f.id = 'user-0'
        AND l.app = f.app AND l.feed = f.no ORDER BY l.created_at DESC, l.activity DESC LIMIT 25";
    let of_page = |table: &str, column: &str, more: &str| {
        format!("SELECT t.* FROM ({shown}) p CROSS JOIN {table} t WHERE t.app = ?1 AND t.{column} = p.activity {more}")
    };
    let polls = |table: &str, column: &str| {
        format!(
            "SELECT t.* FROM ({shown}) p CROSS JOIN activities a ON a.app = ?1 AND a.no = p.activity
             CROSS JOIN {table} t WHERE t.app = ?1 AND t.{column} = a.poll_id"
        )
    };
    let bare = vec![
        of_page("activities", "no", ""),
        of_page("comments", "under", "AND t.deleted_with IS NULL"),
        of_page("reactions", "object", "AND t.kind = 'activity'"),
        of_page("reaction_groups", "object", "AND t.kind = 'activity'"),
        of_page("reactions", "object", "AND t.kind = 'activity' AND t.user_id = 'user-0'"),
        of_page("bookmarks", "object", "AND t.kind = 'activity' AND t.user_id = 'user-0'"),
        polls("polls", "id"),
        polls("poll_options", "poll"),
    ];
    let best = "SELECT c.no, c.text FROM activities a CROSS JOIN comments c WHERE a.app = ?1 AND a.id = 'many' AND c.app = ?1
        AND c.under = a.no AND c.deleted_with IS NULL ORDER BY c.confidence_score DESC, c.created_at DESC, c.no DESC LIMIT 26";
    let candidates =
        "SELECT a.* FROM feeds f, feed_activities l, activities a WHERE f.app = ?1 AND f.group_id = 'ranked'
        AND l.app = f.app AND l.feed = f.no AND a.app = l.app AND a.no = l.activity";
    let comments = |id: &str| {
        let path = format!("feeds/comments?object_id={id}&object_type=activity&sort=best&limit=25");
        calls(server, "user-0", "GET", &path, "")
    };
    let page = r#"{"limit": 25, "enrichment_options": {"enrich_own_followings": true}}"#;
    let cases = [
        Case::new("eight bare statements: what a page shows", 0, Aim::None, visits(file, app, bare)),
        Case::new(
            "a page of 25, each with 5 comments, 10 reactions, a poll, own things",
            0,
            Aim::AtMost(4.0),
            calls(server, "user-0", "POST", "feeds/feed_groups/user/feeds/user-0", page),
        ),
        Case::new("bare statement, best 26 of 10,000 comments", 2, Aim::None, visits(file, app, vec![best.to_owned()])),
        Case::new("GetComments, best 25 of 20", 3, Aim::None, comments("few")),
        Case::new("GetComments, best 25 of 10,000", 3, Aim::AtMost(1.5), comments("many")),
        Case::new("bare statement, 1,000 candidates", 5, Aim::None, visits(file, app, vec![candidates.to_owned()])),
        Case::new(
            "a ranked page of 25 among 1,000",
            5,
            Aim::AtMost(6.0),
            calls(server, "user-0", "POST", "feeds/feed_groups/ranked/feeds/user-0", r#"{"limit": 25}"#),
        ),
    ];
    compare("interactions, reads one after the other: median (least to most)", cases, time, rounds);
}

/// What is done and undone by two calls, so that there is as much of it after as before.
fn pair(server: &Millpond, first: [&str; 3], second: [&str; 3]) -> Box<dyn FnMut()> {
    let mut caller = Caller::of(server, Some("user-9999"));
    let requests = [first, second].map(|[method, path, body]| caller.request(method, path, body));
    Box::new(move || {
        for asked in &requests {
            caller.client.once(asked);
        }
    })
}

/// The same by bare statements, a transaction each.
fn bare_pair(file: &Path, app: i64, halves: [Vec<String>; 2]) -> Box<dyn FnMut()> {
    let conn = opened(file);
    conn.pragma_update(None, "synchronous", "FULL").unwrap();
    Box::new(move || {
        for half in &halves {
            conn.execute_batch("BEGIN IMMEDIATE").unwrap();
            for sql in half {
                conn.prepare_cached(sql).unwrap().execute([app]).unwrap();
            }
            conn.execute_batch("COMMIT").unwrap();
        }
    })
}

fn writes(server: &Millpond, file: &Path, app: i64, time: Duration, rounds: usize) {
    let reaction = |id: &str| {
        let path = format!("feeds/activities/{id}/reactions");
        let gone = format!("{path}/mine");
        pair(server, ["POST", &path, r#"{"type": "mine"}"#], ["DELETE", &gone, ""])
    };
    let comment = |id: &str| {
        let body = format!(
            r#"{{"id": "mine-{id}", "object_id": "{id}", "object_type": "activity", "comment": "What I say"}}"#
        );
        let gone = format!("feeds/comments/mine-{id}?hard_delete=true");
        pair(server, ["POST", "feeds/comments", &body], ["DELETE", &gone, ""])
    };
    let read = |feed: &str| {
        let path = format!("feeds/feed_groups/notification/feeds/{feed}/activities/mark/batch");
        let mut caller = Caller::of(server, None);
        let asked = caller.request("POST", &path, r#"{"mark_all_read": true, "user_id": "user-2"}"#);
        Box::new(move || caller.client.once(&asked)) as Box<dyn FnMut()>
    };
    let many = "(SELECT no FROM activities WHERE app = ?1 AND id = 'many')";
    let of_many = |sql: &str| sql.replace("MANY", many);
    let added = vec![
        of_many(
            "INSERT INTO reactions (app, no, kind, object, activity, user_id, type, created_at, updated_at)
             VALUES (?1, 0, 'activity', MANY, MANY, 'nobody', 'kind-0', 1, 1)",
        ),
        of_many(
            "UPDATE reaction_groups SET count = count + 1 WHERE app = ?1 AND kind = 'activity' AND object = MANY AND type = 'kind-0'",
        ),
        of_many("UPDATE activities SET reaction_count = reaction_count + 1 WHERE app = ?1 AND no = MANY"),
    ];
    let removed = vec![
        "DELETE FROM reactions WHERE app = ?1 AND no = 0".to_owned(),
        added[1].replace("+ 1", "- 1"),
        added[2].replace("+ 1", "- 1"),
    ];
    let said = vec![
        of_many(
            "INSERT INTO comments (app, no, id, activity, object_id, under, user_id, text, created_at, updated_at)
             VALUES (?1, 0, 'bare', MANY, 'many', MANY, 'nobody', 'What I say', 1, 1)",
        ),
        of_many("UPDATE activities SET comment_count = comment_count + 1 WHERE app = ?1 AND no = MANY"),
    ];
    let unsaid = vec!["DELETE FROM comments WHERE app = ?1 AND no = 0".to_owned(), said[1].replace("+ 1", "- 1")];
    let marked =
        "INSERT OR REPLACE INTO feed_reads (app, feed, user_id, last_read_at, has_read) VALUES (?1, 0, 'bare', 1, 1)";
    let cases = [
        Case::new(
            "bare, a reaction among 100,000 and its removal",
            0,
            Aim::None,
            bare_pair(file, app, [added, removed]),
        ),
        Case::new("a reaction among 20 and its removal", 1, Aim::None, reaction("few")),
        Case::new("a reaction among 100,000 and its removal", 1, Aim::AtMost(1.3), reaction("many")),
        Case::new("bare, a comment among 10,000 and its removal", 3, Aim::None, bare_pair(file, app, [said, unsaid])),
        Case::new("a comment among 20 and its removal", 4, Aim::None, comment("few")),
        Case::new("a comment among 10,000 and its removal", 4, Aim::AtMost(1.3), comment("many")),
        Case::new(
            "bare, the moment up to which all is read",
            6,
            Aim::None,
            bare_pair(file, app, [vec![marked.to_owned()], Vec::new()]),
        ),
        Case::new("marking 20 groups as read", 7, Aim::None, read("few")),
        Case::new("marking 10,000 groups as read", 7, Aim::AtMost(1.3), read("many")),
    ];
    compare("interactions, writes one after the other, synchronous=FULL: median (least to most)", cases, time, rounds);
}
