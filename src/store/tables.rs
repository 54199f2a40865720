//! THE list of tables in which rows of a state lie: copies, sweeps, resets, deletions of users, seeds and what a new state
//! goes on with all go by it. A new table is one entry here; tests hold the list against the schema.

use rusqlite::Connection;

use crate::error::Result;

/// A table in which rows of a state lie under its number.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its primary key behind the number.
    pub key: &'static str,
    /// The column with the user whose own its rows are: they go when what is his is cleared.
    pub owner: Option<&'static str>,
    /// The column with the user whom rows of others are about: they stay when what is his is cleared, and go with him.
    pub about: Option<&'static str>,
    /// Which of its ids the app's generator made: a seed that makes the same ones again must not.
    pub made: Option<&'static str>,
    /// It tells what the clock and the tokens went through: a new state of the same app goes on with it, no export has it.
    pub is_history: bool,
    /// A fixture carries its rows as they are, column by column, and knows no more of them.
    pub row_by_row: bool,
}

impl Table {
    const fn new(name: &'static str, key: &'static str) -> Self {
        Self { name, key, owner: None, about: None, made: None, is_history: false, row_by_row: false }
    }

    const fn owned_by(self, column: &'static str) -> Self {
        Self { owner: Some(column), ..self }
    }

    const fn about(self, column: &'static str) -> Self {
        Self { about: Some(column), ..self }
    }

    const fn made(self, which: &'static str) -> Self {
        Self { made: Some(which), ..self }
    }

    const fn history(self) -> Self {
        Self { is_history: true, ..self }
    }

    const fn row_by_row(self) -> Self {
        Self { row_by_row: true, ..self }
    }
}

/// All of them but `apps` and `states`, which say whose a state is.
pub const TABLES: &[Table] = &[
    Table::new("users", "id").made("role = 'guest'"),
    Table::new("user_teams", "team, user_id"),
    Table::new("bans", "user_id, channel_cid").owned_by("user_id"),
    Table::new("blocks", "user_id, blocked_id").owned_by("user_id").about("blocked_id"),
    Table::new("mutes", "user_id, target_id").owned_by("user_id").about("target_id"),
    Table::new("flags", "user_id, entity_type, entity_id").owned_by("user_id"),
    Table::new("devices", "id").owned_by("user_id"),
    Table::new("push_preferences", "user_id, channel_cid").owned_by("user_id"),
    Table::new("push_providers", "provider, name"),
    Table::new("roles", "name"),
    Table::new("grants", "scope, role"),
    Table::new("permissions", "id"),
    Table::new("tasks", "id").made("TRUE"),
    Table::new("named_tokens", "name"),
    Table::new("faults", "id").made("TRUE"),
    Table::new("stubs", "place"),
    Table::new("ended_tokens", "token"),
    Table::new("feed_groups", "id").row_by_row(),
    Table::new("feed_views", "id").row_by_row(),
    Table::new("feeds", "no").row_by_row(),
    Table::new("feed_tags", "tag, feed").row_by_row(),
    Table::new("activities", "no").row_by_row(),
    Table::new("feed_activities", "feed, created_at, activity").row_by_row(),
    Table::new("activity_tags", "kind, tag, activity").row_by_row(),
    Table::new("activity_words", "word, activity").row_by_row(),
    Table::new("follows", "source, target").row_by_row(),
    Table::new("feed_members", "feed, user_id").row_by_row(),
    Table::new("pins", "feed, activity").row_by_row(),
    Table::new("uploads", "id").row_by_row(),
    Table::new("link_previews", "url").row_by_row(),
    Table::new("polls", "id").row_by_row(),
    Table::new("poll_options", "poll, id").row_by_row(),
    Table::new("poll_votes", "poll, no").row_by_row(),
    Table::new("feed_aggregates", "feed, group_key").row_by_row(),
    // What somebody has read of feeds says nothing to anybody else, and goes with him alone.
    Table::new("feed_reads", "feed, user_id").about("user_id").row_by_row(),
    Table::new("feed_marks", "feed, user_id, kind, item").about("user_id").row_by_row(),
    Table::new("watched_activities", "user_id, activity").about("user_id").row_by_row(),
    Table::new("notifications", "activity").row_by_row(),
    Table::new("membership_levels", "id").row_by_row(),
    Table::new("activity_metrics", "activity, name").row_by_row(),
    Table::new("metric_hours", "hour, user_id, activity, name").about("user_id").row_by_row(),
    Table::new("comments", "no").row_by_row(),
    Table::new("comment_words", "word, comment").row_by_row(),
    Table::new("reactions", "no").row_by_row(),
    Table::new("reaction_groups", "kind, object, type").row_by_row(),
    Table::new("bookmark_folders", "no").row_by_row(),
    Table::new("bookmarks", "no").row_by_row(),
    Table::new("activity_feedback", "user_id, activity, action").row_by_row(),
    Table::new("collections", "name, id").row_by_row(),
    Table::new("revisions", "no").row_by_row(),
    Table::new("user_groups", "id").row_by_row(),
    Table::new("user_group_members", "group_id, user_id").about("user_id").row_by_row(),
    Table::new("blocklists", "team, name").row_by_row(),
    Table::new("review_items", "no").row_by_row(),
    Table::new("moderation_logs", "no").row_by_row(),
    Table::new("moderation_configs", "team, key").row_by_row(),
    Table::new("moderation_templates", "name").row_by_row(),
    Table::new("appeals", "no").row_by_row(),
    Table::new("clock_runs", "since").history(),
    Table::new("judged_tokens", "token").history(),
];

