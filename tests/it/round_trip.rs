//! An app that is exported and imported is the same app: every row, every column, and the same text when it is exported again.

use std::collections::BTreeMap;
use std::path::Path;

use millpond::app::App;
use millpond::auth::facts::End;
use millpond::auth::fingerprint::Fingerprint;
use millpond::auth::revocation::Revocation;
use millpond::clock::{ClockMode, Time};
use millpond::config::Config;
use millpond::error::Result;
use millpond::fixture::apply::{Mode, apply};
use millpond::fixture::defaults::Defaults;
use millpond::fixture::export::{export, written};
use millpond::fixture::format::parse;
use millpond::ids::UserId;
use millpond::model::ban::Ban;
use millpond::model::device::Device;
use millpond::model::user::{Deletion, User};
use millpond::permission::{
    self,
    catalogue::{BUILT_IN_ROLES, Permission},
};
use millpond::store::ended_tokens::{self, EndedToken};
use millpond::store::tasks::{self, Task};
use millpond::store::{
    Scope, Store, WriteTx, apps, bans, blocks, devices, file::Place, grants, permissions, push_preferences, roles,
    tables, users,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use serde_json::{Map, Value, json};

/// An app in which every column of every table has been used.
const EVERYTHING: &str = r#"
millpond: 1
apps:
  - name: everything
    api_key: everything-key
    api_secret: everything-secret
    settings: {multi_tenant_enabled: true, revoke_tokens_issued_before: -1h, suspended_explanation: "late\u2028é\u007f\u0085"}
    emulator: {unknown_user: refuse, open_sockets: {on_expiry: close}, iat_leeway_seconds: 2}
    clock: {frozen: 2026-01-31T12:00:00.123456789Z}
    roles: [plain, {name: fan, created_at: -2d, updated_at: -1d}]
    permissions:
      - {id: sing, name: Sing, description: loudly, action: CreateSong, owner: true, same_team: true, condition: {b: 1, a: 2}}
    push_providers:
      - {provider: xiaomi, name: main, config: {xiaomi_package_name: p, xiaomi_app_secret: s, disabled_at: 5000000000000000000}, created_at: -2d, updated_at: -1d}
    grants: {user: [search-user], fan: []}
    scoped_grants: {"feeds:visible": {user: [read-feed], feed_member: []}, messaging: {fan: [read-channel]}}
    created_at: -30d
    updated_at: -29d
    users:
      john:
        name: John
        image: ":)"
        role: fan
        teams: [red, blue]
        teams_role: {red: admin}
        language: en
        invisible: true
        privacy_settings: {read_receipts: {enabled: true}, typing_indicators: {enabled: false}}
        custom: {z: "\u0000\ud83d\ude00", a: [1, 2.5, -0.0, 1e300, 18446744073709551615, null, true, {"<<": "*x"}]}
        created_at: -30d
        updated_at: -29d
        last_active: -1d
        deactivated_at: -2d
        deleted_at: -1h
        deletion: hard
        revoke_tokens_issued_before: +1h
        banned: {by: jane, reason: spam, expires_at: +1d, shadow: true, created_at: -1h}
        channel_bans: {"messaging:a": {by: jane}, "messaging:b": {reason: x, expires_at: +2d}}
        devices:
          - {id: d1, push_provider: apn, push_provider_name: main, voip: true, hardware_id: h, created_at: -1d}
        blocks: [{id: jane, created_at: -3h}]
        mutes: [{id: jane, expires_at: +1h, created_at: -3h, updated_at: -2h}]
        flags: [{entity_type: "stream:user", entity_id: jane, item_id: i, reason: rude, custom: {a: 1}, created_at: -3h, updated_at: -2h}]
        push_preferences: {chat_level: all, call_level: none, disabled_until: +1d, chat_preferences: {b: 1, a: 2}}
        channel_push_preferences: {"messaging:a": {}, "messaging:b": {feeds_level: none}}
      jane: {}
    tokens:
      john: {user: john}
      short: {user: john, ttl: 90s, no_iat: true}
      full: {user: john, exp: +1h, iat: -1h, nbf: -1h, claims: {role: x}, header: {kid: k}, secret: other}
      server: {server: true, ttl: 1h}
      guest: {guest: john}
      dev: {dev: john}
      raw: {raw: true, claims: {user_id: 7, exp: {}}, header: {alg: none}}
    faults:
      - {id: f-2, operation: GetApp, user_id: john, caller: user, times: 3, then: {error: {code: 40, message: m}}}
      - {id: f-1, operation: "*", times: null, then: {socket: {silence: health_checks}}}
    stubs:
      - {operation: CreateRole, status: 201, body: {a: [1]}}
      - {method: GET, path: "/api/v2/things/{id}", body: null}
    tasks:
      - {id: t-1, status: failed, result: {why: late}, created_at: -2h, updated_at: -1h}
    ended_tokens:
      - {token: 0123456789ab, kind: expired, user: john, ended_at: -1h, expires_at: +1h}
      - {token: ba9876543210}
    rows:
      feed_groups:
        - {id: stock, config: {ranking: {type: expression, score: popularity}}, created_at: 1, updated_at: 2, deleted_at: 3}
      feed_views:
        - {id: hot, config: {"<<": [null, 1.5]}, last_used_at: 4}
      feeds:
        - {no: 1, group_id: user, id: john, created_by: john, name: J, description: "\u0000\u2028", visibility: followers,
           custom: {z: -0.0, a: [1e300, 18446744073709551615]}, filter_tags: [red], lat: 52, lng: -1.5e-7, activity_count: 1,
           follower_count: 2, following_count: 3, member_count: 4, pin_count: 5, created_at: 5, updated_at: 6, deleted_at: 7}
        # As no millpond writes JSON, but as a column may have it.
        - {no: 2, group_id: timeline, id: john, created_by: john, visibility: public, custom: "{ \"a\" : 1.0e0 }",
           created_at: -9223372036854775808, updated_at: 9223372036854775807}
      feed_tags: [{tag: red, feed: 1}]
      activities:
        - {no: 3, id: a-1, user_id: john, type: post, feeds: ["user:john"], text: "{\"a\": 1}", visibility: tag,
           visibility_tag: vip, restrict_replies: nobody, custom: {b: 1, a: 2}, search_data: {x: y},
           attachments: [{type: image, custom: {}}], mentioned: [jane], filter_tags: [f], interest_tags: [i],
           collections: ["c:1"], parent: 4, poll_id: p, lat: 0.1, lng: "9e999", comment_count: 1, reaction_count: 2,
           bookmark_count: 3, share_count: 4, popularity: 5, created_at: 8, updated_at: 9, edited_at: 10, expires_at: 11,
           notification_context: {trigger: {type: follow}}, i18n: {de_text: hallo}, deleted_at: 12, moderation: {action: flag}}
      feed_activities: [{feed: 2, created_at: 8, activity: 3, group_key: "john_post", origin: 1}]
      activity_tags: [{kind: filter, tag: f, activity: 3}, {kind: interest, tag: i, activity: 3}]
      activity_words: [{word: "1", activity: 3}]
      follows:
        - {source: 2, target: 1, status: accepted, shown_from: 3, follower_role: feed_follower, push_preference: none,
           custom: {c: d}, created_at: 13, updated_at: 14, accepted_at: 15, rejected_at: 16}
      feed_members:
        - {feed: 1, user_id: jane, role: feed_member, status: pending, membership_level: gold, custom: {e: f},
           created_at: 17, updated_at: 18, accepted_at: 19, rejected_at: 20}
      pins: [{feed: 1, activity: 3, user_id: john, created_at: 21, updated_at: 22}]
      uploads:
        - {id: u, kind: image, name: cat.png, type: image/png, hash: "00", bytes: 1, created_by: john, created_at: 27}
      link_previews: [{url: "https://x.example/", preview: {title: Mills}}]
      polls:
        - {id: p, name: Which, description: d, is_anonymous: 1, is_unique: 1, votes_max: 2, takes_options: 1, takes_answers: 1,
           is_closed: 1, custom: {g: h}, created_by: john, vote_count: 1, answer_count: 1, created_at: 23, updated_at: 24}
      poll_options: [{poll: p, id: o, position: 1, text: Red, custom: {i: j}, vote_count: 1}]
      comments:
        - {no: 5, id: c, activity: 3, object_id: a-1, under: 3, user_id: jane, text: hi, attachments: [{type: image, custom: {}}],
           mentioned: [john], custom: {k: l}, i18n: {de_text: hallo}, reply_count: 1, reaction_count: 2, bookmark_count: 3,
           upvote_count: 4, downvote_count: 5, score: -1, confidence_score: 0.1, controversy_score: 0.2, created_at: 27,
           updated_at: 28, edited_at: 29, deleted_at: 30, deleted_with: 5, moderation: {action: flag}}
        - {no: 6, id: d, activity: 3, object_id: a-1, under: 5, parent_id: c, user_id: jane, created_at: 27, updated_at: 28}
      comment_words: [{word: hi, comment: 5}]
      poll_votes:
        - {poll: p, no: 4, id: v, option_id: o, user_id: jane, answer: Green, created_at: 25, updated_at: 26}
      feed_aggregates: [{feed: 2, group_key: john_post, updated_at: 8, activity: 3, may_hide: 1}]
      feed_reads: [{feed: 2, user_id: john, last_read_at: 23, last_seen_at: 24, has_read: 1, has_seen: 1}]
      feed_marks: [{feed: 2, user_id: john, kind: read, item: john_post, no: 5}]
      watched_activities: [{user_id: jane, activity: 3}]
      notifications: [{activity: 3, feed: 2, kind: follow, cause: john, actor: jane, created_at: 25}]
      membership_levels: [{id: gold, name: Gold, description: Best, priority: 5, tags: [g], custom: {g: h},
           created_at: 23, updated_at: 24}]
      activity_metrics: [{activity: 3, name: views, value: 4}]
      metric_hours: [{hour: 5, user_id: jane, activity: 3, name: views, moved: 4}]
      reactions:
        - {no: 5, kind: activity, object: 3, activity: 3, user_id: jane, type: "like", custom: {k: l}, created_at: 27, updated_at: 28}
      reaction_groups: [{kind: activity, object: 3, type: "like", activity: 3, count: 1, first_at: 27, last_at: 27}]
      bookmark_folders: [{no: 6, id: f, user_id: jane, name: Later, custom: {m: n}, created_at: 29, updated_at: 30}]
      bookmarks:
        - {no: 7, kind: activity, object: 3, activity: 3, user_id: jane, folder: 6, custom: {o: p}, created_at: 31, updated_at: 32}
      collections: [{name: food, id: c, user_id: jane, custom: {q: r}, created_at: 33, updated_at: 34}]
      revisions:
        - {no: 8, kind: activity, object: 3, object_id: a-1, action: edit, user_id: john, changed_fields: [text], previous: {text: a},
           created_at: 34}
      user_groups: [{id: g, name: Gang, name_key: gang, description: All, team_id: red, created_by: john, created_at: 35, updated_at: 36}]
      user_group_members: [{group_id: g, user_id: jane, is_admin: 1, created_at: 37}]
      blocklists: [{team: red, name: b, id: i, type: regex, words: [x], leet_check: 1, plural_check: 1, substring_match: 1, confusable_folding: 1, created_at: 38, updated_at: 39}]
      review_items: [{no: 1, id: i, entity_type: "stream:user", entity_id: jane, creator_id: jane, status: reviewed, recommended_action: remove,
           config_key: feeds, verdict: {a: b}, payload: {c: d}, latest_action: ban, reviewed_by: john, reviewed_at: 41, escalation: {e: f},
           escalated_by: john, escalated_at: 42, created_at: 40, updated_at: 43}]
      moderation_logs: [{no: 1, id: l, type: ban, item_id: i, moderator_id: john, reporter_type: automod, creator_id: jane, reason: rude,
           custom: {g: h}, created_at: 44}]
      moderation_configs: [{team: red, key: feeds, is_async: 1, config: {a: {b: c}}, created_at: 45, updated_at: 46}]
      moderation_templates: [{name: t, config: {a: b}, created_at: 47, updated_at: 48}]
      appeals: [{no: 1, id: a, appellant_id: jane, entity_type: "stream:user", entity_id: jane, item_id: i, reason: why, attachments: [x],
           status: rejected, decision_reason: so, created_at: 49, updated_at: 50}]
      activity_feedback: [{user_id: jane, activity: 3, action: hide, value: 1, created_at: 33, updated_at: 34}]
    feeds_counter: 9
"#;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(future)
}

