use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::json;

use super::file::Place;
use super::migrate::MIGRATIONS;
use super::writer::WRITES_QUEUED_MAX;
use super::*;
use crate::app::App;
use crate::auth::facts::UserFacts;
use crate::auth::revocation::Revocation;
use crate::clock::Time;
use crate::error::{ApiError, Code};
use crate::ids::{AppId, UserId};
use crate::model::user::User;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
}

fn open() -> Store {
    Store::open(Place::temporary().expect("a place")).expect("a store")
}

fn new_app(key: &str) -> apps::NewApp {
    let at = ClockMode::Frozen(Time(1_000_000_000));
    apps::NewApp {
        name: key.to_owned(),
        api_key: key.to_owned(),
        api_secret: "s".to_owned(),
        clock: at,
        is_base: false,
    }
}

fn with_app(key: &str) -> (Store, Arc<App>) {
    let store = open();
    let app = run(store.create_app(new_app(key))).expect("an app");
    (store, app)
}

fn user(id: &str) -> User {
    User::new(UserId::trusted(id), Time(1))
}

fn revoked(id: &str) -> User {
    User { revocation: Some(Revocation::by_app(Time(5), 0)), ..user(id) }
}

fn save(user: User) -> impl FnOnce(&WriteTx<'_>) -> Result<()> + Send + 'static {
    move |tx| users::save(tx, &user)
}

fn is_there(store: &Store, app: &Arc<App>, id: &str) -> bool {
    store.read(&Scope::own(app), |tx| users::exists(tx, id)).expect("a read")
}

/// Refuses once john is revoked, and counts how often it was asked.
struct UnlessRevoked {
    app: Arc<App>,
    asked: AtomicUsize,
}

impl Admission for UnlessRevoked {
    fn still_stands(&self) -> Result<()> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.app.facts("john").revocation {
            None => Ok(()),
            Some(_) => Err(ApiError::not_allowed("revoked")),
        }
    }
}

fn admitted(app: &Arc<App>) -> (Scope, Arc<UnlessRevoked>) {
    let admission = Arc::new(UnlessRevoked { app: Arc::clone(app), asked: AtomicUsize::new(0) });
    let scope = Scope::admitted(app, Time(1), app.epoch(), Arc::<UnlessRevoked>::clone(&admission));
    (scope, admission)
}

/// Queues jobs while the writer is held, so that all of them wait together, in this order.
fn together(store: &Store, app: &Arc<App>, jobs: Vec<(Scope, User)>) -> Vec<Result<()>> {
    let (release, held) = mpsc::channel::<()>();
    let (has_begun, begun) = mpsc::channel::<()>();
    let own = Scope::own(app);
    let holder = store.write(&own, move |_| {
        has_begun.send(()).expect("somebody waits");
        held.recv().expect("a release");
        Ok(())
    });
    let writes = jobs.into_iter().map(|(scope, user)| {
        let store = store.clone();
        async move { store.write(&scope, save(user)).await }
    });
    let all = join_all(writes);
    let let_go = async {
        begun.recv().expect("the writer holds");
        release.send(()).expect("the writer waits");
    };
    // Polled in this order: the holder is queued, then the jobs, and only then is the writer let go.
    let (holding, results, ()) = run(async { tokio::join!(biased; holder, all, let_go) });
    holding.expect("held");
    results
}

#[test]
fn a_write_queued_behind_a_revocation_is_judged_anew_and_refused() {
    let (store, app) = with_app("a");
    let (scope, admission) = admitted(&app);
    let results = together(&store, &app, vec![(Scope::own(&app), revoked("john")), (scope, user("behind"))]);
    assert!(results[0].is_ok());
    assert_eq!(results[1], Err(ApiError::not_allowed("revoked")));
    assert_eq!(admission.asked.load(Ordering::SeqCst), 1);
    assert!(!is_there(&store, &app, "behind"));
}

#[test]
fn a_write_queued_before_a_revocation_is_kept() {
    let (store, app) = with_app("a");
    let (scope, admission) = admitted(&app);
    let results = together(&store, &app, vec![(scope, user("ahead")), (Scope::own(&app), revoked("john"))]);
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(admission.asked.load(Ordering::SeqCst), 0);
    assert!(is_there(&store, &app, "ahead"));
}

