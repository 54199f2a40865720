//! The schema's versions: one file each, one transaction each, counted by `PRAGMA user_version`.

use std::path::Path;

use anyhow::{Context, bail};
use rusqlite::{Connection, OpenFlags};
use url::Url;

/// The migrations in order. A released one is never edited; the tests pin its text.
pub const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_init.sql"),
    include_str!("migrations/0002_states.sql"),
    include_str!("migrations/0003_named_token_specs.sql"),
    include_str!("migrations/0004_ended_tokens.sql"),
    include_str!("migrations/0005_mutes_and_flags.sql"),
    include_str!("migrations/0006_push_providers.sql"),
    include_str!("migrations/0007_token_times.sql"),
    include_str!("migrations/0008_grant_scopes.sql"),
    include_str!("migrations/0009_feeds.sql"),
    include_str!("migrations/0010_feeds_rest.sql"),
    include_str!("migrations/0011_polls.sql"),
    include_str!("migrations/0012_feed_marks.sql"),
    include_str!("migrations/0013_levels_and_metrics.sql"),
    include_str!("migrations/0014_comments.sql"),
    include_str!("migrations/0015_uploads.sql"),
    include_str!("migrations/0016_reactions.sql"),
    include_str!("migrations/0017_previews.sql"),
    include_str!("migrations/0018_collections.sql"),
    include_str!("migrations/0019_user_groups.sql"),
    include_str!("migrations/0020_blocklists.sql"),
    include_str!("migrations/0021_translations_and_revisions.sql"),
    include_str!("migrations/0022_review_queue.sql"),
    include_str!("migrations/0023_moderation_configs.sql"),
    include_str!("migrations/0024_appeals.sql"),
];

/// Marks a database as millpond's (`PRAGMA application_id`): "mill" in ASCII.
const APPLICATION_ID: i32 = 0x6d69_6c6c;

/// Refuses a file that can be seen not to be millpond's, and leaves nothing beside it: neither a lock nor a mode of its own. What
/// only the log beside a database says is seen once that is open.
pub fn look(path: &Path) -> anyhow::Result<()> {
    let Ok(mut address) = std::path::absolute(path).map_err(drop).and_then(Url::from_file_path) else { return Ok(()) };
    if !std::fs::metadata(path).is_ok_and(|found| found.len() > 0) {
        return Ok(());
    }
    // It is read as it lies there, without locks.
    address.set_query(Some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match Connection::open_with_flags(address.as_str(), flags) {
        Ok(conn) => check_is_ours(&conn, path),
        // That it cannot be read is told when it is opened for good.
        Err(_) => Ok(()),
    }
}

/// Refuses a file that is not millpond's, or a newer one, before anything is written to it.
pub fn check_is_ours(conn: &Connection, path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    let number = |pragma| conn.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let application = number("application_id").with_context(|| {
        format!(
            "{shown} is no SQLite database, so millpond leaves it alone. Name another file with --db, or use --memory."
        )
    })?;
    let version = number("user_version")?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && (application != 0 || version != 0 || tables != 0) {
        bail!(
            "{shown} is a database of another program, so millpond leaves it alone. Name another file with --db, or use --memory."
        );
    }
    let newest = newest();
    if version > newest {
        bail!(
            "{shown} was written by a newer millpond (schema {version}; this one knows {newest}), so it is left alone. \
             Use that millpond, or name another file with --db."
        );
    }
    Ok(())
}

/// Brings the schema up to date.
pub fn run(conn: &mut Connection, path: &Path) -> anyhow::Result<()> {
    let version: i32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (at, migration) in MIGRATIONS.iter().enumerate().skip(usize::try_from(version).unwrap_or_default()) {
        let tx = conn.transaction()?;
        tx.execute_batch(migration).with_context(|| format!("migration {} of {} failed", at + 1, path.display()))?;
        tx.pragma_update(None, "user_version", i32::try_from(at + 1)?)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.commit()?;
    }
    Ok(())
}

fn newest() -> i32 {
    i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Connection {
        Connection::open_in_memory().expect("memory")
    }

    #[test]
    fn an_empty_file_becomes_ours_and_stays_so() {
        let mut conn = fresh();
        check_is_ours(&conn, Path::new("x.db")).expect("empty");
        run(&mut conn, Path::new("x.db")).expect("migrates");
        check_is_ours(&conn, Path::new("x.db")).expect("ours");
        run(&mut conn, Path::new("x.db")).expect("nothing left to do");
    }

    #[test]
    fn a_newer_and_a_foreign_database_are_refused_with_a_sentence() {
        let mut conn = fresh();
        run(&mut conn, Path::new("x.db")).expect("migrates");
        conn.pragma_update(None, "user_version", 99).expect("set");
        let newer = check_is_ours(&conn, Path::new("x.db")).expect_err("newer").to_string();
        assert!(newer.contains("newer millpond (schema 99"), "{newer}");
        let conn = fresh();
        conn.execute_batch("CREATE TABLE theirs (x)").expect("theirs");
        let foreign = check_is_ours(&conn, Path::new("x.db")).expect_err("foreign").to_string();
        assert!(foreign.contains("another program"), "{foreign}");
    }
}
