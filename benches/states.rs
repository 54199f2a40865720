//! What is done to an app's whole state, and how long another app waits meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use millpond::config::Database;
use millpond::ids::UserId;
use millpond::model::user::User;
use millpond::store::file::Place;
use millpond::store::{Scope, Store, users};

use crate::client::{Client, request};
use crate::measure::{Aim, Spread, Table, milliseconds, timed};
use crate::millpond::{Millpond, import, new_app, wait};

/// What is done, for how many users there is an aim, and the aim in milliseconds (design.md 8).
const AIMS: &[(&str, usize, f64)] = &[("reset", 1_000, 5.0), ("clone", 100, 2.0)];

/// The close code of sockets, of which there are none here.
const CLOSE_CODE: u16 = 1000;

pub fn run(is_big: bool) {
    let mut table = Table::new(
        "states: whole states of an app, in milliseconds: median (least to most)",
        ["users", "what", "in memory", "in a file", "aim"],
    );
    let sizes: &[(usize, usize)] = &[(100, 21), (1_000, 21), (100_000, if is_big { 9 } else { 3 })];
    let folder = tempfile::tempdir().unwrap();
    for &(users, runs) in sizes {
        let memory = Store::open(Place::temporary().unwrap()).unwrap();
        let file = Store::open(Place::file(&folder.path().join(format!("{users}.db"))).unwrap()).unwrap();
        let (in_memory, in_file) = (whole_states(&memory, users, runs), whole_states(&file, users, runs));
        for ((what, spread), (_, durable)) in in_memory.into_iter().zip(in_file) {
            let aim =
                AIMS.iter().find(|aim| (aim.0, aim.1) == (what, users)).map_or(Aim::None, |aim| Aim::AtMost(aim.2));
            let aim = aim.of(spread.median());
            table.row([&users, &what, &spread, &durable, &aim]);
        }
        memory.close();
        file.close();
    }
    table.print();
    over_http();
    stalls();
}

/// Each thing so many times, by turns. What a run leaves behind is swept before the next.
fn whole_states(store: &Store, users: usize, runs: usize) -> Vec<(&'static str, Spread)> {
    import(store, "original", users);
    wait(store.take_snapshot("original", "kept")).unwrap();
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..runs {
        wait(store.swept()).unwrap();
        times[0].push(timed(|| wait(store.reset("original", CLOSE_CODE)).unwrap()).0);
        wait(store.swept()).unwrap();
        let (time, clone) = timed(|| wait(store.clone_app("original", new_app("clone"), None, |_| None)).unwrap());
        times[1].push(time);
        wait(store.delete_app(&clone)).unwrap();
        wait(store.swept()).unwrap();
        times[2].push(timed(|| wait(store.take_snapshot("original", "kept")).unwrap()).0);
        wait(store.swept()).unwrap();
        times[3].push(timed(|| wait(store.restore("original", "kept", CLOSE_CODE)).unwrap().unwrap()).0);
    }
    ["reset", "clone", "snapshot", "restore"].into_iter().zip(times.map(Spread::of)).collect()
}

/// The same through the control API, for the small sizes.
fn over_http() {
    let mut table =
        Table::new("states over HTTP, in memory, in milliseconds: median (least to most)", ["users", "what", "time"]);
    let server = Millpond::start(Database::Memory);
    for users in [100, 1_000] {
        let key = format!("app-{users}");
        import(&server.store, &key, users);
        let mut client = Client::connect(&server.url, 1);
        let mut post = |what: &str, path: &str, body: &str| {
            let times = (0..21).map(|_| {
                wait(server.store.swept()).unwrap();
                let request = request("POST", &format!("/_millpond/apps/{key}{path}"), "", body);
                timed(|| client.once(&request)).0
            });
            table.row([&users, &what, &Spread::of(times)]);
        };
        post("reset", "/reset", "");
        post("clone", "/clone", "{}");
        post("snapshot", "/snapshots", r#"{"name": "kept"}"#);
        post("restore", "/snapshots/kept/restore", "");
    }
    table.print();
}

/// The worst wait of another app's write while 100,000 users are copied, beside the worst without.
fn stalls() {
    let mut table = Table::new(
        "states: another app's writes of one user, in milliseconds: median (least to most)",
        ["meanwhile", "a write waits", "writes", "that took"],
    );
    let store = Store::open(Place::temporary().unwrap()).unwrap();
    import(&store, "large", 100_000);
    import(&store, "small", 10);
    wait(store.swept()).unwrap();
    let (quiet, _) = writes_during(&store, || std::thread::park_timeout(Duration::from_secs(1)));
    table.row([&"nothing", &quiet.0, &quiet.1, &"1000"]);
    let mut row = |what: &str, work: &(dyn Fn() + Sync)| {
        let (writes, time) = writes_during(&store, work);
        table.row([&what, &writes.0, &writes.1, &format!("{time:.0}")]);
    };
    row("a clone of 100,000 users", &|| drop(wait(store.clone_app("large", new_app("copy"), None, |_| None)).unwrap()));
    row("a reset of 100,000 users", &|| drop(wait(store.reset("large", CLOSE_CODE)).unwrap()));
    row("the sweep after it", &|| wait(store.swept()).unwrap());
    store.close();
    table.print();
}

/// Writes to the small app one after the other while something is done: how long each took and how many there were; and how
/// long that took.
fn writes_during(store: &Store, work: impl FnOnce() + Send) -> ((Spread, usize), f64) {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let small = store.apps().get("small").unwrap();
            let mut times = Vec::new();
            while !is_over.load(Ordering::Acquire) {
                let (begun, scope) = (Instant::now(), Scope::own(&small));
                let write = store.write(&scope, |tx| users::save(tx, &User::new(UserId::trusted("writer"), tx.now)));
                wait(write).unwrap();
                times.push(milliseconds(begun));
            }
            times
        });
        let (time, ()) = timed(work);
        is_over.store(true, Ordering::Release);
        let times = writer.join().unwrap();
        let count = times.len();
        ((Spread::of(times), count), time)
    })
}
