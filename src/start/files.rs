//! The files beside a fixture with which a process is started.

use std::fmt::Display;
use std::path::Path;

use crate::fixture::beside::{self, Found, Left};
use crate::fixture::format::App;
use crate::outcome::Failure;
use crate::store::{Scope, Store, uploads};

/// Puts back what lies in the folder beside a fixture.
pub(super) async fn put_back(store: &Store, api_key: &str, said: &App, file: &str) -> Result<(), Failure> {
    let (left, folder) = (beside::left_out(said), beside::folder(Path::new(file)));
    let Some(app) = store.apps().get(api_key).filter(|_| !left.is_empty()) else { return Ok(()) };
    let mut found = Found::default();
    for Left { hash, .. } in left {
        let cannot = |cause: &dyn Display| Failure::Input(format!("cannot read {}/{hash}: {cause}", folder.display()));
        let Some(content) = beside::open(&folder, &hash).map_err(|cause| cannot(&cause))? else {
            found.missing += 1;
            continue;
        };
        let received = beside::receive(store.files(), &hash, content).map_err(|cause| cannot(&cause))?;
        let received = received.ok_or_else(|| cannot(&"it is not what its name says"))?;
        let put = store.write(&Scope::own(&app), move |tx| uploads::put_back(tx, &hash, received)).await;
        put.map_err(|cause| Failure::Other(anyhow::anyhow!("{}", cause.message)))?;
        found.there += 1;
    }
    if let Some(note) = found.note(&folder) {
        tracing::warn!("{note}");
    }
    Ok(())
}
