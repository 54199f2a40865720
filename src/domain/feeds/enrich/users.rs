//! The users to whom rows refer.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::clock::Time;
use crate::error::Result;
use crate::ids::UserId;
use crate::model::user::User;
use crate::store::{ReadTx, users};

/// Users by id, for what refers to them.
pub struct Users(HashMap<UserId, Arc<User>>);

impl Users {
    /// These users. Of who is not there any more the id alone is known.
    pub fn load<'a>(tx: &ReadTx<'_>, ids: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let ids: BTreeSet<&str> = ids.into_iter().collect();
        let found = users::by_ids(tx, &ids.into_iter().collect::<Vec<_>>())?;
        Ok(Self(found.into_iter().map(|user| (user.id.clone(), Arc::new(user))).collect()))
    }

    /// One of them.
    pub fn get(&self, id: &str) -> Arc<User> {
        self.known(id).unwrap_or_else(|| {
            let gone = User { deleted_at: Some(Time(0)), ..User::new(UserId::trusted(id), Time(0)) };
            Arc::new(gone)
        })
    }

    /// One of them, if it is there.
    pub fn known(&self, id: &str) -> Option<Arc<User>> {
        self.0.get(id).map(Arc::clone)
    }
}
