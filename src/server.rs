//! The HTTP server: where everything is mounted, and how it starts and stops.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpServer, middleware};

use crate::control;
use crate::door::Gate;
use crate::reply;
use crate::routes;
use crate::wire::Dialect;

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// What a running server answers from.
#[derive(Clone)]
pub struct Shared {
    /// Stream's routes.
    pub gate: Data<Gate>,
    /// The control API.
    pub control: Data<control::Control>,
}

/// Mounts everything: the same in production and in tests.
pub fn mount(config: &mut ServiceConfig, shared: &Shared) {
    config
        .app_data(Data::clone(&shared.gate))
        .app_data(Data::clone(&shared.control))
        .configure(control::routes::mount)
        .service(
            web::scope("/api/v2")
                .configure(|config| routes::register(config, Dialect::V2))
                .default_service(web::to(reply::fallback)),
        )
        .service(
            web::scope("/video")
                .configure(|config| routes::register(config, Dialect::Video))
                .default_service(web::to(reply::fallback)),
        )
        .configure(|config| routes::register(config, Dialect::Legacy))
        .default_service(web::to(reply::fallback));
}

/// Starts to serve on a listener that is already bound.
pub fn serve(listener: TcpListener, shared: Shared, workers: usize) -> anyhow::Result<(Server, SocketAddr)> {
    let address = listener.local_addr()?;
    let server = HttpServer::new(move || {
        let shared = shared.clone();
        App::new().wrap(middleware::Compress::default()).configure(move |config| mount(config, &shared))
    })
    .workers(workers)
    .client_request_timeout(HEAD_TIMEOUT)
    .keep_alive(KEEP_ALIVE)
    .disable_signals()
    .shutdown_timeout(1)
    .listen(listener)?
    .run();
    Ok((server, address))
}

/// Counts what is in flight, so that stopping can wait for it and for nothing else.
#[derive(Clone, Default)]
pub struct InFlight(Arc<tokio::sync::Notify>, Arc<std::sync::atomic::AtomicUsize>);

/// A server that runs, and the way to stop it.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Stops it.
    pub handle: ServerHandle,
}
