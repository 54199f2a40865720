//! Watching feeds: by a connection of the caller's own (feeds-events 4).

use actix_web::web::{Data, Path};

use crate::auth::caller::AnyCaller;
use crate::domain::feeds::feeds::address;
use crate::error::Result;
use crate::event::topic::Topic;
use crate::live::hub::{Connection, Hub};
use crate::reply::Reply;
use crate::wire::Empty;

/// The caller's own connection, which a call names. Without one nothing is watched: so it is for servers and anonymous
/// callers, who send the wish all the same.
pub fn watcher(caller: &AnyCaller, hub: &Hub, in_body: Option<&str>) -> Option<Connection> {
    let id = caller.params().get("connection_id").or(in_body)?;
    let connection = hub.connection(caller.app().id, id)?;
    (!caller.is_server() && caller.user_id().is_some() && connection.user.as_ref() == caller.user_id())
        .then_some(connection)
}

/// `DELETE /feeds/feed_groups/{group}/feeds/{id}/watch`: whoever does not watch stops all the same.
pub async fn stop(caller: AnyCaller, hub: Data<Hub>, path: Path<(String, String)>) -> Result<Reply<Empty>> {
    let (group, id) = path.into_inner();
    let fid = address(&group, &id)?;
    if let Some(connection) = watcher(&caller, &hub, None) {
        hub.unwatch(caller.app(), &connection, Topic::Feed(fid)).await;
    }
    Ok(Reply(Empty {}))
}
