//! A database that fails under a running process: told in words, nothing acknowledged that was not kept, and well again
//! when it can be.

use std::path::Path;

use super::*;
use crate::error::Trouble;

/// On the writer's own connection, beside what it writes.
fn on_the_writer(store: &Store, pragma: &'static str) {
    run(store.0.writer.step(move |conn| {
        conn.execute_batch(pragma)?;
        Ok(((), Publish::nothing()))
    }))
    .expect("a pragma");
}

fn write(store: &Store, app: &Arc<App>, user: User) -> Result<()> {
    run(store.write(&Scope::own(app), save(user)))
}

fn big(id: &str) -> User {
    let custom = [("text".to_owned(), json!("x".repeat(100_000)))].into_iter().collect();
    User { custom, ..user(id) }
}

fn assert_told(store: &Store, error: ApiError, trouble: Trouble) {
    let path = store.0.scans.health.told(ApiError::of_database(trouble)).message;
    assert_eq!((error.code, error.trouble, error.message), (Code::InternalSystemError, Some(trouble), path));
}

#[test]
fn a_full_database_refuses_in_words_and_takes_writes_again_when_there_is_room() {
    let (store, app) = with_app("a");
    write(&store, &app, user("before")).expect("kept");
    on_the_writer(&store, "PRAGMA max_page_count = 1");
    let error = write(&store, &app, big("big")).expect_err("no room");
    assert_told(&store, error, Trouble::Full);
    assert!(is_there(&store, &app, "before"), "reads still work");
    assert!(!is_there(&store, &app, "big"));
    on_the_writer(&store, "PRAGMA max_page_count = 1000000");
    write(&store, &app, big("big")).expect("room again");
    assert!(is_there(&store, &app, "big"));
}

#[test]
fn a_write_without_room_leaves_the_others_of_its_group_alone_or_takes_them_all_back() {
    let (store, app) = with_app("a");
    on_the_writer(&store, "PRAGMA max_page_count = 1");
    let ids = ["a", "b", "big", "c", "d"];
    let own = Scope::own(&app);
    let (release, held) = mpsc::channel::<()>();
    // It is in their group, and may share their fate.
    let holder = store.write(&own, move |_| {
        held.recv().expect("a release");
        Ok(())
    });
    let writes = ids.map(|id| store.write(&own, save(if id == "big" { big(id) } else { user(id) })));
    let let_go = async { release.send(()).expect("the writer waits") };
    let (_, results, ()) = run(async { tokio::join!(biased; holder, join_all(writes), let_go) });
    assert!(results[2].is_err());
    on_the_writer(&store, "PRAGMA max_page_count = 1000000");
    for (id, result) in ids.iter().zip(&results) {
        assert_eq!(is_there(&store, &app, id), result.is_ok(), "{id}: {result:?}");
    }
}

/// What an error of the disk does in the midst of a group: SQLite takes back the transaction, savepoints and all.
#[test]
fn a_transaction_that_is_lost_is_answered_to_all_of_its_group_and_nothing_commits_by_itself() {
    let (store, app) = with_app("a");
    let loses = |tx: &WriteTx<'_>| -> Result<()> {
        users::save(tx, &user("loses"))?;
        tx.conn().execute_batch("ROLLBACK")?;
        Err(ApiError::of_database(Trouble::Failing))
    };
    let (release, held) = mpsc::channel::<()>();
    let own = Scope::own(&app);
    let first = store.write(&own, move |tx| {
        held.recv().expect("a release");
        users::save(tx, &user("first"))
    });
    let (second, third) = (store.write(&own, loses), store.write(&own, save(user("third"))));
    let let_go = async { release.send(()).expect("the writer waits") };
    let (first, second, third, ()) = run(async { tokio::join!(biased; first, second, third, let_go) });
    assert_told(&store, first.expect_err("lost"), Trouble::Failing);
    assert_told(&store, second.expect_err("lost"), Trouble::Failing);
    third.expect("another group's");
    assert_eq!(["first", "loses", "third"].map(|id| is_there(&store, &app, id)), [false, false, true]);
}

