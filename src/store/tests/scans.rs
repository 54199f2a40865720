//! Scans have an end, and the log beside them has a bound.

use std::time::Duration;

use tokio::sync::oneshot;

use super::*;
use crate::store::scans::Bounds;

/// Counts without an end.
const ENDLESS: &str = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
/// More than run at the same time.
const MANY: usize = 12;

fn bounded(bounds: Bounds) -> (Store, Arc<App>) {
    let place = Place::temporary().expect("a place");
    let store = Store::open_bounded(place, None, bounds).expect("a store");
    let app = run(store.create_app(new_app("a"))).expect("an app");
    (store, app)
}

fn endless(tx: &ReadTx<'_>) -> Result<i64> {
    Ok(tx.conn().query_row(ENDLESS, [], |row| row.get(0))?)
}

#[test]
fn a_scan_that_takes_too_long_ends_with_an_error_that_says_so() {
    let (store, app) = bounded(Bounds { scan: Duration::ZERO, ..Bounds::default() });
    let error = run(store.scan(&Scope::own(&app), endless)).expect_err("no end");
    assert_eq!(error.code, Code::RequestTimeoutError);
    assert_eq!(error.message, "it took over 0 s to read through the database. Ask for less at a time");
    let few = run(store.scan(&Scope::own(&app), users::count));
    assert_eq!(few, Ok(0), "what is done soon is not broken off");
}

/// All would wait for the first ones for ever.
#[test]
fn a_scan_ends_when_nobody_waits_for_it_any_more() {
    let (store, app) = bounded(Bounds { scan: Duration::MAX, ..Bounds::default() });
    run(async {
        for _ in 0..MANY {
            let (begins, begun) = oneshot::channel();
            let own = Scope::own(&app);
            let scan = store.scan(&own, move |tx| {
                begins.send(()).expect("somebody waits");
                endless(tx)
            });
            tokio::select! {
                biased;
                result = scan => panic!("it has no end: {result:?}"),
                begun = begun => begun.expect("it begins"),
            }
        }
        assert_eq!(store.scan(&Scope::own(&app), users::count).await, Ok(0));
    });
}

#[test]
fn a_log_that_is_too_long_is_begun_anew_before_the_next_scan() {
    const LOG_MAX: u64 = 300_000;
    let (store, app) = bounded(Bounds { log_max: LOG_MAX, ..Bounds::default() });
    let log = file::beside(store.0.place.database(), "-wal");
    let length = move || std::fs::metadata(&log).expect("a log").len();
    let own = Scope::own(&app);
    let (release, held) = mpsc::channel::<()>();
    let (begins, begun) = oneshot::channel();
    let holder = store.scan(&own, move |tx| {
        users::count(tx)?;
        begins.send(()).expect("somebody waits");
        held.recv().expect("a release");
        users::count(tx)
    });
    let of_next = length.clone();
    let next = async {
        begun.await.expect("it begins");
        let mut number = 0;
        while length() < LOG_MAX {
            number += 1;
            store.write(&own, save(user(&format!("u{number}")))).await.expect("kept");
        }
        // Several wait; the log is begun anew for all of them, once the one that reads in it is done.
        let scans = (0..MANY).map(|_| {
            let length = of_next.clone();
            store.scan(&own, move |tx| Ok((users::count(tx)?, length())))
        });
        let let_go = async { release.send(()).expect("it waits") };
        let (seen, ()) = tokio::join!(biased; join_all(scans), let_go);
        (number, seen)
    };
    let (held, (number, seen)) = run(async { tokio::join!(holder, next) });
    assert_eq!(held, Ok(0), "it saw what was there when it began");
    for scan in seen {
        let (users, length) = scan.expect("a count");
        assert_eq!(users, number);
        assert!(length < LOG_MAX, "{length}");
    }
}
