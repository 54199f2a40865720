//! The common queries are served by an index.

use super::*;

fn plan(filter: Value, sort: &Value) -> String {
    plan_on(&database(&[]), filter, sort)
}

fn plan_on(connection: &Connection, filter: Value, sort: &Value) -> String {
    let sql = parsed(filter, sort).unwrap().to_sql(NOW);
    let bound = std::iter::once(Parameter::Integer(APP)).chain(sql.params.iter().cloned());
    let text = format!("EXPLAIN QUERY PLAN {} LIMIT 30", statement(&sql));
    let mut statement = connection.prepare(&text).unwrap();
    let lines = statement.query_map(rusqlite::params_from_iter(bound), |row| row.get::<_, String>(3)).unwrap();
    lines.collect::<rusqlite::Result<Vec<_>>>().unwrap().join("\n")
}

fn assert_served(filter: Value, sort: &Value, by: &str) {
    let shown = format!("{filter} {sort}");
    let plan = plan(filter, sort);
    assert!(plan.contains(by), "{shown}: {plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{shown}: {plan}");
    assert!(!plan.contains("SCAN u"), "{shown}: {plan}");
}

#[test]
fn users_asked_for_by_id_or_name_are_looked_up_whatever_the_order() {
    for sort in [json!([]), json!([{"field": "id"}]), json!([{"field": "last_active"}, {"field": "custom.x"}])] {
        for (filter, by) in [
            (json!({"id": "a"}), "SEARCH u USING PRIMARY KEY (app=? AND id=?)"),
            (json!({"id": {"$in": ["a", "b"]}}), "SEARCH u USING PRIMARY KEY (app=? AND id=?)"),
            (json!({"id": {"$in": ["a", "b"]}, "teams": "red"}), "SEARCH u USING PRIMARY KEY (app=? AND id=?)"),
            (
                json!({"$and": [{"role": "user"}, {"name": "a"}]}),
                "SEARCH u USING INDEX users_by_name (app=? AND name=?)",
            ),
        ] {
            // Only the few that were found are sorted.
            let plan = plan(filter.clone(), &sort);
            assert!(plan.contains(by), "{filter} {sort}: {plan}");
        }
    }
}

#[test]
fn an_order_is_walked_along_its_index() {
    for (field, index) in [
        ("created_at", "users_by_created_at (app=?)"),
        ("updated_at", "users_by_updated_at (app=?)"),
        ("last_active", "users_by_last_active (app=?)"),
        ("name", "users_by_name (app=?)"),
        ("role", "users_by_role (app=?)"),
        ("id", "PRIMARY KEY (app=?)"),
    ] {
        for direction in [1, -1] {
            assert_served(json!({}), &json!([{"field": field, "direction": direction}]), index);
        }
    }
    assert_served(json!({}), &json!([]), "users_by_created_at (app=?)");
    assert_served(json!({"custom.color": "red"}), &json!([]), "users_by_created_at (app=?)");
    assert_served(json!({"banned": false}), &json!([]), "users_by_created_at (app=?)");
}

#[test]
fn a_range_is_read_from_the_index_of_its_order() {
    for field in ["created_at", "updated_at", "last_active"] {
        let sort = json!([{"field": field, "direction": -1}]);
        assert_served(json!({field: {"$gt": 5}}), &sort, &format!("users_by_{field} (app=? AND {field}>?)"));
    }
    let by_name = json!([{"field": "name"}]);
    assert_served(json!({"name": {"$gte": "a"}}), &by_name, "users_by_name (app=? AND name>?)");
    assert_served(json!({"id": {"$gt": "a"}}), &json!([{"field": "id"}]), "PRIMARY KEY (app=? AND id>?)");
    assert_served(json!({"role": "admin"}), &json!([{"field": "id"}]), "users_by_role (app=? AND role=?)");
}

#[test]
fn teams_and_bans_are_looked_up_user_by_user() {
    let teams = plan(json!({"teams": {"$in": ["red", "blue"]}}), &json!([]));
    assert!(teams.contains("users_by_created_at (app=?)") && !teams.contains("TEMP B-TREE"), "{teams}");
    assert!(teams.contains("user_teams_by_user (app=? AND user_id=? AND team=?)"), "{teams}");
    let banned = plan(json!({"banned": true}), &json!([]));
    assert!(banned.contains("SEARCH b USING PRIMARY KEY (app=? AND user_id=? AND channel_cid=?)"), "{banned}");
}

#[test]
fn a_database_that_is_opened_again_is_planned_alike() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("millpond.db");
    Connection::open(&file).unwrap().execute_batch(include_str!("../../migrations/0001_init.sql")).unwrap();
    let plan = plan_on(&Connection::open(&file).unwrap(), json!({"name": "a"}), &json!([]));
    assert!(plan.contains("users_by_name (app=? AND name=?)"), "{plan}");
}
