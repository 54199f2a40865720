//! Whole states: reset, snapshots, clones.

use super::*;
use crate::app::Gone;
use crate::store::states::CLOSE_CODE_DEFAULT;

fn fill(store: &Store, app: &Arc<App>, prefix: &'static str, users: usize) {
    let scope = Scope::own(app);
    let filled = store.write(&scope, move |tx| {
        (0..users).try_for_each(|number| users::save(tx, &user(&format!("{prefix}{number:05}"))))
    });
    run(filled).expect("written");
}

/// Every row of every table of a state, and its own record.
fn rows_of(store: &Store, state: AppId) -> Vec<String> {
    let conn = store.0.scans.reader().expect("a reader");
    let mut rows = Vec::new();
    let own = tables::TABLES
        .iter()
        .map(|table| (table.name, tables::columns(&conn, table.name).expect("columns").join(", ")));
    for (table, columns) in own.chain([("states", tables::RECORD.to_owned())]) {
        let sql = format!("SELECT json_array({columns}) FROM {table} WHERE app = ?1 ORDER BY {columns}");
        let mut query = conn.prepare(&sql).expect(table);
        let found = query.query_map([state.0], |row| row.get::<_, String>(0)).expect(table);
        rows.extend(found.map(|row| format!("{table} {}", row.expect(table))));
    }
    rows
}

fn count(store: &Store, app: &Arc<App>) -> i64 {
    let conn = store.0.scans.reader().expect("a reader");
    conn.query_row("SELECT count(*) FROM users WHERE app = ?1", [app.id.0], |row| row.get(0)).expect("a count")
}

#[test]
fn a_reset_goes_back_to_the_beginning_and_ends_what_was_under_way() {
    let (store, app) = with_app("a");
    let before = rows_of(&store, app.id);
    fill(&store, &app, "u", 3);
    run(store.write(&Scope::own(&app), save(revoked("john")))).expect("written");
    let late = Scope::own(&app);
    let fresh = run(store.reset("a", CLOSE_CODE_DEFAULT)).expect("reset");
    assert_eq!(rows_of(&store, fresh.id), before);
    assert_eq!(*fresh.facts("john"), UserFacts::ordinary());
    assert_eq!((fresh.number, app.gone(), fresh.gone()), (app.number, Some(Gone::Replaced(1000)), None));
    assert!(Arc::ptr_eq(&store.apps().get("a").expect("known"), &fresh));
    let refused = run(store.write(&late, save(user("late")))).expect_err("refused");
    assert_eq!(refused.message, "the app was reset while this call was under way");
    assert!(!is_there(&store, &fresh, "late"));
    let again = run(store.reset("a", CLOSE_CODE_DEFAULT)).expect("reset twice");
    assert_eq!(rows_of(&store, again.id), before);
}

#[test]
fn a_large_state_is_copied_in_pieces_and_whole() {
    let (store, app) = with_app("a");
    let other = run(store.create_app(new_app("b"))).expect("an app");
    fill(&store, &app, "u", 12_345);
    fill(&store, &other, "other", 1);
    let snapshot = run(store.take_snapshot("a", "full")).expect("a snapshot");
    assert_eq!((snapshot.users, snapshot.created_at), (12_345, Time(1_000_000_000)));
    let before = rows_of(&store, app.id);
    let scope = Scope::own(&app);
    run(store.write(&scope, |tx| users::clear(tx, "u00007"))).expect("cleared");
    fill(&store, &app, "late", 1);
    let restored = run(store.restore("a", "full", CLOSE_CODE_DEFAULT)).expect("restored").expect("there is one");
    assert!(rows_of(&store, restored.id) == before, "the restored state is not the one that was kept");
    assert_eq!(count(&store, &other), 1);
    assert!(run(store.restore("a", "none", CLOSE_CODE_DEFAULT)).expect("fine").is_none());
    run(store.swept()).expect("swept");
    assert_eq!(count(&store, &app), 0, "what was given up is taken away");
}

