//! The callers that handlers name: an endpoint cannot forget to check, since it cannot be called otherwise.
//!
//! A caller comes first among a handler's parameters. Each is ready at once, so that its refusal wins over whatever
//! is wrong with the body.

use std::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::revocation::{Said, TIMES_HEADER};
use crate::app::{App, AppState};
use crate::auth::kind::{ANONYMOUS_ID, ROLE_ANONYMOUS};
use crate::call::{Call, Identity};
use crate::error::{ApiError, Result};
use crate::ids::UserId;
use crate::permission::{self, Subject};
use crate::store::files::Files;
use crate::store::{ReadTx, Scope, WriteTx};

/// Someone with a server token. Everyone else is refused with code 17.
pub struct ServerCaller(Admitted);

/// Anyone who was admitted.
pub struct AnyCaller(Admitted);

/// Who calls, and for whom and when their transactions run.
struct Admitted {
    identity: Identity,
    scope: Scope,
    call: Rc<Call>,
    said: Said,
}

impl Admitted {
    fn of(request: &HttpRequest) -> Result<Self> {
        let call = request.extensions().get::<Rc<Call>>().map(Rc::clone);
        let call = call.ok_or_else(|| ApiError::internal(&"an operation was mounted without its door"))?;
        let (identity, scope) = call.admit()?;
        let (identity, scope) = (identity.clone(), scope.clone());
        let said = Said::of(request.headers().get(TIMES_HEADER).and_then(|word| word.to_str().ok()));
        Ok(Self { identity, scope, call, said })
    }
}

impl FromRequest for ServerCaller {
    type Error = ApiError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Admitted::of(request).and_then(|admitted| {
            if !matches!(admitted.identity, Identity::Server) {
                return Err(ApiError::not_allowed(admitted.call.operation.refusal));
            }
            admitted.call.check_rate()?;
            Ok(Self(admitted))
        }))
    }
}

impl FromRequest for AnyCaller {
    type Error = ApiError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Admitted::of(request).and_then(|admitted| {
            admitted.call.check_rate()?;
            Ok(Self(admitted))
        }))
    }
}

impl ServerCaller {
    /// By whose clock the call's times are.
    pub fn said(&self) -> Said {
        self.0.said
    }

    /// For whom and when a transaction runs.
    pub fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// Reads where it is asked for, for the caller: see [`Store::read`].
    pub fn read<T>(&self, job: impl FnOnce(&ReadTx<'_>) -> Result<T>) -> Result<T> {
        self.0.call.store.read(&self.0.scope, job)
    }

    /// Reads what may visit many rows, for the caller: see [`Store::scan`].
    pub async fn scan<T: Send + 'static>(
        &self,
        job: impl FnOnce(&ReadTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.call.store.scan(&self.0.scope, job).await
    }

    /// Writes for the caller: see [`Store::write`].
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.call.store.write(&self.0.scope, job).await
    }

    /// The app.
    pub fn app(&self) -> &Arc<App> {
        &self.0.scope.app
    }

    /// The query's parameters.
    pub fn params(&self) -> &crate::params::Params {
        &self.0.call.params
    }

    /// The dialect that the caller speaks.
    pub fn dialect(&self) -> crate::wire::Dialect {
        self.0.call.dialect
    }
}

/// A subject that a transaction can take along.
pub struct OwnedSubject {
    id: String,
    role: String,
    teams: Vec<String>,
}

impl OwnedSubject {
    /// The subject as a transaction finds it: the role may have changed while the call waited.
    #[must_use]
    pub fn renewed(self, tx: &WriteTx<'_>) -> Self {
        if self.role == ROLE_ANONYMOUS {
            return self;
        }
        let facts = tx.facts(&self.id);
        Self { role: facts.role.clone(), teams: facts.teams.clone(), ..self }
    }

    /// The subject.
    pub fn as_subject(&self) -> Subject<'_> {
        Subject { id: &self.id, role: &self.role, teams: &self.teams }
    }
}

