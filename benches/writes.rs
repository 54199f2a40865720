//! Durable writes by 32 clients, against the fastest server that would do it ([`ideal`]), and against what SQLite does on the
//! same file system: 32 rows a commit in a loop, with nothing around it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use millpond::config::Database;
use millpond::ids::UserId;
use millpond::model::user::User;
use millpond::store::{Scope, Store, users};
use rusqlite::{Connection, params};

use crate::client::{Client, as_float, request};
use crate::ideal;
use crate::measure::{Aim, Spread, Table, serving_ns, short};
use crate::millpond::{Millpond, import, token, wait};

/// Clients, each with a write on its way all the time.
const CLIENTS: usize = 32;

/// Users in a batch, and batches that are on their way together.
const BATCH: usize = 100;

/// The places of those that are asked over HTTP.
const OVER_HTTP: [usize; 3] = [2, 4, 5];

/// Something that writes for a time, and answers how many users a second.
type Way<'a> = (&'static str, Box<dyn FnMut(Duration) -> f64 + 'a>);

pub fn run(is_big: bool) {
    let (time, rounds) = if is_big { (Duration::from_secs(5), 9) } else { (Duration::from_secs(1), 5) };
    // Not the system's temporary folder, which may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let server = Millpond::start(Database::File(folder.path().join("millpond.db")));
    import(&server.store, "app", 1_000);
    let (plain, indexed) = (
        ideal::database(&folder.path().join("plain.db"), 1_000),
        ideal::database(&folder.path().join("indexed.db"), 1_000),
    );
    // millpond's own indexes on the columns that an update of a user changes.
    indexed
        .execute_batch("CREATE INDEX at ON users (app, at, id); CREATE INDEX name ON users (app, name, id)")
        .unwrap();
    let ideal = ideal::start(&folder.path().join("ideal.db"), 1_000);

    let token = token(None);
    let mut numbers = (0..usize::MAX).map(|number| number % 1_000);
    let mut users = |count: usize| {
        let users = numbers
            .by_ref()
            .take(count)
            .map(|id| format!(r#""user-{id}": {{"id": "user-{id}", "name": "User {id}"}}"#));
        format!(r#"{{"users": {{{}}}}}"#, users.collect::<Vec<_>>().join(", "))
    };
    // Made before, so that the client's thread is not what is measured.
    let mut requests = |path: &str, count: usize| -> Vec<Vec<u8>> {
        (0..1_000).map(|_| request("POST", path, &token, &users(count))).collect()
    };
    let by_http = |url: &str, requests: Vec<Vec<u8>>, count: usize| {
        let (mut client, mut next) = (Client::connect(url, CLIENTS), (0..requests.len()).cycle());
        move |time: Duration| {
            let done = client.call(time, || requests[next.next().unwrap()].clone());
            done.per_second() * as_float(count)
        }
    };
    let upsert = "/api/v2/users?api_key=app";
    let mut ways: [Way<'_>; 6] = [
        ("by hand, 32 rows a commit", Box::new(|time| hand_loop(&plain, time))),
        ("by hand, with two indexes", Box::new(|time| hand_loop(&indexed, time))),
        ("ideal: signature and one row a call", Box::new(by_http(&ideal, requests("/users", 1), 1))),
        ("millpond's store, in process", Box::new(|time| store_loop(&server.store, time))),
        ("UpdateUsers, one user a call", Box::new(by_http(&server.url, requests(upsert, 1), 1))),
        ("UpdateUsers, 100 users a call", Box::new(by_http(&server.url, requests(upsert, BATCH), BATCH))),
    ];
    let mut rates: [Vec<f64>; 6] = Default::default();
    let mut costs: [Vec<f64>; 6] = Default::default();
    for round in 0..=rounds {
        for (at, (_, way)) in ways.iter_mut().enumerate() {
            let (before, begun) = (serving_ns(), Instant::now());
            let rate = way(time);
            let users = rate * begun.elapsed().as_secs_f64();
            // The first round fills files.
            if round > 0 {
                rates[at].push(rate);
                let cost = serving_ns().zip(before).map(|(after, before)| (after - before) / 1e3 / users);
                // What runs on this thread, or is called on it, is not counted there.
                costs[at].extend(cost.filter(|_| OVER_HTTP.contains(&at)));
            }
        }
    }
    print(&ways.map(|(name, _)| name), &rates.map(Spread::of), costs);
}

fn print(ways: &[&str; 6], rates: &[Spread; 6], costs: [Vec<f64>; 6]) {
    let mut table = Table::new(
        "writes by 32 clients, to a file, synchronous=FULL: median (least to most)",
        ["how", "users a second", "ratio", "µs of the threads", "ratio", "against", "aim"],
    );
    let against = [0, 0, 2, 0, 2, 4];
    let aims = [Aim::None, Aim::None, Aim::None, Aim::None, Aim::AtLeast(0.5), Aim::AtLeast(2.0)];
    let costs = costs.map(|costs| Some(Spread::of(costs)).filter(Spread::is_known));
    for at in 0..ways.len() {
        let base = against[at];
        let is_itself = base == at;
        let ratio = rates[at].median() / rates[base].median();
        let cost = costs[at].as_ref().map_or_else(String::new, |cost| short(cost.median()));
        let pair = costs[at].as_ref().zip(costs[base].as_ref()).filter(|_| !is_itself);
        let cost_ratio = pair.map_or_else(String::new, |(own, other)| format!("{:.2}", other.median() / own.median()));
        let (ratio_cell, against) = if is_itself { Default::default() } else { (format!("{ratio:.2}"), ways[base]) };
        table.row([&ways[at], &rates[at], &ratio_cell, &cost, &cost_ratio, &against, &aims[at].of(ratio)]);
    }
    table.print();
}

/// Rows a second, as many a commit as there are clients.
fn hand_loop(conn: &Connection, time: Duration) -> f64 {
    let sql = "INSERT INTO users VALUES (1, ?1, ?2, ?3) ON CONFLICT DO UPDATE SET name = ?2, at = ?3";
    let mut insert = conn.prepare(sql).unwrap();
    let begun = Instant::now();
    let mut rows: u32 = 0;
    while begun.elapsed() < time {
        conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in 0..CLIENTS {
            let id = rows % 1_000;
            insert.execute(params![format!("user-{id}"), format!("User {id}"), rows]).unwrap();
            rows += 1;
        }
        conn.execute_batch("COMMIT").unwrap();
    }
    f64::from(rows) / begun.elapsed().as_secs_f64()
}

/// Writes a second through the store, without HTTP.
fn store_loop(store: &Store, time: Duration) -> f64 {
    let app = store.apps().get("app").unwrap();
    let begun = Instant::now();
    let client = |client: usize| {
        let app = &app;
        async move {
            let mut writes = 0;
            while begun.elapsed() < time {
                let id = UserId::trusted(&format!("user-{}", (client + writes * CLIENTS) % 1_000));
                store.write(&Scope::own(app), move |tx| users::save(tx, &User::new(id, tx.now))).await.unwrap();
                writes += 1;
            }
            writes
        }
    };
    let writes: usize = wait(join_all((0..CLIENTS).map(client))).into_iter().sum();
    as_float(writes) / begun.elapsed().as_secs_f64()
}