/// The columns of a state's own row that are part of the state. The others say whose it is and what for.
pub const RECORD: &str =
    "name, settings, emulator, clock_mode, clock_ns, revocation, own_tokens, feeds_counter, created_at, updated_at";

/// A table's columns but the app's number, as the database itself knows them, so that none can be forgotten.
pub fn columns(conn: &Connection, table: &str) -> Result<Vec<String>> {
    let mut query = conn.prepare_cached("SELECT name FROM pragma_table_info(?1) WHERE name <> 'app' ORDER BY cid")?;
    let names = query.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::migrate;
    use super::*;

    fn migrated() -> Connection {
        let mut conn = Connection::open_in_memory().expect("memory");
        migrate::run(&mut conn, Path::new("x.db")).expect("migrates");
        conn
    }

    fn texts(conn: &Connection, sql: &str) -> Vec<String> {
        let mut query = conn.prepare(sql).expect(sql);
        let rows = query.query_map([], |row| row.get(0)).expect(sql);
        rows.collect::<rusqlite::Result<_>>().expect(sql)
    }

    #[test]
    fn every_table_of_the_schema_is_listed_with_its_key() {
        let conn = migrated();
        let schema = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
        let there = texts(&conn, schema);
        for name in there.iter().filter(|name| !["apps", "states"].contains(&name.as_str())) {
            assert!(TABLES.iter().any(|table| table.name == *name), "{name} is missing from TABLES");
        }
        for Table { name, key, .. } in TABLES {
            let columns = format!("SELECT name FROM pragma_table_info('{name}') WHERE pk > 0 ORDER BY pk");
            assert_eq!(texts(&conn, &columns).join(", "), format!("app, {key}"), "{name}");
            let strict = format!("SELECT name FROM pragma_table_list('{name}') WHERE strict");
            assert_eq!(texts(&conn, &strict).len(), 1, "{name} is not STRICT");
        }
    }

    /// Tables that name users, and why their rows do not go with what is a user's own.
    const STAY: &[(&str, &str)] = &[
        // What a user has in feeds has a deletion of its own (feeds-core 15).
        ("activities", "user_id"),
        ("feed_members", "user_id"),
        ("pins", "user_id"),
        ("poll_votes", "user_id"),
        ("comments", "user_id"),
        ("reactions", "user_id"),
        ("bookmark_folders", "user_id"),
        ("bookmarks", "user_id"),
        ("activity_feedback", "user_id"),
        ("collections", "user_id"),
        ("revisions", "user_id"),    // who did something has done it, whether he is there or not
        ("user_teams", "user_id"),   // goes as the user's row does
        ("ended_tokens", "user_id"), // a token stays ended, whoever is gone
    ];

    #[test]
    fn rows_of_users_go_with_them_or_say_why_not() {
        let conn = migrated();
        for table in TABLES {
            for column in columns(&conn, table.name).expect("columns") {
                let names_a_user = ["user_id", "target_id", "blocked_id"].contains(&column.as_str());
                let goes = [table.owner, table.about].contains(&Some(column.as_str()));
                let stays = STAY.contains(&(table.name, column.as_str()));
                assert_eq!(names_a_user, goes || stays, "{}.{column}", table.name);
            }
        }
    }

    #[test]
    fn every_column_of_a_states_own_row_is_part_of_it_or_says_whose_it_is() {
        let own = columns(&migrated(), "states").expect("columns");
        let whose = ["owner", "role", "snapshot", "kept_at"];
        let mut part: Vec<_> = own.iter().map(String::as_str).filter(|name| !whose.contains(name)).collect();
        let mut listed: Vec<_> = RECORD.split(", ").collect();
        part.sort_unstable();
        listed.sort_unstable();
        assert_eq!(part, listed);
    }

    #[test]
    fn what_a_row_leaves_out_is_null_where_null_may_be() {
        let conn = migrated();
        for Table { name, .. } in TABLES.iter().filter(|table| table.row_by_row) {
            let sql = format!(
                "SELECT name FROM pragma_table_info('{name}') WHERE \"notnull\" = 0 AND dflt_value IS NOT NULL"
            );
            assert_eq!(texts(&conn, &sql), [""; 0], "{name}: a fixture leaves NULL out and would read the default");
        }
    }
}
