//! Rights on feeds, against a table of their own: capability by capability, where the code goes role by role.

use super::super::capability::Capability;
use super::super::feeds::{self, Relation};
use super::*;

const ROLES: [(char, &str); 7] = [
    ('u', "user"),
    ('g', "guest"),
    ('a', "anonymous"),
    ('f', "feed_follower"),
    ('m', "feed_member"),
    ('v', "feed_member_viewer"),
    ('o', "feed_moderator"),
];

/// Capability -> who has it on feeds that are public, visible, for followers, for members, private. Owners and admins
/// have all of them, and moderators have what a user and a feed's moderator have.
const TABLE: &str = "
    add-activity                   umo     mo      mo    mo    -
    add-activity-bookmark          ugmvo   ugmvo   fmvo  mvo   -
    add-activity-reaction          ugmvo   ugmvo   fmvo  mvo   -
    add-comment                    ugmvo   ugmvo   fmvo  mvo   -
    add-comment-reaction           ugmvo   ugmvo   fmvo  mvo   -
    create-feed                    ug      ug      ug    ug    ug
    delete-any-activity            o       o       o     o     -
    delete-any-comment             o       o       o     o     -
    delete-feed                    -       -       -     -     -
    delete-own-activity            ugmvo   ugmvo   mvo   mvo   -
    delete-own-activity-bookmark   ugmvo   ugmvo   fmvo  mvo   -
    delete-own-activity-reaction   ugmvo   ugmvo   fmvo  mvo   -
    delete-own-comment             ugmvo   ugmvo   fmvo  mvo   -
    delete-own-comment-reaction    ugmvo   ugmvo   fmvo  mvo   -
    follow                         ug      ug      ug    mvo   -
    pin-activity                   o       o       o     o     -
    query-feed-members             ugamvo  ugamvo  fmvo  mvo   -
    query-follows                  ugamvo  ugamvo  fmvo  mvo   -
    read-activities                ugamvo  ugamvo  fmvo  mvo   -
    read-feed                      ugamvo  ugamvo  fmvo  mvo   -
    unfollow                       ug      ug      ug    mvo   -
    update-any-activity            o       o       o     o     -
    update-any-comment             o       o       o     o     -
    update-feed                    -       -       -     -     -
    update-feed-followers          -       -       -     -     -
    update-feed-members            o       o       o     o     -
    update-own-activity            ugmvo   ugmvo   mvo   mvo   -
    update-own-activity-bookmark   ugmvo   ugmvo   fmvo  mvo   -
    update-own-comment             ugmvo   ugmvo   fmvo  mvo   -
";

const VISIBILITIES: [Visibility; 5] =
    [Visibility::Public, Visibility::Visible, Visibility::Followers, Visibility::Members, Visibility::Private];

/// Whether the table gives a capability to somebody of this role.
fn is_in_table(capability: &str, visibility: Visibility, role: &str) -> bool {
    let row = TABLE.lines().map(str::trim).find(|row| row.split_whitespace().next() == Some(capability));
    let at = VISIBILITIES.iter().position(|one| *one == visibility).expect("a column");
    let who = row.and_then(|row| row.split_whitespace().nth(at + 1)).expect(capability);
    match role {
        "admin" | "global_admin" | "feed_owner" => true,
        "moderator" | "global_moderator" => who.contains(['u', 'o']),
        role => ROLES.iter().any(|(letter, name)| *name == role && who.contains(*letter)),
    }
}

#[test]
fn rights_by_default_are_those_of_the_table_for_every_visibility_role_and_relation() {
    let app = state();
    assert_eq!(TABLE.split_whitespace().count(), 29 * 6);
    let roles = ["user", "guest", "anonymous", "admin", "global_admin", "moderator", "global_moderator", "fan"];
    let members = [None, Some("feed_member"), Some("feed_member_viewer"), Some("feed_moderator"), Some("fan")];
    let mut asked = 0;
    for visibility in VISIBILITIES {
        for role in roles {
            for (owns, follows, member) in
                members.iter().flat_map(|member| [0, 1, 2, 3].map(|bits| (bits & 1 > 0, bits & 2 > 0, *member)))
            {
                let relation = Relation { owns, member, follower: follows.then_some("feed_follower") };
                let can = feeds::capabilities(&app, bob(role), visibility, relation);
                for capability in Capability::ALL.iter().copied() {
                    let has = |role| is_in_table(capability.name(), visibility, role);
                    let wanted = has(role)
                        || member.is_some_and(has)
                        || (owns && has("feed_owner"))
                        || (follows && has("feed_follower"));
                    assert_eq!(can.has(capability), wanted, "{capability:?} {visibility:?} {role} {relation:?}");
                    let answer = feeds::check(can, capability, bob(role), visibility);
                    assert_eq!(answer.is_ok(), wanted);
                    asked += 1;
                }
            }
        }
    }
    assert_eq!(asked, 5 * 8 * 20 * 29);
}

