//! Walking through users page by page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;

use super::*;
use crate::query::page::{Leads, Walk};
use crate::query::tests::model::{compare, holds};

fn walk(filter: &Value, sort: &Value, limit: u32, next: Option<&str>) -> Result<Walk> {
    USERS.walk(&object(filter.clone()), sort.as_array().unwrap(), limit, next)
}

fn page(connection: &Connection, walk: &Walk) -> (Vec<String>, Option<String>) {
    let (ids, leads) = led(connection, walk);
    (ids, leads.next)
}

/// A page, and what leads from it.
fn led(connection: &Connection, walk: &Walk) -> (Vec<String>, Leads) {
    let (text, params) = select("SELECT", walk);
    let mut statement = connection.prepare(&text).unwrap();
    let columns = statement.column_count();
    let rows = statement
        .query_map(rusqlite::params_from_iter(params), |row| {
            Ok((row.get(0)?, (1..columns).map(|column| row.get(column)).collect::<rusqlite::Result<Vec<Parameter>>>()?))
        })
        .unwrap();
    walk.page(rows.collect::<rusqlite::Result<Vec<_>>>().unwrap())
}

fn select(verb: &str, walk: &Walk) -> (String, Vec<Parameter>) {
    let mut sql = walk.to_sql(NOW);
    let rows = sql.bind(walk.rows());
    let Sql { condition, order_by, keys, params } = sql;
    let text =
        format!("{verb} u.id, {keys} FROM users u WHERE u.app = ?1 AND {condition} ORDER BY {order_by} LIMIT {rows}");
    (text, std::iter::once(Parameter::Integer(APP)).chain(params).collect())
}