fn open(folder: &Path, name: &str) -> Store {
    Store::open(Place::file(&folder.join(name)).unwrap()).unwrap()
}

fn defaults() -> Defaults {
    Config::default().fixture_defaults()
}

async fn import(store: &Store, text: &str) {
    let fixture = parse(text, "export").unwrap_or_else(|problems| panic!("{}\n{text}", problems[0]));
    apply(store, fixture, Mode::Merge, &defaults()).await.unwrap_or_else(|refused| panic!("{refused:?}\n{text}"));
}

async fn exported(store: &Store) -> String {
    let mut apps = Vec::new();
    for app in store.apps().all() {
        apps.push(store.scan(&Scope::own(&app), export).await.unwrap());
    }
    written(apps).unwrap()
}

/// Column name -> value.
type Row = BTreeMap<String, Sql>;

/// Columns of what the clock and the tokens went through: an export holds the clock, and not its history.
const NOT_EXPORTED: &[&str] = &["revocation", "own_tokens"];

/// The columns of a table, and what each holds until it is set.
fn columns(conn: &Connection, table: &str) -> Vec<(String, Sql)> {
    let mut query = conn.prepare(&format!("PRAGMA table_info({table})")).unwrap();
    let rows = query.query_map([], |row| Ok((row.get(1)?, row.get::<_, Option<String>>(4)?)));
    let listed: Vec<(String, Option<String>)> = rows.unwrap().map(rusqlite::Result::unwrap).collect();
    let default = |text: Option<String>| {
        text.map_or(Sql::Null, |text| conn.query_row(&format!("SELECT {text}"), [], |row| row.get(0)).unwrap())
    };
    let own = tables::RECORD.split(", ").collect::<Vec<_>>();
    listed
        .into_iter()
        .filter(|(name, _)| match table {
            "states" => own.contains(&name.as_str()) && !NOT_EXPORTED.contains(&name.as_str()),
            "apps" => ["api_key", "api_secret"].contains(&name.as_str()),
            _ => name != "app" && !NOT_EXPORTED.contains(&name.as_str()),
        })
        .map(|(name, text)| (name, default(text)))
        .collect()
}

