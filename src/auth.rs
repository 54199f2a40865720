//! Who calls: credentials, their verdict, and the callers that handlers name. May-they is `permission`.

pub(crate) mod backdated;
pub(crate) mod caller;
pub mod check;
pub mod credentials;
pub mod explain;
pub mod facts;
pub mod fingerprint;
pub(crate) mod go_json;
pub(crate) mod kind;
pub mod revocation;
pub mod secret;
pub mod segments;
pub mod times;
pub mod token;
pub mod verdict;
