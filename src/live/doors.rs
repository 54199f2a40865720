//! Where the sockets' doors are.

use crate::dialect::Dialect;

/// The door behind a path.
pub fn door(path: &str) -> Option<Dialect> {
    [Dialect::V2, Dialect::Video, Dialect::Legacy].into_iter().find(|dialect| self::path(*dialect) == path)
}

/// The path of a dialect's door.
pub fn path(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::V2 => "/api/v2/connect",
        Dialect::Video => "/video/connect",
        Dialect::Legacy => "/connect",
    }
}