impl AnyCaller {
    /// By whose clock the call's times are.
    pub fn said(&self) -> Said {
        self.0.said
    }

    /// For whom and when a transaction runs.
    pub fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// Reads where it is asked for, for the caller: see [`Store::read`].
    pub fn read<T>(&self, job: impl FnOnce(&ReadTx<'_>) -> Result<T>) -> Result<T> {
        self.0.call.store.read(&self.0.scope, job)
    }

    /// Reads what may visit many rows, for the caller: see [`Store::scan`].
    pub async fn scan<T: Send + 'static>(
        &self,
        job: impl FnOnce(&ReadTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.call.store.scan(&self.0.scope, job).await
    }

    /// Writes for the caller: see [`Store::write`].
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.call.store.write(&self.0.scope, job).await
    }

    /// The app.
    pub fn app(&self) -> &Arc<App> {
        &self.0.scope.app
    }

    /// The app's state.
    pub fn state(&self) -> Arc<AppState> {
        self.app().state()
    }

    /// The query's parameters.
    pub fn params(&self) -> &crate::params::Params {
        &self.0.call.params
    }

    /// The dialect that the caller speaks.
    pub fn dialect(&self) -> crate::wire::Dialect {
        self.0.call.dialect
    }

    /// Whether the caller has a server token.
    pub fn is_server(&self) -> bool {
        matches!(self.0.identity, Identity::Server)
    }

    /// The files that were sent.
    pub fn files(&self) -> &Files {
        self.0.call.store.files()
    }

    /// Removes a content that nothing names any more.
    pub async fn sweep_file(&self, hash: String) -> Result<()> {
        self.0.call.store.sweep_file(hash).await
    }

    /// The user who calls, unless it is a server or anonymous.
    pub fn user_id(&self) -> Option<&UserId> {
        match &self.0.identity {
            Identity::User { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Who asks for permission. `None` for a server, which needs none.
    pub fn subject(&self) -> Option<Subject<'_>> {
        match &self.0.identity {
            Identity::Server => None,
            Identity::User { id, facts } => Some(Subject { id: id.as_str(), role: &facts.role, teams: &facts.teams }),
            Identity::Anonymous => Some(Subject { id: ANONYMOUS_ID, role: ROLE_ANONYMOUS, teams: &[] }),
        }
    }

    /// The same, to be taken along into a transaction.
    pub fn owned_subject(&self) -> Option<OwnedSubject> {
        self.subject().map(|Subject { id, role, teams }| OwnedSubject {
            id: id.to_owned(),
            role: role.to_owned(),
            teams: teams.to_vec(),
        })
    }

    /// Refuses unless the caller may do this.
    pub fn require(&self, request: permission::Request<'_>) -> Result<()> {
        match self.subject() {
            None => Ok(()),
            Some(subject) => permission::check(&self.state(), subject, request),
        }
    }

    /// The user for whom the call acts: the caller, or whom a server names. Anonymous callers act for nobody.
    pub fn acting_user(&self, named: Option<&str>) -> Result<UserId> {
        match &self.0.identity {
            Identity::User { id, .. } if named.is_none_or(|named| named.is_empty() || named == id.as_str()) => {
                Ok(id.clone())
            }
            Identity::User { id, facts } => Err(self.refused(id.as_str(), &facts.role)),
            Identity::Server => match named.filter(|id| !id.is_empty()) {
                Some(id) => crate::domain::users::user_id("user_id", id),
                None => Err(ApiError::input("user_id is required for server side requests")),
            },
            Identity::Anonymous => Err(self.refused(ANONYMOUS_ID, ROLE_ANONYMOUS)),
        }
    }

    /// Refuses who is nobody.
    pub fn signed_in(&self) -> Result<()> {
        if self.is_server() { Ok(()) } else { self.acting_user(None).map(drop) }
    }

    /// Nobody acts for somebody else.
    fn refused(&self, id: &str, role: &str) -> ApiError {
        permission::refused(Subject { id, role, teams: &[] }, self.0.call.operation.name)
    }
}