#[test]
fn only_what_can_change_a_verdict_has_verdicts_made_anew() {
    let (store, app) = with_app("a");
    let (scope, admission) = admitted(&app);
    let results = together(&store, &app, vec![(Scope::own(&app), user("plain")), (scope, user("behind"))]);
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(admission.asked.load(Ordering::SeqCst), 0);
    let (scope, admission) = admitted(&app);
    let other = User { deactivated_at: Some(Time(1)), ..user("other") };
    let results = together(&store, &app, vec![(Scope::own(&app), other), (scope, user("later"))]);
    assert!(results.iter().all(Result::is_ok), "asked again, and still standing");
    assert_eq!(admission.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn more_writes_than_the_queue_holds_wait_and_all_are_done() {
    let (store, app) = with_app("a");
    let jobs = (0..3 * WRITES_QUEUED_MAX).map(|n| (Scope::own(&app), user(&format!("u{n}")))).collect();
    let results = together(&store, &app, jobs);
    assert!(results.iter().all(Result::is_ok), "{:?}", results.iter().find(|result| result.is_err()));
    assert!(is_there(&store, &app, "u0") && is_there(&store, &app, &format!("u{}", 3 * WRITES_QUEUED_MAX - 1)));
}

/// In the queue or before it: a client that hung up has nothing done for it, and takes nobody's place.
#[test]
fn writes_whose_callers_are_gone_are_forgotten() {
    let (store, app) = with_app("a");
    let (release, held) = mpsc::channel::<()>();
    run(async {
        let own = Scope::own(&app);
        let mut holder = Box::pin(store.write(&own, move |_| {
            held.recv().expect("a release");
            Ok(())
        }));
        assert!(holder.as_mut().now_or_never().is_none());
        let own = &own;
        let mut gone: Vec<_> =
            (0..2 * WRITES_QUEUED_MAX).map(|n| Box::pin(store.write(own, save(user(&format!("gone{n}")))))).collect();
        for write in &mut gone {
            assert!(write.as_mut().now_or_never().is_none());
        }
        drop(gone);
        let mut behind = Box::pin(store.write(own, save(user("behind"))));
        assert!(behind.as_mut().now_or_never().is_none());
        release.send(()).expect("the writer waits");
        holder.await.expect("held");
        behind.await.expect("done");
    });
    assert!(is_there(&store, &app, "behind"));
    assert!((0..2 * WRITES_QUEUED_MAX).all(|n| !is_there(&store, &app, &format!("gone{n}"))));
}

/// A reset is not behind a burst: its steps have places of their own.
#[test]
fn a_burst_of_writes_takes_no_place_of_jobs_on_whole_states() {
    let (store, app) = with_app("a");
    let (release, held) = mpsc::channel::<()>();
    run(async {
        let own = Scope::own(&app);
        let mut holder = Box::pin(store.write(&own, move |_| {
            held.recv().expect("a release");
            Ok(())
        }));
        assert!(holder.as_mut().now_or_never().is_none());
        let own = &own;
        let mut burst: Vec<_> =
            (0..2 * WRITES_QUEUED_MAX).map(|n| Box::pin(store.write(own, save(user(&format!("u{n}")))))).collect();
        for write in &mut burst {
            assert!(write.as_mut().now_or_never().is_none());
        }
        let mut step = Box::pin(store.0.writer.step(|_| Ok(((), Publish::nothing()))));
        assert!(step.as_mut().now_or_never().is_none());
        release.send(()).expect("the writer waits");
        holder.await.expect("held");
        // Done although the half of the burst that has no place yet is not even polled.
        step.await.expect("done");
    });
}

#[test]
fn writes_that_wait_together_fail_apart() {
    let (store, app) = with_app("a");
    let scope = Scope::own(&app);
    let fails = store.write(&scope, |tx| {
        users::save(tx, &user("lost"))?;
        Err::<(), _>(ApiError::input("no"))
    });
    let panics = store.write(&scope, |tx| -> Result<()> {
        users::save(tx, &user("lost too"))?;
        panic!("on purpose")
    });
    let (first, second, third, fourth) = run(async {
        tokio::join!(
            store.write(&scope, save(user("kept"))),
            fails,
            panics,
            store.write(&scope, save(user("kept too")))
        )
    });
    assert!(first.is_ok() && fourth.is_ok());
    assert_eq!(second, Err(ApiError::input("no")));
    assert_eq!(third.expect_err("a panic").code, Code::InternalSystemError);
    assert!(is_there(&store, &app, "kept") && is_there(&store, &app, "kept too"));
    assert!(!is_there(&store, &app, "lost") && !is_there(&store, &app, "lost too"));
}

#[test]
fn when_a_write_answers_memory_and_readers_know_it() {
    let (store, app) = with_app("a");
    for round in 0..50 {
        let wanted = if round % 2 == 0 { revoked("john") } else { user("john") };
        run(store.write(&Scope::own(&app), save(wanted.clone()))).expect("written");
        assert_eq!(app.facts("john").revocation, wanted.revocation);
        let read = store.read(&Scope::own(&app), |tx| users::get(tx, "john")).expect("read").expect("there");
        assert_eq!(read.revocation, wanted.revocation);
    }
}

#[test]
fn a_write_that_is_taken_back_tells_memory_nothing() {
    let (store, app) = with_app("a");
    let refused = run(store.write(&Scope::own(&app), |tx| {
        users::save(tx, &revoked("john"))?;
        Err::<(), _>(ApiError::input("no"))
    }));
    assert!(refused.is_err());
    assert_eq!(*app.facts("john"), UserFacts::ordinary());
}

#[test]
fn nothing_is_written_into_an_app_that_is_gone() {
    let (store, app) = with_app("a");
    let late = Scope::own(&app);
    run(store.delete_app(&app)).expect("deleted");
    let refused = run(store.write(&late, save(user("late")))).expect_err("refused");
    assert_eq!((refused.code, refused.message.as_ref()), (Code::AccessKeyError, "api_key not valid"));
    let again = run(store.create_app(new_app("a"))).expect("made again");
    assert_ne!(again.id, app.id, "a number is never given twice");
    assert!(!is_there(&store, &again, "late"));
}

#[test]
fn a_write_queued_behind_the_deletion_of_its_app_is_refused() {
    let (store, app) = with_app("a");
    let scope = Scope::own(&app);
    let (deleted, late) =
        run(async { tokio::join!(biased; store.delete_app(&app), store.write(&scope, save(user("late")))) });
    assert!(deleted.is_ok());
    assert_eq!(late.expect_err("refused").code, Code::AccessKeyError);
}

#[test]
fn what_memory_was_told_is_what_a_start_reads() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("x.db");
    let open = || Store::open(Place::file(&file).expect("a place")).expect("a store");
    let told = {
        let store = open();
        let app = run(store.create_app(new_app("a"))).expect("an app");
        for user in [
            user("plain"),
            revoked("revoked"),
            User { deactivated_at: Some(Time(2)), ..user("off") },
            User { deleted_at: Some(Time(2)), deletion: Some(crate::model::user::Deletion::Soft), ..user("gone") },
            User { role: "admin".to_owned(), ..user("admin") },
            User { teams: vec!["red".to_owned()], ..user("red") },
        ] {
            run(store.write(&Scope::own(&app), save(user))).expect("written");
        }
        run(store.write(&Scope::own(&app), save(user("admin")))).expect("ordinary again");
        store.close();
        app
    };
    let app = open().apps().get("a").expect("known");
    for id in ["plain", "revoked", "off", "gone", "admin", "red", "nobody"] {
        assert_eq!(app.facts(id), told.facts(id), "{id}");
    }
    assert_eq!(*app.facts("admin"), UserFacts::ordinary());
    assert_eq!(app.clock.mode(), told.clock.mode());
    assert_eq!(json!(app.facts("red").teams), json!(["red"]));
}

#[test]
fn a_closed_store_refuses_writes_and_keeps_what_it_has() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = Store::open(Place::file(&directory.path().join("x.db")).expect("a place")).expect("a store");
    let app = run(store.create_app(new_app("a"))).expect("an app");
    run(store.write(&Scope::own(&app), save(user("john")))).expect("written");
    store.close();
    assert!(run(store.write(&Scope::own(&app), save(user("late")))).is_err());
    assert!(is_there(&store, &app, "john"));
    store.close();
}

