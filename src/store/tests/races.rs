//! Jobs on whole states beside each other: whatever the order, each app keeps its own, whole.

use std::sync::Barrier;

use super::*;
use crate::store::states::CLOSE_CODE_DEFAULT;

/// Users of each app: several pieces of a copy.
const USERS: usize = 110;

/// What is done to the apps `x`, `y`, and `c`, a clone of `y`.
#[derive(Clone, Copy, Debug)]
enum Doing {
    /// Adds to `x`.
    ImportMerge,
    /// Exchanges `x`.
    ImportReplace,
    /// Exchanges `x`; all other apps go.
    ImportAlone,
    CloneOfY,
    SnapshotOfY,
    RestoreOfY,
    ResetOfY,
    DeletionOfY,
    /// What happens at the end of its time to live.
    EndOfTheClone,
    CloneOfTheClone,
    ResetOfAll,
    CreationOfY,
}

use self::Doing::{
    CloneOfTheClone, CloneOfY, CreationOfY, DeletionOfY, EndOfTheClone, ImportAlone, ImportMerge, ImportReplace,
    ResetOfAll, ResetOfY, RestoreOfY, SnapshotOfY,
};

const DOINGS: [Doing; 12] = [
    ImportMerge,
    ImportReplace,
    ImportAlone,
    CloneOfY,
    SnapshotOfY,
    RestoreOfY,
    ResetOfY,
    DeletionOfY,
    EndOfTheClone,
    CloneOfTheClone,
    ResetOfAll,
    CreationOfY,
];

/// An app whose users bear its key.
fn filled(key: &'static str, replace: bool) -> Import {
    Import {
        new: apps::NewApp { is_base: true, ..new_app(key) },
        replace,
        clock: None,
        fill: Box::new(move |tx| {
            (0..USERS).try_for_each(|number| users::save(tx, &user(&format!("{key}-{number:03}"))))
        }),
    }
}

/// The world before a round.
async fn begin(store: &Store) {
    store.import(vec![filled("x", true), filled("y", true)], true).await.expect("imported");
    store.take_snapshot("y", "kept").await.expect("a snapshot");
    store.clone_app("y", new_app("c"), None, |_| None).await.expect("a clone");
}

async fn work(store: &Store, job: Doing, new: &str) -> Result<()> {
    match job {
        ImportMerge => store.import(vec![filled("x", false)], false).await,
        ImportReplace => store.import(vec![filled("x", true)], false).await,
        ImportAlone => store.import(vec![filled("x", true)], true).await,
        CloneOfY => store.clone_app("y", new_app(new), None, |_| None).await.map(drop),
        SnapshotOfY => store.take_snapshot("y", "another").await.map(drop),
        RestoreOfY => store.restore("y", "kept", CLOSE_CODE_DEFAULT).await.map(drop),
        ResetOfY => store.reset("y", CLOSE_CODE_DEFAULT).await.map(drop),
        DeletionOfY => match store.apps().get("y") {
            Some(app) => store.delete_app(&app).await,
            None => Ok(()),
        },
        EndOfTheClone => match store.apps().get("c") {
            Some(app) => store.delete_app(&app).await,
            None => Ok(()),
        },
        CloneOfTheClone => store.clone_app("c", new_app(new), None, |_| None).await.map(drop),
        ResetOfAll => store.reset_all(CLOSE_CODE_DEFAULT).await,
        CreationOfY => store.create_app(new_app("y")).await.map(drop),
    }
}

/// Every state belongs to an app, and holds all of that app's users and nobody else's; memory and database agree.
fn check(store: &Store, during: &str) {
    run(store.swept()).expect("swept");
    let conn = store.0.scans.reader().expect("a reader");
    let mut query = conn
        .prepare(
            "SELECT states.app, role, api_key, (SELECT group_concat(DISTINCT substr(id, 1, 2)) FROM users WHERE users.app = states.app),
             (SELECT count(*) FROM users WHERE users.app = states.app)
             FROM states LEFT JOIN apps ON apps.id = owner",
        )
        .expect("a query");
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)));
    let mut live = 0;
    for row in rows.expect("states") {
        let (state, role, key, marks, users): (i64, String, Option<String>, Option<String>, u32) =
            row.expect("a state");
        let told = format!("{during}: state {state}, {role} of {key:?}, has {users} users {marks:?}");
        let key = key.unwrap_or_else(|| panic!("nobody has it; {told}"));
        let mark = if key == "x" { "x-" } else { "y-" };
        // An app that was created begins without users, and so do its clones.
        assert!(users == 0 || (users as usize == USERS && marks.as_deref() == Some(mark)), "{told}");
        if role == "live" {
            live += 1;
            assert_eq!(store.apps().get(&key).map(|app| app.id), Some(AppId(state)), "{told}");
        }
    }
    assert_eq!(store.apps().all().len(), live, "{during}");
    for app in store.apps().all() {
        let reset = run(store.reset(&app.api_key, CLOSE_CODE_DEFAULT));
        assert!(reset.is_ok(), "{during}: {reset:?}");
    }
}

