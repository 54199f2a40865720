//! Routes.
use actix_web::web::ServiceConfig;
/// Mounts.
pub fn mount(_: &mut ServiceConfig) {}