#[test]
fn a_clone_is_like_the_original_and_of_its_own() {
    let (store, app) = with_app("a");
    fill(&store, &app, "u", 5);
    run(store.write(&Scope::own(&app), save(revoked("john")))).expect("written");
    let clone = run(store.clone_app("a", new_app("c"), Some(Time(9)), |_| None)).expect("cloned");
    assert_eq!((count(&store, &clone), clone.expires_at), (6, Some(Time(9))));
    assert_eq!(clone.facts("john"), app.facts("john"));
    assert_eq!((clone.clock.mode(), clone.state().name.as_str()), (app.clock.mode(), "c"));
    run(store.write(&Scope::own(&clone), save(user("mine")))).expect("written");
    assert!(!is_there(&store, &app, "mine"));
    let clone = run(store.reset("c", CLOSE_CODE_DEFAULT)).expect("reset");
    assert!(is_there(&store, &clone, "u00004") && !is_there(&store, &clone, "mine"));
    let taken = run(store.clone_app("a", new_app("c"), None, |_| None)).expect_err("taken");
    assert_eq!(taken.message, "api_key \"c\" is taken");
    assert_eq!(count(&store, &clone), 6);
}

#[test]
fn the_reset_of_everything_takes_away_what_came_and_brings_back_what_went() {
    let store = open();
    let base = apps::NewApp { is_base: true, ..new_app("base") };
    let app = run(store.create_app(base)).expect("an app");
    run(store.create_app(new_app("extra"))).expect("an app");
    run(store.delete_app(&app)).expect("deleted");
    assert!(store.apps().get("base").is_none());
    run(store.reset_all(CLOSE_CODE_DEFAULT)).expect("reset");
    let keys: Vec<_> = store.apps().all().iter().map(|app| app.api_key.to_string()).collect();
    assert_eq!(keys, ["base"]);
    assert_eq!(store.apps().get("base").map(|back| back.number), Some(app.number));
}

#[test]
fn snapshots_are_listed_by_name_replaced_and_forgotten() {
    let (store, app) = with_app("a");
    run(store.take_snapshot("a", "two")).expect("a snapshot");
    run(store.take_snapshot("a", "one")).expect("a snapshot");
    fill(&store, &app, "u", 2);
    run(store.take_snapshot("a", "two")).expect("another in its place");
    let listed = run(store.snapshots("a")).expect("listed");
    let shown: Vec<_> = listed.iter().map(|kept| (kept.name.as_str(), kept.users)).collect();
    assert_eq!(shown, [("one", 0), ("two", 2)]);
    assert!(run(store.forget_snapshot("a", "one")).expect("forgotten"));
    assert!(!run(store.forget_snapshot("a", "one")).expect("nothing to forget"));
    run(store.delete_app(&app)).expect("deleted");
    let again = run(store.create_app(new_app("a"))).expect("made again");
    assert!(run(store.snapshots("a")).expect("listed").is_empty());
    assert_ne!(again.number, app.number);
}

#[test]
fn a_reset_goes_back_to_the_same_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || Store::open(Place::file(&directory.path().join("x.db")).expect("a place")).expect("a store");
    let store = open();
    let app = run(store.create_app(new_app("a"))).expect("an app");
    let before = rows_of(&store, app.id);
    fill(&store, &app, "u", 3);
    store.close();
    let store = open();
    let app = store.apps().get("a").expect("known");
    assert_eq!(count(&store, &app), 3);
    let fresh = run(store.reset("a", CLOSE_CODE_DEFAULT)).expect("reset");
    assert_eq!(rows_of(&store, fresh.id), before);
}

#[test]
fn with_a_seed_ids_are_the_same_each_time_and_others_for_each_app() {
    let ids = |seed| {
        let store = Store::open_seeded(Place::temporary().expect("a place"), seed).expect("a store");
        let [a, b] = ["a", "b"].map(|key| run(store.create_app(new_app(key))).expect("an app"));
        let first = (a.new_id(), b.new_id());
        let a = run(store.reset("a", CLOSE_CODE_DEFAULT)).expect("reset");
        assert_eq!(a.new_id() == first.0, seed.is_some(), "a reset begins with the ids anew");
        first
    };
    let (one, other) = (ids(Some(7)), ids(Some(7)));
    assert_eq!(one, other);
    assert_ne!(one.0, one.1);
    assert_ne!(ids(Some(8)), one);
    assert_ne!(ids(None), ids(None));
}