/// Every row of every table with rows of apps, but for the number of the app.
fn rows(path: &Path) -> BTreeMap<&'static str, Vec<Row>> {
    let conn = Connection::open(path).unwrap();
    let carried = tables::TABLES.iter().filter(|table| !table.is_history).map(|table| (table.name, table.key));
    let tables = [("apps", "api_key"), ("states", "name")].into_iter().chain(carried);
    let read = |(table, key): (&'static str, &str)| {
        let names: Vec<_> = columns(&conn, table).into_iter().map(|(name, _)| name).collect();
        let live = if table == "apps" { "" } else { "WHERE app IN (SELECT app FROM states WHERE role = 'live')" };
        let order = if table == "apps" { "id" } else { "app" };
        let sql = format!("SELECT {} FROM {table} {live} ORDER BY {order}, {key}", names.join(", "));
        let mut query = conn.prepare(&sql).unwrap();
        let found = query.query_map([], |row| {
            names
                .iter()
                .enumerate()
                .map(|(at, name)| Ok((name.clone(), row.get(at)?)))
                .collect::<rusqlite::Result<Row>>()
        });
        (table, found.unwrap().map(rusqlite::Result::unwrap).collect())
    };
    tables.map(read).collect()
}

/// Exports, imports into an empty store, and compares everything.
async fn check_round_trip(folder: &Path, store: &Store) {
    let text = exported(store).await;
    let other = open(folder, "other.db");
    import(&other, &text).await;
    assert_eq!(exported(&other).await, text);
    let (before, after) = (rows(&folder.join("one.db")), rows(&folder.join("other.db")));
    for (table, rows) in &before {
        assert_eq!(&after[table], rows, "{table}");
    }
    // Memory agrees with what a start would read.
    for app in other.apps().all() {
        let known = store.apps().get(&app.api_key).unwrap();
        assert_eq!(app.clock.mode(), known.clock.mode());
        assert_eq!(format!("{:?}", app.state().rules), format!("{:?}", known.state().rules));
        for user in ["john", "jane", "a b"] {
            assert_eq!(app.facts(user), known.facts(user), "{user}");
        }
    }
    other.close();
}

