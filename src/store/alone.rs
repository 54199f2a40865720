//! Who has whole states alone. Between the pieces of a copy other jobs run; so that none of them takes away or exchanges what
//! is being copied, each job has the apps that it touches alone until it is over.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard};

use super::Store;
use crate::app::App;
use crate::error::Result;

/// Held by whoever has whole states alone: writes to them wait, and so do jobs that touch one of them, or all.
pub struct Alone {
    _apps: Vec<OwnedRwLockWriteGuard<()>>,
    _some: OwnedRwLockReadGuard<()>,
}

impl Store {
    /// Nobody has everything alone meanwhile.
    pub(super) async fn some(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.0.everything).read_owned().await
    }

    /// Nobody has a whole state alone meanwhile.
    pub(super) async fn all(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.0.everything).write_owned().await
    }

    /// The app of that key, once all its writes are done and with the next ones waiting.
    pub(super) async fn alone(&self, api_key: &str) -> Result<(Arc<App>, Alone)> {
        let some = self.some().await;
        let (app, alone) = self.alone_in_turn(api_key).await?;
        Ok((app, Alone { _apps: vec![alone], _some: some }))
    }

    /// Those of these keys that have an app, in the order of their keys, so that two jobs cannot wait for each other.
    pub(super) async fn these(&self, keys: &BTreeSet<String>) -> Alone {
        let some = self.some().await;
        let mut apps = Vec::new();
        for key in keys {
            apps.extend(self.alone_in_turn(key).await.ok().map(|(_, alone)| alone));
        }
        Alone { _apps: apps, _some: some }
    }

    async fn alone_in_turn(&self, api_key: &str) -> Result<(Arc<App>, OwnedRwLockWriteGuard<()>)> {
        loop {
            let app = self.known(api_key)?;
            let alone = Arc::clone(&app.whole).write_owned().await;
            if app.gone().is_none() {
                return Ok((app, alone));
            }
        }
    }
}
