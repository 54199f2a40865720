//! The tables `polls`, `poll_options` and `poll_votes`.

use rusqlite::types::Value as Parameter;
use rusqlite::{OptionalExtension, Row, named_params, params};

use super::super::sql::{Columns, Json};
use super::super::tx::{ReadTx, WriteTx};
use super::query::rows;
use super::{list, query};
use crate::error::Result;
use crate::model::feeds::poll::{Poll, PollOption, Rules, Vote};
use crate::operation::table;
use crate::query::Operator::{Autocomplete, Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, Search, Unequal};
use crate::query::page::{self, Walk};
use crate::query::{Field, Kind, Operator, Resource, Sql};

const POLL: &str =
    "p.id, p.name, p.description, p.is_anonymous, p.is_unique, p.votes_max, p.takes_options, p.takes_answers, p.is_closed,
        p.custom, p.created_by, p.vote_count, p.answer_count, p.created_at, p.updated_at";

/// Reads [`POLL`], in its order.
fn poll_of(row: &Row<'_>) -> rusqlite::Result<Poll> {
    let mut columns = Columns::of(row);
    Ok(Poll {
        id: columns.take()?,
        name: columns.take()?,
        description: columns.take()?,
        rules: Rules {
            is_anonymous: columns.take()?,
            is_unique: columns.take()?,
            votes_max: columns.take()?,
            takes_options: columns.take()?,
            takes_answers: columns.take()?,
        },
        is_closed: columns.take()?,
        custom: columns.json()?,
        created_by: columns.take()?,
        votes: columns.take()?,
        answers: columns.take()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// The poll of that id.
pub fn get(tx: &ReadTx<'_>, id: &str) -> Result<Option<Poll>> {
    let text = format!("SELECT {POLL} FROM polls p WHERE p.app = ?1 AND p.id = ?2");
    Ok(tx.conn().prepare_cached(&text)?.query_row(params![tx.app, id], poll_of).optional()?)
}

/// The polls of these ids.
pub fn by_ids(tx: &ReadTx<'_>, ids: &[&str]) -> Result<Vec<Poll>> {
    let text = format!("SELECT {POLL} FROM polls p WHERE p.app = ?1 AND p.id IN (SELECT value FROM json_each(?2))");
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(ids)], poll_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a poll: all columns.
pub fn save(tx: &WriteTx<'_>, poll: &Poll) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO polls (app, id, name, description, is_anonymous, is_unique, votes_max, takes_options,
                takes_answers, is_closed, custom, created_by, vote_count, answer_count, created_at, updated_at)
             VALUES (:app, :id, :name, :description, :is_anonymous, :is_unique, :votes_max, :takes_options, :takes_answers,
                :is_closed, :custom, :created_by, :votes, :answers, :created_at, :updated_at)",
        )?
        .execute(named_params! {
            ":app": tx.app, ":id": poll.id, ":name": poll.name, ":description": poll.description,
            ":is_anonymous": poll.rules.is_anonymous, ":is_unique": poll.rules.is_unique,
            ":votes_max": poll.rules.votes_max, ":takes_options": poll.rules.takes_options,
            ":takes_answers": poll.rules.takes_answers, ":is_closed": poll.is_closed, ":custom": Json(&poll.custom),
            ":created_by": poll.created_by, ":votes": poll.votes, ":answers": poll.answers,
            ":created_at": poll.created_at, ":updated_at": poll.updated_at,
        })?;
    Ok(())
}

/// Removes a poll with its options and votes; activities show it no more.
pub fn remove(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    for text in [
        "DELETE FROM polls WHERE app = ?1 AND id = ?2",
        "DELETE FROM poll_options WHERE app = ?1 AND poll = ?2",
        "DELETE FROM poll_votes WHERE app = ?1 AND poll = ?2",
        "UPDATE activities SET poll_id = NULL WHERE app = ?1 AND poll_id = ?2",
    ] {
        tx.conn().prepare_cached(text)?.execute(params![tx.app, id])?;
    }
    Ok(())
}

/// The numbers of the activities that show a poll.
pub fn shown_by(tx: &ReadTx<'_>, id: &str) -> Result<Vec<i64>> {
    let text = "SELECT no FROM activities WHERE app = ?1 AND poll_id = ?2 AND deleted_at IS NULL ORDER BY no";
    let mut query = tx.conn().prepare_cached(text)?;
    let rows = query.query_map(params![tx.app, id], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const OPTION: &str = "o.poll, o.id, o.position, o.text, o.custom, o.vote_count";

fn option_of(row: &Row<'_>) -> rusqlite::Result<PollOption> {
    let mut columns = Columns::of(row);
    Ok(PollOption {
        poll: columns.take()?,
        id: columns.take()?,
        position: columns.take()?,
        text: columns.take()?,
        custom: columns.json()?,
        votes: columns.take()?,
    })
}

/// The options of these polls, in their order.
pub fn options(tx: &ReadTx<'_>, polls: &[&str]) -> Result<Vec<PollOption>> {
    let text = format!(
        "SELECT {OPTION} FROM poll_options o WHERE o.app = ?1 AND o.poll IN (SELECT value FROM json_each(?2))
         ORDER BY o.poll, o.position, o.id"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(polls)], option_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One option of a poll.
pub fn option(tx: &ReadTx<'_>, poll: &str, id: &str) -> Result<Option<PollOption>> {
    let text = format!("SELECT {OPTION} FROM poll_options o WHERE o.app = ?1 AND o.poll = ?2 AND o.id = ?3");
    Ok(tx.conn().prepare_cached(&text)?.query_row(params![tx.app, poll, id], option_of).optional()?)
}

/// Writes an option: all columns.
pub fn save_option(tx: &WriteTx<'_>, option: &PollOption) -> Result<()> {
    let PollOption { poll, id, position, text, custom, votes } = option;
    tx.conn()
        .prepare_cached(
            "INSERT OR REPLACE INTO poll_options (app, poll, id, position, text, custom, vote_count)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![tx.app, poll, id, position, text, Json(custom), votes])?;
    Ok(())
}

/// Removes an option with the votes for it.
pub fn remove_option(tx: &WriteTx<'_>, poll: &str, id: &str) -> Result<()> {
    for text in [
        "DELETE FROM poll_options WHERE app = ?1 AND poll = ?2 AND id = ?3",
        "DELETE FROM poll_votes WHERE app = ?1 AND poll = ?2 AND option_id = ?3",
    ] {
        tx.conn().prepare_cached(text)?.execute(params![tx.app, poll, id])?;
    }
    Ok(())
}

const VOTE: &str = "v.no, v.poll, v.id, v.option_id, v.user_id, v.answer, v.created_at, v.updated_at";

fn vote_of(row: &Row<'_>) -> rusqlite::Result<Vote> {
    let mut columns = Columns::of(row);
    Ok(Vote {
        no: columns.take()?,
        poll: columns.take()?,
        id: columns.take()?,
        option_id: columns.take()?,
        user_id: columns.take()?,
        answer: columns.take()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
    })
}

/// The newest votes for each option of these polls, and the newest texts: so many of each, the newest first.
pub fn latest_votes(tx: &ReadTx<'_>, polls: &[&str], most: u32) -> Result<Vec<Vote>> {
    let text = format!(
        "WITH places AS MATERIALIZED (
            SELECT o.poll, o.id FROM json_each(?2) p CROSS JOIN poll_options o WHERE o.app = ?1 AND o.poll = p.value
            UNION ALL SELECT value, '' FROM json_each(?2)
         )
         SELECT {VOTE} FROM places x CROSS JOIN poll_votes v
         WHERE v.app = ?1 AND v.poll = x.poll AND v.no IN (
            SELECT w.no FROM poll_votes w WHERE w.app = ?1 AND w.poll = x.poll AND w.option_id = x.id
            ORDER BY w.no DESC LIMIT ?3
         )
         ORDER BY v.no DESC"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, list(polls), most], vote_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A user's votes in these polls, the oldest first.
pub fn votes_of(tx: &ReadTx<'_>, user: &str, polls: &[&str]) -> Result<Vec<Vote>> {
    let text = format!(
        "SELECT {VOTE} FROM json_each(?3) p CROSS JOIN poll_votes v
         WHERE v.app = ?1 AND v.user_id = ?2 AND v.poll = p.value ORDER BY v.no"
    );
    let mut query = tx.conn().prepare_cached(&text)?;
    let rows = query.query_map(params![tx.app, user, list(polls)], vote_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All votes of a user.
pub fn all_votes_of(tx: &ReadTx<'_>, user: &str) -> Result<Vec<Vote>> {
    let text = format!("SELECT {VOTE} FROM poll_votes v WHERE v.app = ?1 AND v.user_id = ?2 ORDER BY v.no");
    let mut query = tx.conn().prepare_cached(&text)?;
    Ok(query.query_map(params![tx.app, user], vote_of)?.collect::<rusqlite::Result<_>>()?)
}

/// The ids of the polls that a user made.
pub fn made_by(tx: &ReadTx<'_>, user: &str) -> Result<Vec<String>> {
    let text = "SELECT id FROM polls WHERE app = ?1 AND created_by = ?2 ORDER BY created_at, id";
    let mut query = tx.conn().prepare_cached(text)?;
    Ok(query.query_map(params![tx.app, user], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// One vote in a poll.
pub fn vote(tx: &ReadTx<'_>, poll: &str, id: &str) -> Result<Option<Vote>> {
    let text = format!("SELECT {VOTE} FROM poll_votes v WHERE v.app = ?1 AND v.poll = ?2 AND v.id = ?3");
    Ok(tx.conn().prepare_cached(&text)?.query_row(params![tx.app, poll, id], vote_of).optional()?)
}

/// Writes a new vote.
pub fn add_vote(tx: &WriteTx<'_>, vote: &Vote) -> Result<()> {
    let Vote { no, poll, id, option_id, user_id, answer, created_at, updated_at } = vote;
    tx.conn()
        .prepare_cached(
            "INSERT INTO poll_votes (app, poll, no, id, option_id, user_id, answer, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![tx.app, poll, no, id, option_id, user_id, answer, created_at, updated_at])?;
    Ok(())
}

/// Removes a vote.
pub fn remove_vote(tx: &WriteTx<'_>, vote: &Vote) -> Result<()> {
    tx.conn()
        .prepare_cached("DELETE FROM poll_votes WHERE app = ?1 AND poll = ?2 AND no = ?3")?
        .execute(params![tx.app, vote.poll, vote.no])?;
    Ok(())
}

/// Counts votes for an option more or less.
pub fn count_option(tx: &WriteTx<'_>, poll: &str, option: &str, by: i64) -> Result<()> {
    tx.conn()
        .prepare_cached(
            "UPDATE poll_options SET vote_count = vote_count + ?4 WHERE app = ?1 AND poll = ?2 AND id = ?3",
        )?
        .execute(params![tx.app, poll, option, by])?;
    Ok(())
}

const SAME: &[Operator] = &[Equal, In];
const COMPARED: &[Operator] = &[Equal, Gt, Gte, In, Lt, Lte];

/// What may be asked of polls: `polls` under the alias `p`.
pub static POLLS: Resource = Resource {
    operation: table::name("QueryPolls"),
    collection: "polls",
    filter: "filter",
    fields: &[
        Field::new("id", Kind::Id("p.id"), SAME),
        Field::new("name", Kind::TextOrEmpty("p.name"), &[Autocomplete, Equal, In]),
        Field::new("created_by_id", Kind::Id("p.created_by"), SAME).unsorted(),
        Field::new("is_closed", Kind::Flag("p.is_closed"), &[Equal]),
        Field::new("allow_answers", Kind::Flag("p.takes_answers"), &[Equal]).unsorted(),
        Field::new("allow_user_suggested_options", Kind::Flag("p.takes_options"), &[Equal]).unsorted(),
        Field::new("voting_visibility", Kind::Text("iif(p.is_anonymous, 'anonymous', 'public')"), SAME).unsorted(),
        Field::new("max_votes_allowed", Kind::Number("coalesce(p.votes_max, 0)"), COMPARED).unsorted(),
        Field::new("created_at", Kind::Time("p.created_at"), COMPARED),
        Field::new("updated_at", Kind::Time("p.updated_at"), COMPARED),
        Field::new(
            "custom",
            Kind::Json("p.custom"),
            &[Contains, Equal, Exists, Gt, Gte, In, Lt, Lte, Nin, Search, Unequal],
        ),
    ],
    bare: None,
    refused: &["custom"],
    order: ("p.created_at", true),
    ids: &["p.id"],
};

/// What may be asked of votes: `poll_votes` under the alias `v`.
pub static VOTES: Resource = Resource {
    operation: table::name("QueryPollVotes"),
    collection: "poll votes",
    filter: "filter",
    fields: &[
        Field::new("id", Kind::Id("v.id"), SAME),
        Field::new("user_id", Kind::Id("v.user_id"), SAME).unsorted(),
        Field::new("poll_id", Kind::Id("v.poll"), SAME).unsorted(),
        Field::new("option_id", Kind::Text("nullif(v.option_id, '')"), &[Equal, Exists, In]).unsorted(),
        Field::new("is_answer", Kind::Flag("v.option_id = ''"), &[Equal]).unsorted(),
        Field::new("created_at", Kind::Time("v.created_at"), COMPARED),
        Field::new("updated_at", Kind::Time("v.updated_at"), COMPARED),
    ],
    bare: None,
    refused: &[],
    order: ("v.created_at", true),
    ids: &["v.no"],
};

/// The rows of a walk through polls.
pub fn select(tx: &ReadTx<'_>, walk: &Walk) -> Result<Vec<page::Row<Poll>>> {
    rows(tx, POLL, query::statement(POLL, "polls p WHERE p.app = ?1", walk, walk.to_sql(tx.now)), poll_of)
}

/// The rows of a walk through a poll's votes.
pub fn select_votes(tx: &ReadTx<'_>, poll: &str, walk: &Walk) -> Result<Vec<page::Row<Vote>>> {
    let (text, params): (String, Vec<Parameter>) = {
        let mut sql: Sql = walk.to_sql(tx.now);
        let poll = sql.bind(poll.to_owned());
        query::statement(VOTE, &format!("poll_votes v WHERE v.app = ?1 AND v.poll = {poll}"), walk, sql)
    };
    rows(tx, VOTE, (text, params), vote_of)
}
