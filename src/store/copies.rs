//! What is done to an app's whole state: create, import, reset, clone, snapshot, restore, delete.
//!
//! A state is never emptied and filled again: a copy is made beside it, piece by piece, so that no other app waits for
//! long, and takes its place in one commit. With it comes a new [`App`], so that whatever memory held is over as well;
//! calls that began before are refused.
//!
//! Between the pieces of a copy other jobs run. So that none of them takes away or exchanges what is being copied, each job
//! has the apps that it touches alone until it is over: those that it names, one after the other by key, or all at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, params};

use super::apps::{self, NewApp};
use super::effects::Commit;
use super::states::{self, CLOSE_CODE_DEFAULT, Copying, Role};
use super::tx::{Scope, run_write};
use super::writer::Publish;
use super::{Import, Store, named_tokens, token_times};
use crate::app::App;
use crate::clock::{ClockMode, Time, system_now};
use crate::error::{ApiError, Code, Result};
use crate::ids::AppId;

pub mod snapshots;

/// A new, empty state of an app. Where it takes the place of another, the clock goes on as it ran.
fn created(store: &Store, conn: &Connection, new: &NewApp) -> Result<App> {
    let Some(replaced) = store.apps().get(&new.api_key) else { return apps::create(conn, new, store.0.seed) };
    let clock = replaced.clock.mode();
    let made = apps::create(conn, &NewApp { clock, ..new.clone() }, store.0.seed)?;
    token_times::inherit(conn, replaced.id, made.id, replaced.judged_times.take_unwritten())?;
    apps::load(conn, made.number, store.0.seed)
}

impl Store {
    /// Creates an app. When it answers, the app is known to everyone, and a reset of the app goes back to now.
    pub async fn create_app(&self, new: NewApp) -> Result<Arc<App>> {
        // An app that was deleted and has this key may be on its way back.
        let _some = self.some().await;
        let store = self.clone();
        self.0
            .writer
            .step(move |conn| {
                if let Some(number) = apps::number(conn, &new.api_key)? {
                    if states::find(conn, number, "live", None)?.is_some() {
                        return Err(ApiError::input(format!("api_key \"{}\" is taken", new.api_key)));
                    }
                    // One that was deleted, and that only a reset could have brought back: its key begins anew.
                    apps::set_base(conn, number, false)?;
                    apps::delete(conn, number)?;
                }
                let app = Arc::new(apps::create(conn, &new, store.0.seed)?);
                keep_baseline(conn, &app)?;
                let known = Arc::clone(&app);
                Ok((app, Publish::new(true, move || store.take_over(known, CLOSE_CODE_DEFAULT))))
            })
            .await
    }

    /// Fills several apps in one transaction, making those that are not there: all of it or nothing. With `others_go`
    /// all other apps are deleted. A reset goes back to what is there now.
    pub async fn import(&self, imports: Vec<Import>, others_go: bool) -> Result<()> {
        let keys: BTreeSet<_> = imports.iter().map(|import| import.new.api_key.clone()).collect();
        let (_all, _named) =
            if others_go { (Some(self.all().await), None) } else { (None, Some(self.these(&keys).await)) };
        let store = self.clone();
        let imported = self.0.writer.step(move |conn| {
            let mut published: Vec<Box<dyn FnOnce()>> = Vec::new();
            for Import { new, replace, clock, fill } in imports {
                let known = store.apps().get(&new.api_key).filter(|_| !replace);
                let (app, is_new) = match known {
                    Some(app) => (app, false),
                    None => (Arc::new(created(&store, conn, &new)?), true),
                };
                if new.is_base {
                    apps::set_base(conn, app.number, true)?;
                }
                let own = Scope::own(&app);
                let now = clock.map_or(own.now, ClockMode::now);
                let scope = own.at(now);
                let ((), effects) = run_write(conn, &scope, fill)?;
                keep_baseline(conn, &app)?;
                let store = store.clone();
                if is_new {
                    // As a reset to this state will load it.
                    let filled = Arc::new(apps::load(conn, app.number, store.0.seed)?);
                    published.push(Box::new(move || store.take_over(filled, CLOSE_CODE_DEFAULT)));
                } else {
                    let state = apps::load_state(conn, app.id)?;
                    published.push(Box::new(move || {
                        let commit = effects.publish(&app, Some(state));
                        store.0.told.tell(&app, commit);
                    }));
                }
            }
            if others_go {
                for app in store.apps().all().into_iter().filter(|app| !keys.contains(&*app.api_key)) {
                    apps::set_base(conn, app.number, false)?;
                    apps::delete(conn, app.number)?;
                    let store = store.clone();
                    published.push(Box::new(move || store.let_go(&app)));
                }
            }
            Ok(((), Publish::new(true, move || published.into_iter().for_each(|publish| publish()))))
        });
        imported.await?;
        self.sweep_soon();
        Ok(())
    }

    /// Has apps that have nothing to go back to go back to what they are now.
    pub async fn keep_missing_baselines(&self) -> Result<()> {
        let store = self.clone();
        let kept = self.0.writer.step(move |conn| {
            for app in store.apps().all() {
                if states::find(conn, app.number, "baseline", None)?.is_none() {
                    keep_baseline(conn, &app)?;
                }
            }
            Ok(((), Publish::nothing()))
        });
        kept.await
    }