/// What happens between two pages.
#[derive(Clone, Debug)]
enum Event {
    Comes(Box<Row>),
    Goes(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![model::row().prop_map(|row| Event::Comes(Box::new(row))), (0_usize..12).prop_map(Event::Goes)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn who_stays_is_met_once_in_order_and_nobody_twice_whoever_comes_and_goes(
        rows in prop::collection::vec(model::row(), 0..12),
        events in prop::collection::vec(event(), 0..8),
        sort in model::sort(),
        filter in prop::sample::select(vec![json!({}), json!({"role": "user"}), json!({"$or": [{"banned": true}, {"last_active": {"$exists": true}}]})]),
        limit in 1_u32..5,
    ) {
        let filter_object = object(filter.clone());
        let rows: Vec<Row> = rows.into_iter().enumerate().map(|(n, row)| Row { id: format!("u-{n}"), ..row }).collect();
        let connection = database(&rows);
        let mut stays: Vec<&Row> = rows.iter().filter(|row| holds(&filter_object, *row)).collect();
        let (mut met, mut pages, mut next) = (Vec::new(), 0, None::<String>);
        let (is_quiet, mut events) = (events.is_empty(), events.into_iter().enumerate());
        let before = stays.len();
        loop {
            let (found, cursor) = page(&connection, &walk(&filter, &sort, limit, next.as_deref()).unwrap());
            prop_assert!(found.len() == limit as usize || cursor.is_none(), "a page that is not full is the last");
            met.extend(found);
            pages += 1;
            match events.next() {
                Some((at, Event::Comes(row))) => insert(&connection, APP, &Row { id: format!("u-{at}-new"), ..*row }),
                Some((_, Event::Goes(at))) => {
                    let id = format!("u-{at}");
                    connection.execute("DELETE FROM users WHERE app = ?1 AND id = ?2", params![APP, id]).unwrap();
                    stays.retain(|row| row.id != id);
                }
                None => {}
            }
            match cursor {
                Some(cursor) => next = Some(cursor),
                None => break,
            }
        }
        let distinct: std::collections::HashSet<&String> = met.iter().collect();
        prop_assert_eq!(distinct.len(), met.len(), "met twice: {:?}", met);
        stays.sort_by(|a, b| compare(*a, *b, sort.as_array().unwrap(), &["id"]));
        let wanted: Vec<&String> = stays.iter().map(|row| &row.id).collect();
        let of_those: Vec<&String> = met.iter().filter(|id| wanted.contains(id)).collect();
        prop_assert_eq!(of_those, wanted, "{:?} {}", sort, filter);
        if is_quiet {
            prop_assert_eq!(pages, before.div_ceil(limit as usize).max(1), "a last page that is full has no next");
        }
    }

    #[test]
    fn the_way_back_has_the_pages_of_the_way_there(
        rows in prop::collection::vec(model::row(), 0..12), sort in model::sort(), limit in 1_u32..5,
    ) {
        let rows: Vec<Row> = rows.into_iter().enumerate().map(|(n, row)| Row { id: format!("u-{n}"), ..row }).collect();
        let connection = database(&rows);
        let start = || walk(&json!({}), &sort, limit, None).unwrap();
        let mut there = vec![led(&connection, &start())];
        prop_assert_eq!(&there[0].1.prev, &None, "nothing comes before the start");
        while let Some(next) = there[there.len() - 1].1.next.clone() {
            there.push(led(&connection, &walk(&json!({}), &sort, limit, Some(&next)).unwrap()));
        }
        let (last, rest) = there.split_last().unwrap();
        let mut prev = last.1.prev.clone();
        for (ids, _) in rest.iter().rev() {
            let (found, leads) = led(&connection, &start().before(prev.as_deref()).unwrap());
            prop_assert_eq!(&found, ids);
            prop_assert!(leads.next.is_some());
            prev = leads.prev;
        }
        prop_assert_eq!(prev, None, "the first page has nothing before it, however it was come to");
    }

    #[test]
    fn whatever_is_sent_as_next_is_refused_in_order_or_runs(
        text in any::<String>(), keys in prop::collection::vec(model::any_json(), 0..4), sort in model::sort(),
    ) {
        let connection = database(&[Row::new("a"), Row::new("b")]);
        let (_, next) = page(&connection, &walk(&json!({}), &sort, 1, None).unwrap());
        let cursor = URL_SAFE_NO_PAD.decode(next.unwrap()).unwrap();
        let own: Vec<Value> = serde_json::from_slice(&cursor).unwrap();
        let forged = |first: Value| URL_SAFE_NO_PAD.encode(Value::from([&[first], &keys[..]].concat()).to_string());
        for next in [text.clone(), URL_SAFE_NO_PAD.encode(&text), forged(json!("x")), forged(own[0].clone())] {
            match walk(&json!({}), &sort, 1, Some(&next)) {
                Ok(walk) => drop(page(&connection, &walk)),
                Err(error) => prop_assert_eq!(error.code, Code::InputError),
            }
        }
    }
}

#[test]
fn a_cursor_leads_on_in_its_own_filter_and_sort_alone() {
    let connection = database(&[Row::new("a"), Row::new("b"), Row::new("c")]);
    let by_id = json!([{"field": "id"}]);
    let (found, next) = page(&connection, &walk(&json!({}), &by_id, 2, None).unwrap());
    let next = next.unwrap();
    assert_eq!(found, ["a", "b"]);
    assert!(next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{next}");
    let refusal =
        |filter: Value, sort: Value, next: &str| walk(&filter, &sort, 2, Some(next)).unwrap_err().message.into_owned();
    let other =
        "next is a cursor of another filter or sort: send it with those of the page before, or begin without it";
    for (filter, sort) in [
        (json!({"role": "user"}), by_id.clone()),
        (json!({}), json!([{"field": "id", "direction": -1}])),
        (json!({}), json!([])),
    ] {
        assert_eq!(refusal(filter, sort, &next), other);
    }
    let bans = crate::store::bans::BANS.walk(&Map::new(), &[], 9, Some(&next)).unwrap_err();
    assert_eq!(bans.message, other);
    let none = "next is not a cursor of a page: send what the page before answered as next";
    for text in ["x", "%", "W10", "bnVsbA"] {
        assert_eq!(refusal(json!({}), by_id.clone(), text), none, "{text}");
    }
    // Another limit is another matter; an empty text is none.
    assert_eq!(page(&connection, &walk(&json!({}), &by_id, 9, Some(&next)).unwrap()), (vec!["c".to_owned()], None));
    assert_eq!(page(&connection, &walk(&json!({}), &by_id, 2, Some("")).unwrap()).0, found);
}

#[test]
fn a_page_deep_down_is_read_from_the_index_of_the_order() {
    let connection = database(&[Row::new("a"), Row::new("b")]);
    for (sort, by) in [
        (json!([]), "users_by_created_at (app=? AND created_at<?)"),
        (json!([{"field": "created_at"}]), "users_by_created_at (app=? AND created_at>?)"),
        (json!([{"field": "id"}]), "PRIMARY KEY (app=? AND id>?)"),
        (json!([{"field": "id", "direction": -1}]), "PRIMARY KEY (app=? AND id<?)"),
    ] {
        let (_, next) = page(&connection, &walk(&json!({}), &sort, 1, None).unwrap());
        let (text, params) = select("EXPLAIN QUERY PLAN SELECT", &walk(&json!({}), &sort, 1, next.as_deref()).unwrap());
        let mut statement = connection.prepare(&text).unwrap();
        let lines = statement.query_map(rusqlite::params_from_iter(params), |row| row.get::<_, String>(3)).unwrap();
        let plan = lines.collect::<rusqlite::Result<Vec<_>>>().unwrap().join("\n");
        assert!(plan.contains(by) && !plan.contains("TEMP B-TREE"), "{sort}: {plan}");
    }
}
