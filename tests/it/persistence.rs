//! What outlives the process: the database on a file, and memory that agrees with it.

use std::path::Path;
use std::sync::Arc;

use millpond::app::App;
use millpond::auth::facts::UserFacts;
use millpond::auth::revocation::{Revocation, Said};
use millpond::clock::{ClockMode, Time};
use millpond::domain::{lifecycle, partial, users as rules};
use millpond::ids::UserId;
use millpond::model::user::Deletion;
use millpond::permission;
use millpond::settings::Emulator;
use millpond::store::apps::NewApp;
use millpond::store::named_tokens::NamedToken;
use millpond::store::{Scope, Store, WriteTx, apps, file::Place, grants, named_tokens, roles, users};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn open(path: &Path) -> Store {
    Store::open(Place::file(path).unwrap()).unwrap()
}

fn new_app() -> NewApp {
    NewApp {
        name: "n".to_owned(),
        api_key: "k".to_owned(),
        api_secret: "s".to_owned(),
        clock: ClockMode::Frozen(Time(5)),
        is_base: false,
    }
}

/// Runs a store on a file, closes it, opens it anew, and hands over both apps.
fn reopened<T>(path: &Path, work: impl AsyncFnOnce(&Store, &Arc<App>) -> T) -> (T, Arc<App>, Arc<App>, Store) {
    let store = open(path);
    let (result, before) = actix_web::rt::System::new().block_on(async {
        let app = match store.apps().get("k") {
            Some(app) => app,
            None => store.create_app(new_app()).await.unwrap(),
        };
        (work(&store, &app).await, app)
    });
    store.close();
    drop(store);
    let store = open(path);
    let after = store.apps().get("k").unwrap();
    (result, before, after, store)
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn everything(tx: &WriteTx<'_>) -> millpond::error::Result<()> {
    roles::add(tx, "fan")?;
    apps::renew_state(tx)?;
    grants::save(tx, permission::Scope::App, "fan", &["search-user".to_owned()])?;
    grants::save(tx, permission::Scope::of("feeds:visible"), "fan", &["read-feed".to_owned()])?;
    let mut settings = apps::settings(tx)?;
    settings.patch(&object(&json!({"disable_auth_checks": true, "revoke_tokens_issued_before": 7}))).unwrap();
    apps::save_settings(tx, &settings, Some(&Revocation::by_app(Time(7), 0)))?;
    apps::save_emulator(tx, &Emulator { iat_leeway_seconds: 3, ..Emulator::default() })?;
    apps::save_name(tx, "renamed")?;
    apps::save_clock(tx, ClockMode::Offset(-9))?;
    let (name, token) = ("john".to_owned(), "a.b.c".to_owned());
    named_tokens::save(tx, &NamedToken { name, token, spec: None })?;
    let john = rules::UserInput {
        id: "john".to_owned(),
        role: Some("fan".to_owned()),
        custom: object(&json!({"a": [1]})),
        ..rules::UserInput::default()
    };
    rules::upsert(tx, john, None).map(drop)
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("millpond.db");
    let (written, before, after, store) =
        reopened(&path, async |store, app| store.write(&Scope::own(app), everything).await);
    written.unwrap();
    let (old, new) = (before.state(), after.state());
    assert_eq!((old.name.as_str(), new.name.as_str()), ("renamed", "renamed"));
    assert_eq!(new.secret.reveal(), "s");
    assert_eq!((&old.settings, &old.rules, &old.emulator), (&new.settings, &new.rules, &new.emulator));
    assert_eq!(
        (&old.grants, &old.roles, &old.permissions, old.created_at),
        (&new.grants, &new.roles, &new.permissions, new.created_at)
    );
    assert_eq!((after.id, after.clock.mode()), (before.id, ClockMode::Offset(-9)));
    let john = store.read(&Scope::own(&after), |tx| users::get(tx, "john")).unwrap().unwrap();
    assert_eq!((john.role.as_str(), john.custom), ("fan", object(&json!({"a": [1]}))));
    assert_eq!(store.read(&Scope::own(&after), named_tokens::all).unwrap().len(), 1);
    store.close();
}

#[test]
fn a_write_that_fails_leaves_neither_file_nor_memory_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (failed, _, after, store) = reopened(&folder.path().join("millpond.db"), async |store, app| {
        let job = |tx: &WriteTx<'_>| everything(tx).and_then(|()| lifecycle::restore(tx, "john"));
        let outcome = store.write(&Scope::own(app), job).await;
        (outcome.is_err(), app.state().name.clone(), app.facts("john").role.clone(), app.clock.mode())
    });
    assert_eq!(failed, (true, "n".to_owned(), "user".to_owned(), ClockMode::Frozen(Time(5))));
    assert_eq!((after.state().name.as_str(), after.facts("john").role.as_str()), ("n", "user"));
    store.close();
}