#[test]
fn a_bit_says_what_asking_for_the_permission_says() {
    let mut app = state();
    app.grants.set(Scope::of("feeds:members"), "user".to_owned(), vec!["delete-any-comment".to_owned()]);
    let own = Permission {
        id: "own".to_owned(),
        custom: true,
        ..catalogue::entry("pin-activity").expect("there").permission.clone()
    };
    app.permissions.insert("own".to_owned(), own);
    app.grants.set(Scope::of("feeds:followers"), "user".to_owned(), ["own", "follow"].map(str::to_owned).to_vec());
    for visibility in VISIBILITIES {
        for role in ["user", "guest", "anonymous", "admin", "moderator", "fan"] {
            let can = feeds::capabilities(&app, bob(role), visibility, Relation::default());
            for capability in Capability::ALL.iter().copied() {
                let scope = Scope::Feeds(visibility);
                let request = Request { scope, ..Request::app_level(capability.action()) };
                let request = if capability.is_own() { request.owned_by("bob") } else { request };
                let said = check(&app, bob(role), request).is_ok();
                assert_eq!(can.has(capability), said, "{capability:?} {visibility:?} {role}");
            }
        }
    }
}

#[test]
fn what_an_app_grants_stands_instead_of_one_visibilitys_default_for_one_role() {
    let mut app = state();
    let can = |app: &AppState, role, visibility, relation| feeds::capabilities(app, bob(role), visibility, relation);
    let stranger = Relation::default();
    let before = can(&app, "user", Visibility::Public, stranger);
    app.grants.set(Scope::Feeds(Visibility::Visible), "user".to_owned(), vec!["follow".to_owned()]);
    assert_eq!(can(&app, "user", Visibility::Visible, stranger), Capabilities::of(&[Capability::Follow]));
    assert_eq!(can(&app, "user", Visibility::Public, stranger), before);
    assert!(can(&app, "guest", Visibility::Visible, stranger).has(Capability::ReadFeed));
    assert_eq!(can(&app, "user", Visibility::Visible, Relation { owns: true, ..stranger }), Capabilities::ALL);
    let listed = all_grants(&app, Scope::Feeds(Visibility::Visible));
    assert_eq!((listed["user"].as_slice(), listed["feed_owner"].len()), (["follow".to_owned()].as_slice(), 29));
    let refusal = feeds::check(Capabilities::NONE, Capability::DeleteOwnActivity, bob("user"), Visibility::Visible);
    assert_eq!(
        refusal.expect_err("refused").message,
        "User 'bob' with role 'user' is not allowed to perform action DeleteActivity in scope 'feeds:visible'"
    );
}

#[test]
fn a_custom_permission_counts_on_feeds_where_its_condition_and_its_owner_allow() {
    let mut app = state();
    let granted = |app: &AppState, id, relation| {
        feeds::capabilities(app, Subject { id, ..bob("user") }, Visibility::Private, relation)
            .iter()
            .collect::<Vec<_>>()
    };
    let pin = catalogue::entry("pin-activity").expect("there").permission.clone();
    let condition = json!({"$subject.id": "bob"}).as_object().cloned().unwrap_or_default();
    app.permissions
        .insert("own".to_owned(), Permission { id: "own".to_owned(), custom: true, owner: true, condition, ..pin });
    app.grants.set(Scope::of("feeds:private"), "user".to_owned(), vec!["own".to_owned()]);
    app.grants.set(Scope::of("feeds:private"), "feed_owner".to_owned(), Vec::new());
    let owner = Relation { owns: true, ..Relation::default() };
    assert_eq!(granted(&app, "bob", owner), [Capability::PinActivity]);
    assert_eq!(granted(&app, "bob", Relation::default()), []);
    assert_eq!(granted(&app, "eve", owner), []);
    app.rules.disable_permissions_checks = true;
    assert_eq!(granted(&app, "eve", Relation::default()).len(), 29);
}