#[test]
fn every_column_of_every_table_is_carried() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let store = open(folder.path(), "one.db");
        import(&store, EVERYTHING).await;
        let conn = Connection::open(folder.path().join("one.db")).unwrap();
        for (table, rows) in rows(&folder.path().join("one.db")) {
            assert!(
                !rows.is_empty(),
                "{table} is empty: have the fixture of this test fill it, and the export carry it"
            );
            for (column, default) in columns(&conn, table) {
                let used = rows.iter().any(|row| row[&column] != default);
                assert!(
                    used,
                    "{table}.{column} is not used: have the fixture of this test set it, and the export carry it"
                );
            }
        }
        check_round_trip(folder.path(), &store).await;
        store.close();
    });
}

#[test]
fn a_token_of_an_older_version_is_carried_when_it_comes_out_the_same() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let store = open(folder.path(), "one.db");
        import(&store, EVERYTHING).await;
        let conn = Connection::open(folder.path().join("one.db")).unwrap();
        conn.execute("UPDATE named_tokens SET spec = NULL", []).unwrap();
        let text = exported(&store).await;
        let other = open(folder.path(), "other.db");
        import(&other, &text).await;
        let tokens = |path: &Path| {
            let rows = rows(path).remove("named_tokens").unwrap();
            rows.into_iter().map(|row| (row["name"].clone(), row["token"].clone())).collect::<Vec<_>>()
        };
        let mut wanted = tokens(&folder.path().join("one.db"));
        wanted.retain(|(name, _)| *name != Sql::Text("full".to_owned()));
        assert_eq!(tokens(&folder.path().join("other.db")), wanted, "all but the one with a secret of its own");
        other.close();
        store.close();
    });
}

