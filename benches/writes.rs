//! Durable writes of one user each by 32 clients, against the fastest that SQLite does on the same file system: 32 rows a commit
//! in a loop, with nothing around it.

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use millpond::config::Database;
use millpond::ids::UserId;
use millpond::model::user::User;
use millpond::store::{Scope, Store, users};
use rusqlite::{Connection, params};

use crate::client::{Client, as_float, request};
use crate::measure::{Spread, Table};
use crate::millpond::{Millpond, import, token, wait};

/// Clients, each with a write on its way all the time.
const CLIENTS: usize = 32;

pub fn run(is_big: bool) {
    let (time, rounds) = if is_big { (Duration::from_secs(5), 9) } else { (Duration::from_secs(1), 5) };
    // Not the system's temporary folder, which may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let server = Millpond::start(Database::File(folder.path().join("millpond.db")));
    import(&server.store, "app", 1_000);
    let (plain, indexed) = (by_hand(&folder.path().join("plain.db")), by_hand(&folder.path().join("indexed.db")));
    // millpond's own indexes on the columns that an update of a user changes.
    indexed
        .execute_batch("CREATE INDEX at ON users (app, at, id); CREATE INDEX name ON users (app, name, id)")
        .unwrap();

    let token = token(None);
    let mut client = Client::connect(&server.url, CLIENTS);
    let mut numbers = (0..usize::MAX).map(|number| number % 1_000);
    let mut rates: [Vec<f64>; 4] = Default::default();
    for round in 0..=rounds {
        let by_http = client.call(time, || {
            let id = numbers.next().unwrap();
            let body = format!(r#"{{"users": {{"user-{id}": {{"id": "user-{id}", "name": "User {id}"}}}}}}"#);
            request("POST", "/api/v2/users?api_key=app", &token, &body)
        });
        let found =
            [hand_loop(&plain, time), hand_loop(&indexed, time), store_loop(&server.store, time), by_http.per_second()];
        // The first round fills files.
        if round > 0 {
            rates.iter_mut().zip(found).for_each(|(rates, found)| rates.push(found));
        }
    }
    let rates = rates.map(Spread::of);
    let mut table = Table::new(
        "writes: one user each by 32 clients, to a file, synchronous=FULL: median (least to most)",
        ["how", "writes a second", "ratio", "aim"],
    );
    let ratio = |at: usize| format!("{:.2}", rates[at].median() / rates[0].median());
    table.row([&"by hand, 32 rows a commit", &rates[0], &"", &""]);
    table.row([&"by hand, with two indexes", &rates[1], &ratio(1), &""]);
    table.row([&"millpond's store, in process", &rates[2], &ratio(2), &""]);
    table.row([&"UpdateUsers over HTTP", &rates[3], &ratio(3), &"0.70"]);
    table.print();
}

fn by_hand(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    conn.pragma_update(None, "synchronous", "FULL").unwrap();
    let table = "CREATE TABLE users (app INTEGER, id TEXT, name TEXT, at INTEGER, PRIMARY KEY (app, id)) WITHOUT ROWID";
    conn.execute_batch(table).unwrap();
    conn
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