#[test]
fn the_readers_of_two_stores_on_one_thread_are_not_mixed_up() {
    let (first, app) = with_app("a");
    run(first.write(&Scope::own(&app), save(user("john")))).expect("written");
    let (second, other) = with_app("a");
    assert!(is_there(&first, &app, "john"));
    assert!(!is_there(&second, &other, "john"));
    assert!(is_there(&first, &app, "john"));
}

#[test]
fn a_deleted_app_leaves_no_row_however_many_it_has() {
    let (store, app) = with_app("a");
    let many = run(store.write(&Scope::own(&app), |tx| {
        (0..2_500).try_for_each(|number| users::save(tx, &user(&format!("u{number}"))))
    }));
    many.expect("written");
    let (_other, kept) = (run(store.create_app(new_app("b"))).expect("an app"), "kept");
    let other = store.apps().get("b").expect("an app");
    run(store.write(&Scope::own(&other), save(user(kept)))).expect("written");
    run(async { (store.delete_app(&app).await.expect("deleted"), store.swept().await.expect("swept")) });
    let rows = |table: &str, app: AppId| {
        let count = format!("SELECT count(*) FROM {table} WHERE app = ?1");
        store
            .0
            .scans
            .reader()
            .expect("a reader")
            .query_row(&count, [app.0], |row| row.get::<_, i64>(0))
            .expect("a count")
    };
    assert_eq!((rows("users", app.id), rows("states", app.id), rows("users", other.id)), (0, 0, 1));
}