/// A user with everything that hangs on it.
#[derive(Clone, Debug)]
struct Someone {
    row: User,
    bans: BTreeMap<String, Ban>,
    blocks: BTreeMap<String, i64>,
    push: BTreeMap<String, Map<String, Value>>,
    devices: Vec<bool>,
}

fn moment() -> impl Strategy<Value = Time> {
    prop_oneof![8 => any::<i64>(), 1 => Just(i64::MIN), 1 => Just(i64::MAX), 2 => 0..2_000_000_000_000_i64]
        .prop_map(Time)
}

fn maybe<T: std::fmt::Debug + Clone>(some: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::of(some)
}

/// Texts as people send them, and as they do not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![2 => "[a-z]{0,8}", 1 => "\\PC{0,8}", 1 => any::<String>().prop_map(|text| text.chars().take(12).collect())]
}

fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Map<String, Value>> {
    btree_map(text(), data(), 0..4).prop_map(|map| map.into_iter().rev().collect())
}

fn role() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just("user".to_owned()), 1 => prop::sample::select(BUILT_IN_ROLES).prop_map(str::to_owned), 1 => Just("gone".to_owned())]
}

fn row() -> impl Strategy<Value = User> {
    let texts = (maybe(text()), maybe(text()), role(), vec("[a-z]{1,3}", 0..4), "[a-z]{0,2}", any::<bool>());
    let roles = btree_map("[a-z]{1,3}", role(), 0..3);
    let privacy =
        maybe(btree_map(prop::sample::select(vec!["read_receipts", "typing_indicators"]), any::<bool>(), 0..3));
    let times = (moment(), moment(), maybe(moment()), maybe(moment()), maybe(moment()), maybe(moment()));
    let deletion = prop::sample::select(vec![Deletion::Soft, Deletion::Pruning, Deletion::Hard]);
    (texts, roles, privacy, object(), times, deletion).prop_map(|(texts, roles, privacy, custom, times, deletion)| {
        User {
            name: texts.0,
            image: texts.1,
            role: texts.2,
            teams: texts.3,
            language: texts.4,
            invisible: texts.5,
            teams_role: roles.into_iter().map(|(team, role)| (team, role.into())).collect(),
            privacy_settings: privacy.map(|switches| {
                switches.into_iter().rev().map(|(key, enabled)| (key.to_owned(), json!({"enabled": enabled}))).collect()
            }),
            custom,
            updated_at: times.1,
            last_active: times.2,
            deactivated_at: times.3,
            deleted_at: times.4,
            deletion: times.4.map(|_| deletion),
            revocation: times.5.map(|before| Revocation::by_app(before, 0)),
            ..User::new(UserId::trusted("x"), times.0)
        }
    })
}

