//! Comments in the order in which they are shown. Whatever the order, an index has it, so that a page costs what it shows and
//! not what there is.

use rusqlite::types::Value as Parameter;
use rusqlite::{params, params_from_iter};

use super::super::tx::ReadTx;
use super::comments::{COLUMNS, comment_of};
use super::list;
use crate::error::Result;
use crate::model::feeds::comment::{Comment, Place, Sort};

/// A stretch of the comments that answer one thing.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// The number of what they answer.
    pub under: i64,
    /// In which order.
    pub sort: Sort,
    /// From which place on, without what is there; from the start without one.
    pub from: Option<Place>,
    /// Whether it leads back from there: the nearest comes first.
    pub is_back: bool,
    /// How many at the most.
    pub most: u32,
}

/// The keys of an order, of a comment under an alias, and whether they descend.
fn keys(sort: Sort, alias: &str) -> (Vec<String>, bool) {
    let rank = match sort {
        Sort::First | Sort::Last => None,
        Sort::Top => Some("score"),
        Sort::Best => Some("confidence_score"),
        Sort::Controversial => Some("controversy_score"),
    };
    let keys = rank.into_iter().chain(["created_at", "no"]).map(|key| format!("{alias}.{key}"));
    (keys.collect(), sort != Sort::First)
}

fn order_by(keys: &[String], descends: bool) -> String {
    let direction = if descends { " DESC" } else { "" };
    keys.iter().map(|key| format!("{key}{direction}")).collect::<Vec<_>>().join(", ")
}

/// A stretch of comments.
pub fn stretch(tx: &ReadTx<'_>, stretch: Stretch) -> Result<Vec<Comment>> {
    let (text, params) = stretch_of(stretch);
    let mut query = tx.conn().prepare_cached(&text)?;
    let params = std::iter::once(Parameter::from(tx.app)).chain(params);
    let rows = query.query_map(params_from_iter(params), comment_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn stretch_of(Stretch { under, sort, from, is_back, most }: Stretch) -> (String, Vec<Parameter>) {
    let (keys, descends) = keys(sort, "c");
    let descends = descends != is_back;
    let mut params = vec![Parameter::from(under), Parameter::from(most)];
    let beyond = from.map_or_else(String::new, |Place { rank, created_at, no }| {
        let rank = Some(Parameter::from(rank)).filter(|_| keys.len() > 2);
        params.extend(rank.into_iter().chain([Parameter::from(created_at), Parameter::from(no)]));
        let places = (4..=params.len() + 1).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
        format!(" AND ({}) {} ({places})", keys.join(", "), if descends { "<" } else { ">" })
    });
    let order = order_by(&keys, descends);
    let text = format!(
        "SELECT {COLUMNS} FROM comments c
         WHERE c.app = ?1 AND c.under = ?2 AND c.deleted_with IS NULL{beyond} ORDER BY {order} LIMIT ?3"
    );
    (text, params)
}

/// The first comments that answer each of these, in an order: one statement, however many they are.
pub fn first_of_each(tx: &ReadTx<'_>, answered: &[i64], sort: Sort, most: u32) -> Result<Vec<Comment>> {
    let mut query = tx.conn().prepare_cached(&first_of_each_in(sort))?;
    let rows = query.query_map(params![tx.app, list(answered), most], comment_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn first_of_each_in(sort: Sort) -> String {
    let (inner, descends) = keys(sort, "x");
    let inner = order_by(&inner, descends);
    let (outer, _) = keys(sort, "c");
    let outer = order_by(&outer, descends);
    format!(
        "SELECT {COLUMNS} FROM json_each(?2) v CROSS JOIN comments c
         WHERE c.app = ?1 AND c.no IN (
            SELECT x.no FROM comments x WHERE x.app = ?1 AND x.under = v.value AND x.deleted_with IS NULL
            ORDER BY {inner} LIMIT ?3
         )
         ORDER BY v.key, {outer}"
    )
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::migrate::MIGRATIONS;

    fn plan(text: &str, params: Vec<Parameter>) -> String {
        let connection = Connection::open_in_memory().expect("memory");
        for migration in MIGRATIONS {
            connection.execute_batch(migration).expect("migrates");
        }
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).expect("a statement");
        let lines = statement.query_map(params_from_iter(params), |row| row.get::<_, String>(3)).expect("a plan");
        lines.collect::<rusqlite::Result<Vec<_>>>().expect("lines").join("\n")
    }

    const SERVED: [(Sort, &str); 5] = [
        (Sort::First, "comments_by_under (app=? AND under=? AND deleted_with=?"),
        (Sort::Last, "comments_by_under (app=? AND under=? AND deleted_with=?"),
        (Sort::Top, "comments_by_score (app=? AND under=?"),
        (Sort::Best, "comments_by_confidence (app=? AND under=?"),
        (Sort::Controversial, "comments_by_controversy (app=? AND under=?"),
    ];

    #[test]
    fn a_page_in_whatever_order_goes_along_an_index_from_where_it_begins() {
        for (sort, index) in SERVED {
            let place = Place { rank: 0.5, created_at: crate::clock::Time(1), no: 1 };
            for (from, is_back) in [(None, false), (Some(place), false), (Some(place), true)] {
                let (text, params) = stretch_of(Stretch { under: 1, sort, from, is_back, most: 25 });
                let plan = plan(&text, std::iter::once(Parameter::from(1)).chain(params).collect());
                assert!(plan.contains(&format!("SEARCH c USING INDEX {index}")), "{sort:?}: {plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{sort:?}: {plan}");
                assert_eq!(plan.contains(")<(") || plan.contains(")>("), from.is_some(), "{sort:?}: {plan}");
            }
        }
    }

    #[test]
    fn the_first_answers_to_many_are_read_each_along_an_index_and_no_further() {
        for (sort, index) in SERVED {
            let plan = plan(&first_of_each_in(sort), vec![1.into(), "[1]".to_owned().into(), 5.into()]);
            assert!(plan.contains(index), "{sort:?}: {plan}");
            assert!(plan.contains("SEARCH c USING PRIMARY KEY (app=? AND no=?)"), "{sort:?}: {plan}");
            // What was found is put in order, and nothing before that.
            assert_eq!(plan.matches("TEMP B-TREE").count(), 1, "{sort:?}: {plan}");
        }
    }
}