#[test]
fn what_was_cut_short_is_finished_at_the_next_start() {
    let conn = Connection::open_in_memory().expect("memory");
    for migration in MIGRATIONS {
        conn.execute_batch(migration).expect("the schema");
    }
    conn.execute_batch(
        "INSERT INTO apps (id, api_key, api_secret) VALUES (1, 'k', 's');
         INSERT INTO states (app, owner, role, name, created_at, updated_at)
         VALUES (7, 0, 'gone', '', 0, 0), (8, 1, 'live', '', 0, 0), (9, 0, 'making', '', 0, 0), (10, 2, 'live', '', 0, 0);
         INSERT INTO grants VALUES (7, '.app', 'user', '[]'), (8, '.app', 'user', '[]'), (9, '.app', 'user', '[]')",
    )
    .expect("rows");
    states::sweep_all(&conn).expect("swept");
    let left = |table| conn.query_row(&format!("SELECT sum(app) FROM {table}"), [], |row| row.get::<_, i64>(0));
    assert_eq!((left("grants").expect("a sum"), left("states").expect("a sum")), (8, 8));
}

#[test]
fn the_apps_of_an_older_database_are_there_under_the_new_schema() {
    let mut conn = Connection::open_in_memory().expect("memory");
    conn.execute_batch(MIGRATIONS[0]).expect("the first schema");
    conn.execute_batch(
        "INSERT INTO apps (app, api_key, api_secret, name, settings, emulator, clock_mode, clock_ns, created_at, updated_at)
         VALUES (3, 'k', 's', 'n', '{\"suspended\":true}', '{\"unknown_user\":\"refuse\"}', 'frozen', 5, 6, 7);
         INSERT INTO deleted_apps VALUES (2); INSERT INTO grants VALUES (2, 'user', '[]'), (3, 'user', '[]');
         PRAGMA user_version = 1",
    )
    .expect("rows");
    migrate::run(&mut conn, Path::new("x.db")).expect("migrated");
    states::sweep_all(&conn).expect("swept");
    let apps = apps::load_all(&conn, None).expect("apps");
    let app = &apps[0];
    let state = app.state();
    assert_eq!((apps.len(), &*app.api_key, app.number, app.id), (1, "k", 3, AppId(3)));
    assert_eq!((state.name.as_str(), state.secret.reveal(), state.created_at), ("n", "s", Time(6)));
    assert!(state.rules.suspended && state.emulator.unknown_user == crate::settings::UnknownUser::Refuse);
    assert_eq!(app.clock.mode(), ClockMode::Frozen(Time(5)));
    assert!(state.grants.get(crate::permission::Scope::App, "user").is_some());
    let swept: i64 = conn.query_row("SELECT count(*) FROM grants", [], |row| row.get(0)).expect("a count");
    assert_eq!(swept, 1);
}

#[path = "tests/copies.rs"]
mod copies_tests;

mod judged;
mod races;

#[path = "tests/health.rs"]
mod health_tests;

#[path = "tests/scans.rs"]
mod scans_tests;
