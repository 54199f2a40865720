use serde_json::json;

use super::*;
use crate::auth::secret::Secret;
use crate::settings::{Emulator, Settings};

mod feeds;

fn state() -> AppState {
    AppState::plain(Secret::new("s"), Settings::default(), Emulator::default())
}

fn bob(role: &str) -> Subject<'_> {
    Subject { id: "bob", role, teams: &[] }
}

#[test]
fn the_refusal_names_user_role_action_and_scope() {
    let app = state();
    let request = Request { action: "AddActivity", owner: None, teams: &[], scope: Scope::of("feeds:visible") };
    let refusal = check(&app, bob("user"), request).expect_err("refused");
    assert_eq!(
        refusal.message,
        "User 'bob' with role 'user' is not allowed to perform action AddActivity in scope 'feeds:visible'"
    );
    let refusal = check(&app, bob("user"), Request::app_level("BanUser")).expect_err("refused");
    assert_eq!(refusal.message, "User 'bob' with role 'user' is not allowed to perform action BanUser");
}

#[test]
fn an_owner_permission_reaches_only_what_is_ones_own() {
    let app = state();
    assert!(check(&app, bob("user"), Request::app_level("UpdateUser").owned_by("bob")).is_ok());
    assert!(check(&app, bob("user"), Request::app_level("UpdateUser").owned_by("eve")).is_err());
    assert!(check(&app, bob("user"), Request::app_level("UpdateUser")).is_err());
}

#[test]
fn grants_of_an_app_stand_instead_of_the_defaults() {
    let mut app = state();
    app.grants.set(Scope::App, "user".to_owned(), vec!["ban-user".to_owned()]);
    assert!(check(&app, bob("user"), Request::app_level("BanUser")).is_ok());
    assert!(check(&app, bob("user"), Request::app_level("SearchUser")).is_err());
}

#[test]
fn a_grant_counts_in_its_scope_alone() {
    let mut app = state();
    let ask = |app: &AppState, scope| check(app, bob("user"), Request { scope, ..Request::app_level("ReadChannel") });
    let scopes = [".app", "messaging", "livestream", "feeds:visible"].map(Scope::of);
    assert_eq!(scopes.map(|scope| ask(&app, scope).is_ok()), [false; 4]);
    app.grants.set(Scope::of("messaging"), "user".to_owned(), vec!["read-channel".to_owned()]);
    assert_eq!(scopes.map(|scope| ask(&app, scope).is_ok()), [false, true, false, false]);
    app.grants.set(Scope::of("feeds:visible"), "user".to_owned(), vec!["read-channel".to_owned()]);
    assert_eq!(scopes.map(|scope| ask(&app, scope).is_ok()), [false, true, false, true]);
    assert!(check(&app, bob("user"), Request::app_level("SearchUser")).is_ok(), "the app's defaults stay");
    assert_eq!(scopes_of(&app, "user"), [".app", "feeds:visible", "messaging"]);
}

#[test]
fn a_custom_permission_asks_its_condition() {
    let mut app = state();
    let condition = json!({"$subject.id": {"$in": ["bob"]}}).as_object().cloned().unwrap_or_default();
    let own = Permission {
        id: "own".to_owned(),
        custom: true,
        condition,
        ..catalogue::built_in("ban-user").expect("built in")
    };
    app.permissions.insert("own".to_owned(), own);
    app.grants.set(Scope::App, "user".to_owned(), vec!["own".to_owned()]);
    assert!(check(&app, bob("user"), Request::app_level("BanUser")).is_ok());
    assert!(check(&app, Subject { id: "eve", ..bob("user") }, Request::app_level("BanUser")).is_err());
}

#[test]
fn no_permission_checks_allow_everyone_everything() {
    let mut app = state();
    app.rules.disable_permissions_checks = true;
    assert!(check(&app, bob("anonymous"), Request::app_level("BanUser")).is_ok());
}