#[test]
fn any_two_jobs_on_whole_states_side_by_side_leave_each_app_its_own() {
    let store = open();
    for (n, one) in DOINGS.into_iter().enumerate() {
        for (m, other) in DOINGS.into_iter().enumerate().skip(n) {
            let during = format!("{one:?} beside {other:?}");
            run(begin(&store));
            let barrier = Barrier::new(2);
            std::thread::scope(|scope| {
                for (at, job) in [one, other].into_iter().enumerate() {
                    let (store, barrier, during) = (&store, &barrier, &during);
                    scope.spawn(move || {
                        barrier.wait();
                        let done = run(work(store, job, &format!("new-{n}-{m}-{at}")));
                        let is_gone = |fault: &ApiError| {
                            ["api_key not valid", "api_key \"y\" is taken"].contains(&&*fault.message)
                        };
                        assert!(done.as_ref().map_or_else(is_gone, |()| true), "{during}: {job:?} {done:?}");
                    });
                }
            });
            check(&store, &during);
        }
    }
}

/// The same step by step: the deletion of an app between two pieces of its copy.
#[test]
fn a_copy_of_what_is_gone_is_refused_and_adopts_nothing() {
    let store = open();
    run(begin(&store));
    let y = store.apps().get("y").expect("known");
    let half = run(store.0.writer.step(move |conn| {
        let mut copying = states::begin_copy(conn, y.id)?;
        assert!(!states::copy_on(conn, &mut copying)?, "more than one piece");
        Ok((copying, Publish::nothing()))
    }));
    let mut half = half.expect("begun");
    let y = store.apps().get("y").expect("known");
    run(store.import(vec![filled("x", true)], true)).expect("imported");
    let gone = Err(ApiError::new(Code::AccessKeyError, "api_key not valid"));
    let state = y.id;
    let begun =
        run(store.0.writer.step(move |conn| Ok((states::begin_copy(conn, state).map(drop), Publish::nothing()))));
    assert_eq!(begun.expect("run"), gone);
    let (number, to) = (y.number, half.to);
    let went_on =
        run(store.0.writer.step(move |conn| Ok((states::copy_on(conn, &mut half).map(drop), Publish::nothing()))));
    assert_eq!(went_on.expect("run"), gone);
    let adopted = run(store
        .0
        .writer
        .step(move |conn| Ok((states::adopt(conn, to, i64::MAX - number, &states::Role::Live), Publish::nothing()))));
    assert_eq!(adopted.expect("run"), gone);
}

/// A clone whose key is taken has copied everything by then.
#[test]
fn what_a_job_that_failed_had_copied_is_swept_at_once() {
    let store = open();
    run(begin(&store));
    run(store.clone_app("y", new_app("x"), None, |_| None)).expect_err("taken");
    check(&store, "a clone that failed");
}

#[test]
fn states_of_nobody_are_swept_at_the_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || Store::open(Place::file(&directory.path().join("x.db")).expect("a place")).expect("a store");
    let store = open();
    run(begin(&store));
    let orphans = "INSERT INTO states (owner, role, name, settings, emulator, clock_mode, clock_ns, created_at, updated_at)
                   SELECT 4711 + app, role, name, settings, emulator, clock_mode, clock_ns, created_at, updated_at FROM states";
    run(store.0.writer.step(move |conn| Ok((conn.execute(orphans, [])?, Publish::nothing())))).expect("made");
    store.close();
    let store = open();
    check(&store, "a start");
}