fn cid() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z]{1,4}:[a-z]{1,4}", "\\PC{1,4}"]
}

fn ban() -> impl Strategy<Value = Ban> {
    (any::<bool>(), maybe("[a-z]{1,4}"), maybe(text()), maybe(moment()), moment()).prop_map(
        |(shadow, banned_by, reason, expires_at, since)| Ban {
            shadow,
            banned_by,
            reason,
            expires_at,
            created_at: Some(since),
            ..Ban::default()
        },
    )
}

fn preferences() -> impl Strategy<Value = Map<String, Value>> {
    let level = || maybe(prop::sample::select(vec!["all", "none", "default"]));
    (level(), level(), maybe(object()), maybe(any::<i64>())).prop_map(|(chat, call, own, until)| {
        let all = [
            ("feeds_preferences", json!(own)),
            ("call_level", json!(call)),
            ("chat_level", json!(chat)),
            ("disabled_until", json!(until)),
        ];
        all.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.to_owned(), value)).collect()
    })
}

fn someone() -> impl Strategy<Value = Someone> {
    let hanging = (
        btree_map(cid(), ban(), 0..3),
        btree_map("[a-z]{1,4}", any::<i64>(), 0..3),
        btree_map(cid(), preferences(), 0..3),
        vec(any::<bool>(), 0..3),
    );
    (row(), hanging).prop_map(|(row, (bans, blocks, push, devices))| Someone { row, bans, blocks, push, devices })
}

fn save(tx: &WriteTx<'_>, id: &str, someone: &Someone) -> Result<()> {
    users::save(tx, &User { id: UserId::trusted(id), ..someone.row.clone() })?;
    for (cid, ban) in &someone.bans {
        bans::save(tx, &Ban { user_id: id.to_owned(), channel_cid: cid.clone(), ..ban.clone() })?;
    }
    for (blocked, since) in &someone.blocks {
        blocks::add_at(tx, id, blocked, Time(*since))?;
    }
    for (cid, preferences) in &someone.push {
        push_preferences::save(tx, id, cid, preferences)?;
    }
    for (at, voip) in someone.devices.iter().enumerate() {
        let name = |present: bool| present.then(|| "n".to_owned());
        let device = Device {
            id: format!("{id} {at}"),
            user_id: id.to_owned(),
            push_provider: "apn".to_owned(),
            push_provider_name: name(*voip),
            hardware_id: name(!*voip),
            voip: *voip,
            created_at: someone.row.updated_at,
        };
        devices::save(tx, &device)?;
    }
    Ok(())
}

/// An app but for its users.
#[derive(Clone, Debug)]
struct Frame {
    name: String,
    clock: ClockMode,
    settings: Map<String, Value>,
    own: Value,
    grants: BTreeMap<(String, String), Vec<String>>,
    times: (Time, Time),
    condition: Map<String, Value>,
    result: Map<String, Value>,
}

