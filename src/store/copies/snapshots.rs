//! Kept states: taken, listed, put in the place of the present one, forgotten.

use std::sync::Arc;

use super::count_users;
use crate::app::App;
use crate::clock::Time;
use crate::error::Result;
use crate::store::states::{self, Role};
use crate::store::writer::Publish;
use crate::store::{Scope, Store};

/// A kept state of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// When it was taken, by the app's clock.
    pub created_at: Time,
    /// Users in it.
    pub users: i64,
}

impl Store {
    /// Keeps an app's present state under a name, in place of one of that name.
    pub async fn take_snapshot(&self, api_key: &str, name: &str) -> Result<Snapshot> {
        let (app, _alone) = self.alone(api_key).await?;
        let (name, at) = (name.to_owned(), app.clock.now());
        self.write_down(&app).await?;
        self.copy_then(app.id, move |conn, copy| {
            states::adopt(conn, copy, app.number, &Role::Snapshot(name.clone(), at))?;
            let snapshot = Snapshot { users: count_users(conn, copy)?, name, created_at: at };
            Ok((snapshot, Publish::nothing()))
        })
        .await
    }

    /// An app's snapshots, by name.
    pub async fn snapshots(&self, api_key: &str) -> Result<Vec<Snapshot>> {
        let app = self.known(api_key)?;
        // Counting visits every user of every snapshot.
        self.scan(&Scope::own(&app), move |tx| {
            let mut query = tx.conn().prepare_cached(
                "SELECT app, snapshot, kept_at FROM states WHERE owner = ?1 AND role = 'snapshot' ORDER BY snapshot",
            )?;
            let kept = query.query_map([app.number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let snapshots = kept.map(|kept| {
                let (state, name, created_at) = kept?;
                Ok(Snapshot { name, created_at, users: count_users(tx.conn(), state)? })
            });
            snapshots.collect()
        })
        .await
    }

    /// The names of an app's snapshots.
    pub fn snapshot_names(&self, api_key: &str) -> Result<Vec<String>> {
        let number = self.known(api_key)?.number;
        self.0.scans.look(|conn| {
            let mut query =
                conn.prepare_cached("SELECT snapshot FROM states WHERE owner = ?1 AND role = 'snapshot'")?;
            let names = query.query_map([number], |row| row.get(0))?;
            Ok(names.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Puts a snapshot in the place of an app's present state. `None` when there is none of that name.
    pub async fn restore(&self, api_key: &str, name: &str, close_code: u16) -> Result<Option<Arc<App>>> {
        let (app, _alone) = self.alone(api_key).await?;
        match self.find(app.number, "snapshot", Some(name))? {
            Some(snapshot) => self.put_in_place(app.number, snapshot, close_code).await.map(Some),
            None => Ok(None),
        }
    }

    /// Forgets a snapshot. Answers whether there was one of that name.
    pub async fn forget_snapshot(&self, api_key: &str, name: &str) -> Result<bool> {
        let (app, _alone) = self.alone(api_key).await?;
        let Some(snapshot) = self.find(app.number, "snapshot", Some(name))? else { return Ok(false) };
        self.0.writer.step(move |conn| Ok((states::give_up(conn, snapshot)?, Publish::nothing()))).await?;
        self.sweep_soon();
        Ok(true)
    }
}