    /// Takes an app back to its last import, or else to its beginning. Its sockets are closed with `close_code`.
    pub async fn reset(&self, api_key: &str, close_code: u16) -> Result<Arc<App>> {
        let (app, _alone) = self.alone(api_key).await?;
        let baseline = self.find(app.number, "baseline", None)?;
        let baseline = baseline.ok_or_else(|| ApiError::internal(&"an app has nothing to be reset to"))?;
        self.put_in_place(app.number, baseline, close_code).await
    }

    /// Takes everything back to the last import or the first start: apps that were made since are deleted, and those that
    /// were deleted come back. What fails for one app is told when the others are done.
    pub async fn reset_all(&self, close_code: u16) -> Result<()> {
        let _all = self.all().await;
        let mut outcome = Ok(());
        for (number, is_base) in self.0.scans.look(apps::numbers)? {
            let app = self.apps().all().into_iter().find(|app| app.number == number);
            let done = match (app, is_base) {
                (Some(app), false) => self.take_away(app).await,
                (_, true) => match self.find(number, "baseline", None)? {
                    Some(baseline) => self.put_in_place(number, baseline, close_code).await.map(drop),
                    None => Ok(()),
                },
                (None, false) => Ok(()),
            };
            outcome = outcome.and(done);
        }
        outcome
    }

    /// Makes another app of an app's present state, which is also what a reset of the new one goes back to. `new`'s clock
    /// is not looked at: the copy's runs as the original's does. `again` makes a named token anew, with the new secret.
    pub async fn clone_app(
        &self,
        api_key: &str,
        new: NewApp,
        expires_at: Option<Time>,
        again: impl Fn(&str) -> Option<String> + Send + 'static,
    ) -> Result<Arc<App>> {
        let (original, _alone) = self.alone(api_key).await?;
        let half = self.copy(original.id).await?;
        let (baseline, store) = (half.state, self.clone());
        let cloned = self.copy_then(original.id, move |conn, copy| {
            if apps::number(conn, &new.api_key)?.is_some() {
                return Err(ApiError::input(format!("api_key \"{}\" is taken", new.api_key)));
            }
            conn.prepare_cached("UPDATE states SET name = ?3, created_at = ?4, updated_at = ?4 WHERE app IN (?1, ?2)")?
                .execute(params![copy, baseline, new.name, original.clock.now()])?;
            for state in [copy, baseline] {
                named_tokens::sign_anew(conn, state, &again)?;
                token_times::forget(conn, state)?;
            }
            let number = apps::create(conn, &new, store.0.seed)?.number;
            apps::set_expiry(conn, number, expires_at)?;
            states::adopt(conn, copy, number, &Role::Live)?;
            states::adopt(conn, baseline, number, &Role::Baseline)?;
            let app = Arc::new(apps::load(conn, number, store.0.seed)?);
            let known = Arc::clone(&app);
            Ok((app, Publish::new(true, move || store.take_over(known, CLOSE_CODE_DEFAULT))))
        });
        let cloned = cloned.await?;
        half.keep();
        Ok(cloned)
    }

    /// Writes down what apps keep in memory alone and a process that comes after this one is to know, if one can.
    pub async fn write_all_down(&self) -> Result<()> {
        let kept = self.file().map(|_| self.apps().all());
        for app in kept.into_iter().flatten() {
            self.write_down(&app).await?;
        }
        Ok(())
    }

    async fn write_down(&self, app: &Arc<App>) -> Result<()> {
        let app = Arc::clone(app);
        self.0.writer.step(move |conn| Ok((token_times::write_down(conn, &app)?, Publish::nothing()))).await?;
        Ok(())
    }

    /// Deletes an app with everything it has: at once for everyone, and piece by piece in the database.
    pub async fn delete_app(&self, app: &Arc<App>) -> Result<()> {
        // Whoever has it alone may have put another state in its place meanwhile; that one is meant as well.
        let (app, _alone) = self.alone(&app.api_key).await?;
        self.take_away(app).await
    }

    async fn take_away(&self, app: Arc<App>) -> Result<()> {
        let store = self.clone();
        self.0
            .writer
            .step(move |conn| {
                apps::delete(conn, app.number)?;
                Ok(((), Publish::new(true, move || store.let_go(&app))))
            })
            .await?;
        self.sweep_soon();
        Ok(())
    }

    pub(super) fn known(&self, api_key: &str) -> Result<Arc<App>> {
        let unknown = || ApiError::new(Code::AccessKeyError, "api_key not valid");
        self.apps().get(api_key).ok_or_else(unknown)
    }

    fn find(&self, number: i64, role: &str, snapshot: Option<&str>) -> Result<Option<AppId>> {
        self.0.scans.look(|conn| states::find(conn, number, role, snapshot))
    }