#[test]
fn a_database_that_can_only_be_read_refuses_writes_in_words() {
    let (store, app) = with_app("a");
    write(&store, &app, user("before")).expect("kept");
    let late = |tx: &WriteTx<'_>| {
        // As SQLite answers it for a file that lost its permission.
        tx.conn().execute_batch("PRAGMA query_only = ON")?;
        let outcome = users::save(tx, &user("late"));
        tx.conn().execute_batch("PRAGMA query_only = OFF")?;
        outcome
    };
    let error = run(store.write(&Scope::own(&app), late)).expect_err("read-only");
    assert_told(&store, error, Trouble::ReadOnly);
    assert!(is_there(&store, &app, "before") && !is_there(&store, &app, "late"));
    write(&store, &app, user("late")).expect("writable again");
}

#[test]
fn a_damaged_database_is_told_as_one() {
    let place = Place::temporary().expect("a place");
    let store = Store::open_bounded(place, None, Bounds { log_max: 0, ..Bounds::default() }).expect("a store");
    let app = run(store.create_app(new_app("a"))).expect("an app");
    write(&store, &app, user("before")).expect("kept");
    // The log is over its bound, so that this has all of it written into the file first.
    run(store.scan(&Scope::own(&app), users::count)).expect("a count");
    std::fs::write(store.0.place.database(), vec![0x5a; 400_000]).expect("written over");
    // On a thread of its own, so with a connection of its own.
    let (of_thread, app_there) = (store.clone(), Arc::clone(&app));
    let read = std::thread::spawn(move || of_thread.read(&Scope::own(&app_there), |tx| users::exists(tx, "before")));
    assert_told(&store, read.join().expect("a thread").expect_err("damaged"), Trouble::Damaged);
}

fn assert_gone(store: &Store, app: &Arc<App>) {
    let error = write(store, app, user("late")).expect_err("gone");
    assert_told(store, error, Trouble::Gone);
    let (of_thread, app_there) = (store.clone(), Arc::clone(app));
    let read = std::thread::spawn(move || of_thread.read(&Scope::own(&app_there), |tx| users::exists(tx, "late")));
    assert_told(store, read.join().expect("a thread").expect_err("not another's"), Trouble::Gone);
}

#[test]
#[cfg(unix)]
fn no_file_of_the_database_can_be_removed_or_replaced_unnoticed() {
    for ending in ["", "-wal", "-shm", ".lock"] {
        let (store, app) = with_app("a");
        write(&store, &app, user("before")).expect("kept");
        let path = file::beside(store.0.place.database(), ending);
        let aside = path.with_extension("aside");
        std::fs::rename(&path, &aside).expect("moved");
        assert_gone(&store, &app);
        std::fs::copy(&aside, &path).expect("another file of the same name");
        assert_gone(&store, &app);
        std::fs::rename(&aside, &path).expect("moved back");
        write(&store, &app, user("late")).expect("the same file again");
        assert!(is_there(&store, &app, "late"), "{ending}");
    }
}

#[test]
#[cfg(unix)]
fn a_folder_that_is_removed_is_noticed() {
    let (store, app) = with_app("a");
    std::fs::remove_dir_all(store.0.place.database().parent().expect("a folder")).expect("removed");
    assert_gone(&store, &app);
}

#[test]
fn trouble_is_in_the_log_once_until_it_is_over() {
    let health = Health::new(Path::new("/nowhere/x.db"));
    assert!(health.is_news(Trouble::Full));
    assert!(!health.is_news(Trouble::Full));
    assert!(health.is_news(Trouble::Damaged));
    health.written();
    assert!(!health.is_news(Trouble::Damaged), "it is not mended by a write");
    assert!(health.is_news(Trouble::Full), "it has come back");
}

#[test]
fn a_connection_that_could_not_be_written_down_is_not_counted() {
    let (store, app) = with_app("a");
    let john = UserId::trusted("john");
    let of = john.clone();
    let refused = run(store.write(&Scope::own(&app), move |tx| {
        assert!(tx.opened(&of));
        tx.conn().execute_batch("ROLLBACK")?;
        Ok(())
    }));
    assert!(refused.is_err() && !app.presence.is_online("john"));
    app.presence.opened(&john);
    let of = john.clone();
    let refused: Result<()> = run(store.write(&Scope::own(&app), move |tx| {
        assert!(tx.closed(&of));
        Err(ApiError::input("no"))
    }));
    assert!(refused.is_err() && app.presence.is_online("john"));
}