#[test]
fn a_database_is_opened_by_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("millpond.db");
    let store = open(&path);
    let refusal = Place::file(&path).map(drop).unwrap_err().to_string();
    assert!(refusal.contains(&std::process::id().to_string()), "{refusal}");
    store.close();
    drop(store);
    open(&path).close();
}

/// One thing that happens to a user.
#[derive(Clone, Debug)]
enum Act {
    Upsert { role: &'static str, teams: &'static [&'static str] },
    Revoke(Option<i64>),
    Deactivate,
    Reactivate,
    Delete(Deletion),
    Restore,
    Fail,
}

const USERS: [&str; 2] = ["ann", "bob"];

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (
            prop::sample::select(vec!["user", "admin", "guest"]),
            prop::sample::select(vec![&[][..], &["red"], &["red", "blue"]])
        )
            .prop_map(|(role, teams)| Act::Upsert { role, teams }),
        prop::option::of(0..9_i64).prop_map(Act::Revoke),
        Just(Act::Deactivate),
        Just(Act::Reactivate),
        prop::sample::select(vec![Deletion::Soft, Deletion::Pruning, Deletion::Hard]).prop_map(Act::Delete),
        Just(Act::Restore),
        Just(Act::Fail),
    ]
}

/// Does one thing. What the rules refuse is left undone; only [`Act::Fail`] takes the whole batch back.
fn perform(tx: &WriteTx<'_>, user: &str, act: &Act) -> millpond::error::Result<()> {
    let outcome = match act {
        Act::Upsert { role, teams } => {
            let teams = teams.iter().map(|team| (*team).to_owned()).collect();
            let (role, teams) = (Some((*role).to_owned()), Some(teams));
            rules::upsert(
                tx,
                rules::UserInput { id: user.to_owned(), role, teams, ..rules::UserInput::default() },
                None,
            )
        }
        Act::Revoke(at) => {
            let set = object(&json!({ "revoke_tokens_issued_before": at }));
            partial::update(tx, user, set, &[], None, Said::ByBackend)
        }
        Act::Deactivate => lifecycle::deactivate(tx, user),
        Act::Reactivate => lifecycle::reactivate(tx, user, None),
        Act::Delete(mode) => lifecycle::delete(tx, user, *mode),
        Act::Restore => lifecycle::restore(tx, user),
        Act::Fail => return Err(millpond::error::ApiError::input("as wished")),
    };
    drop(outcome);
    Ok(())
}

/// What memory and database say of a user, the user's row being the truth.
fn facts(store: &Store, app: &Arc<App>, id: &str) -> (UserFacts, UserFacts) {
    let row = store.read(&Scope::own(app), |tx| users::get(tx, id)).unwrap();
    let told = row.map_or_else(UserFacts::ordinary, |user| UserFacts {
        revocation: user.revocation,
        deactivated: user.deactivated_at.is_some(),
        deleted: user.deleted_at.is_some(),
        role: user.role,
        teams: user.teams,
    });
    (UserFacts::clone(&app.facts(UserId::trusted(id).as_str())), told)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_agrees_with_the_file_and_with_what_a_restart_reads(
        batches in prop::collection::vec(prop::collection::vec((prop::sample::select(USERS.to_vec()), act()), 1..6), 1..30)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (live, _, after, store) = reopened(&folder.path().join("millpond.db"), async |store, app| {
            let mut told = Vec::new();
            for batch in batches {
                let job = move |tx: &WriteTx<'_>| batch.iter().try_for_each(|(user, act)| perform(tx, user, act));
                // A batch that fails is taken back whole, and must leave memory as it was.
                drop(store.write(&Scope::own(app), job).await);
                told.push(USERS.map(|user| facts(store, app, user)));
            }
            told
        });
        for (memory, row) in live.iter().flatten() {
            prop_assert_eq!(memory, row, "while it runs");
        }
        for (user, (_, row)) in USERS.iter().zip(live.last().unwrap()) {
            prop_assert_eq!(&*after.facts(user), row, "{} after a restart", user);
        }
        store.close();
    }
}