fn frame() -> impl Strategy<Value = Frame> {
    let clock = prop_oneof![
        Just(ClockMode::System),
        moment().prop_map(ClockMode::Frozen),
        // A clock at the last moment that there is stands still: its offset is another in a second.
        (-i64::MAX / 2..i64::MAX / 2).prop_map(ClockMode::moved),
    ];
    let own = prop::sample::select(vec![
        json!({}),
        json!({"rate_limits": "enforce"}),
        json!({"open_sockets": {"on_revocation": "keep"}, "revocation_granularity": "exact"}),
    ]);
    let settings = (maybe(any::<i64>()), any::<bool>(), maybe(object())).prop_map(|(revoked, flag, config)| {
        let all = [
            ("push_config", json!(config)),
            ("multi_tenant_enabled", json!(flag)),
            ("revoke_tokens_issued_before", json!(revoked)),
        ];
        all.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.to_owned(), value)).collect()
    });
    let scope = prop::sample::select(vec![".app", "feeds:visible", "messaging", "~"]).prop_map(str::to_owned);
    let grants = btree_map((scope, role()), vec("[a-z]{1,3}", 0..3), 0..3);
    ("[a-z]{0,8}", clock, settings, own, grants, (moment(), moment()), object(), object()).prop_map(
        |(name, clock, settings, own, grants, times, condition, result)| Frame {
            name,
            clock,
            settings,
            own,
            grants,
            times,
            condition,
            result,
        },
    )
}

fn save_frame(tx: &WriteTx<'_>, frame: &Frame) -> Result<()> {
    apps::save_name(tx, &frame.name)?;
    apps::save_clock(tx, frame.clock)?;
    let mut settings = apps::settings(tx)?;
    settings.fill(&frame.settings).unwrap();
    let revocation = settings.revoke_tokens_issued_before().map(|before| Revocation::by_app(before, 0));
    apps::save_settings(tx, &settings, revocation.as_ref())?;
    apps::save_emulator(tx, &tx.state().emulator.patched(&frame.own).unwrap())?;
    for ((scope, role), permissions) in &frame.grants {
        grants::save(tx, permission::Scope::of(scope), role, permissions)?;
    }
    let (created_at, updated_at) = frame.times;
    roles::save(tx, &roles::Role { name: "fan".to_owned(), created_at, updated_at })?;
    let permission = Permission {
        id: "sing".to_owned(),
        name: "Sing".to_owned(),
        description: String::new(),
        action: "Sing".to_owned(),
        custom: true,
        owner: true,
        same_team: false,
        condition: frame.condition.clone(),
    };
    permissions::save(tx, &permission)?;
    let (id, status) = ("t".to_owned(), "completed".to_owned());
    tasks::save(tx, &Task { id, status, result: frame.result.clone(), created_at, updated_at })?;
    let ended = EndedToken {
        token: Fingerprint::of(&frame.name),
        kind: if frame.grants.is_empty() { End::Expired } else { End::Revoked },
        user_id: frame.grants.keys().next().map(|(_, id)| UserId::trusted(id)),
        ended_at: created_at,
        expires_at: (created_at != updated_at).then_some(updated_at),
    };
    ended_tokens::save(tx, &ended)?;
    apps::save_times(tx, Some(created_at), Some(updated_at))
}

async fn write(store: &Store, app: &std::sync::Arc<App>, frame: Frame, users: BTreeMap<String, Someone>) {
    let job = move |tx: &WriteTx<'_>| {
        users.iter().try_for_each(|(id, someone)| save(tx, id, someone))?;
        save_frame(tx, &frame)
    };
    store.write(&Scope::own(app), job).await.unwrap();
}

/// Tokens to be minted at whatever time it is, so that they are told apart by what was said of them.
const TOKENS: &str =
    "{a: {user: x}, b: {user: x, ttl: -1h}, c: {server: true}, d: {raw: true, exp: -1d, claims: {b: 1, a: {}}}}";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn any_state_is_the_same_after_an_export_and_an_import(
        first in (frame(), btree_map("[a-z]{1,4}|a b", someone(), 0..5)),
        second in (frame(), btree_map("[a-z]{1,4}|john", someone(), 0..3)),
    ) {
        let folder = tempfile::tempdir().unwrap();
        block_on(async {
            let store = open(folder.path(), "one.db");
            for (key, (frame, users)) in [("one", first), ("two", second)] {
                let apps = format!("{{api_key: {key}, api_secret: s-{key}, users: {{x: {{}}}}, tokens: {TOKENS}}}");
                import(&store, &format!("{{millpond: 1, apps: [{apps}]}}")).await;
                let app = store.apps().get(key).unwrap();
                write(&store, &app, frame, users).await;
            }
            check_round_trip(folder.path(), &store).await;
            store.close();
        });
    }
}
