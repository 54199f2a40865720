//! Who calls: credentials, their verdict, and the callers that handlers name. May-they is `permission`.

pub mod backdated;
pub mod caller;
pub mod check;
pub mod credentials;
pub mod explain;
pub mod facts;
pub mod fingerprint;
pub mod go_json;
pub mod kind;
pub mod revocation;
pub mod secret;
pub mod segments;
pub mod times;
pub mod token;
pub mod verdict;