    /// Puts a copy of a state in the place of an app's live one.
    async fn put_in_place(&self, number: i64, from: AppId, close_code: u16) -> Result<Arc<App>> {
        let store = self.clone();
        let app = self.copy_then(from, move |conn, copy| {
            states::adopt(conn, copy, number, &Role::Live)?;
            let app = Arc::new(apps::load(conn, number, store.0.seed)?);
            let known = Arc::clone(&app);
            Ok((app, Publish::new(true, move || store.take_over(known, close_code))))
        });
        let app = app.await?;
        self.sweep_soon();
        Ok(app)
    }

    /// Copies a state. Until it is adopted the copy belongs to nobody.
    async fn copy(&self, from: AppId) -> Result<Half> {
        let store = self.clone();
        self.copy_then(from, move |_, copy| Ok((Half { store, state: copy, is_whole: false }, Publish::nothing())))
            .await
    }

    /// Copies a state, and ends with `finish` in the transaction of the last piece. Nothing may change the state meanwhile.
    async fn copy_then<T: Send + 'static>(
        &self,
        from: AppId,
        finish: impl FnOnce(&Connection, AppId) -> Result<(T, Publish)> + Send + 'static,
    ) -> Result<T> {
        let (mut begun, mut finish) = (None, finish);
        let mut half: Option<Half> = None;
        loop {
            let piece = self.0.writer.step(move |conn| {
                let mut copying: Copying = match begun {
                    Some(copying) => copying,
                    None => states::begin_copy(conn, from)?,
                };
                if states::copy_on(conn, &mut copying)? {
                    let (result, publish) = finish(conn, copying.to)?;
                    Ok((Ok(result), publish))
                } else {
                    Ok((Err((copying, finish)), Publish::nothing()))
                }
            });
            match piece.await? {
                Ok(result) => {
                    half.into_iter().for_each(Half::keep);
                    return Ok(result);
                }
                Err((copying, again)) => {
                    half.get_or_insert_with(|| Half { store: self.clone(), state: copying.to, is_whole: false });
                    (begun, finish) = (Some(copying), again);
                }
            }
        }
    }

    /// Makes an app known to everyone, in the place of one of its key. On the writer's thread.
    fn take_over(&self, app: Arc<App>, close_code: u16) {
        if let Some(replaced) = self.apps().insert(app, close_code) {
            self.tell_of_all(&replaced);
        }
    }

    /// Has an app known to nobody. On the writer's thread.
    fn let_go(&self, app: &Arc<App>) {
        self.apps().remove(&app.api_key);
        self.tell_of_all(app);
    }

    /// Has the sockets of an app look at what became of it.
    fn tell_of_all(&self, app: &Arc<App>) {
        self.0.told.tell(app, Commit { number: 0, app: true, users: Vec::new(), events: Vec::new() });
    }

    /// Has what was given up taken away piece by piece, between the other writes.
    fn sweep_soon(&self) {
        let (store, files) = (self.clone(), self.0.files.clone());
        let sent = self.0.writer.send(
            move |conn| {
                let has_more = states::sweep(conn)?;
                if !has_more {
                    files.sweep(conn)?;
                }
                Ok((has_more, Publish::nothing()))
            },
            move |swept| {
                if matches!(swept, Ok((true, _))) {
                    store.sweep_soon();
                }
            },
        );
        if let Err(unsent) = sent {
            // The queue is full or the process ends: the next sweep, or the next start, takes it away.
            tracing::debug!(unsent, "states that were given up are swept later");
        }
    }

    /// Takes everything away that was given up.
    pub async fn swept(&self) -> Result<()> {
        while self.0.writer.step(|conn| Ok((states::sweep(conn)?, Publish::nothing()))).await? {}
        let files = self.0.files.clone();
        self.0.writer.step(move |conn| Ok((files.sweep(conn)?, Publish::nothing()))).await
    }
}

/// A copy that nobody has yet. Whatever ends its making before it is whole, an error or a caller who is gone, has it swept.
struct Half {
    store: Store,
    state: AppId,
    is_whole: bool,
}

impl Half {
    /// Somebody has it now.
    fn keep(mut self) {
        self.is_whole = true;
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        if self.is_whole {
            return;
        }
        let (store, state) = (self.store.clone(), self.state);
        let sent = self.store.0.writer.send(
            move |conn| Ok((states::give_up_half(conn, state)?, Publish::nothing())),
            move |_| store.sweep_soon(),
        );
        if let Err(unsent) = sent {
            tracing::debug!(unsent, "a copy that was not finished is swept at the next start");
        }
    }
}

fn keep_baseline(conn: &Connection, app: &App) -> Result<()> {
    token_times::write_down(conn, app)?;
    let copy = states::copy_whole(conn, app.id)?;
    states::adopt(conn, copy, app.number, &Role::Baseline)
}

fn count_users(conn: &Connection, state: AppId) -> Result<i64> {
    let mut query = conn.prepare_cached("SELECT count(*) FROM users WHERE app = ?1")?;
    Ok(query.query_row([state], |row| row.get(0))?)
}

/// The moment at which a time to live that begins now ends, in the system's time.
pub fn end_of_life(ttl_ns: i64) -> Time {
    system_now().plus(ttl_ns)
}
