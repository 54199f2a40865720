//! The HTTP server: where everything is mounted, and how it starts and stops.

use std::net::TcpListener;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_http::{ConnectionType, HttpService, Request};
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{AppConfig, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{App, Error, Route};
use rustls::ServerConfig;
use tokio::sync::Notify;

use crate::api;
use crate::body::Flight;
use crate::control::guard::Reach;
use crate::control::{self, Control};
use crate::door::{self, Gate};
use crate::entrance::Entrance;
use crate::live;
use crate::live::hub::Hub;
use crate::live::worker::Worker;
use crate::routes;
use crate::wire::Dialect;

pub mod head;

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take to send what it still has after its answer, before its connection is closed.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Connections that are open at the same time at the most; further ones wait in the listener's queue.
const CONNECTIONS_MAX: usize = 16_384;
/// Connections that the system completes before they are taken, so that a burst of clients is not turned away.
pub const BACKLOG: i32 = 4_096;

/// How long a stop waits for what is in flight.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// What a running server answers from.
#[derive(Clone)]
pub struct Shared {
    /// Stream's routes.
    pub gate: Data<Gate>,
    /// The control API.
    pub control: Data<Control>,
    /// By which names and from which pages the control API may be called.
    pub reach: Data<Reach>,
    /// The sockets.
    pub hub: Arc<Hub>,
    /// What is being answered.
    pub in_flight: InFlight,
    /// The room that bodies share.
    pub flight: Data<Flight>,
}

/// Mounts everything.
pub fn mount(config: &mut ServiceConfig, shared: &Shared) {
    let streams = |prefix, dialect| {
        web::scope(prefix).configure(move |config| routes::register(config, dialect)).default_service(unrouted(dialect))
    };
    config
        .app_data(Data::clone(&shared.gate))
        .app_data(Data::clone(&shared.control))
        .app_data(Data::clone(&shared.reach))
        .app_data(Data::clone(&shared.flight))
        .app_data(Data::from(Arc::clone(&shared.hub)))
        // Looked at in this order. These are told by their beginning; the others are patterns, which cost more.
        .service(streams("/api/v2", Dialect::V2))
        .service(streams("/video", Dialect::Video))
        .configure(control::mount::mount)
        .configure(routes::exports)
        .configure(|config| routes::register(config, Dialect::Legacy))
        .default_service(unrouted(Dialect::Legacy));
}

/// What answers where no route does.
fn unrouted(dialect: Dialect) -> Route {
    let beside = move |request, next| door::beside(dialect, request, next);
    web::route().to(api::unknown).wrap(from_fn(beside))
}

/// A socket that is bound, and how it is served.
pub struct Listener {
    /// The socket.
    pub socket: TcpListener,
    /// What it presents where it is spoken to by HTTPS.
    pub tls: Option<ServerConfig>,
    /// What is told to those who answer.
    pub entrance: Entrance,
}

/// Starts to serve on listeners that are already bound.
///
/// The parts of `actix_web::HttpServer` put together by hand, since it has no place for what takes upgrades over.
pub fn serve(listeners: Vec<Listener>, shared: &Shared, workers: usize) -> anyhow::Result<Server> {
    let mut server = Server::build().workers(workers).disable_signals();
    // The library counts for each worker.
    server = server.max_concurrent_connections((CONNECTIONS_MAX / workers.max(1)).max(1));
    // What serves a worker's connections. No function: plain and encrypted ones are of different types, down to the upgrade.
    macro_rules! http {
        ($shared:expr, $entrance:expr) => {{
            // Runs on each worker's thread: the sockets of that thread are this worker's.
            let (worker, gate) = (Worker::start(Arc::clone(&$shared.hub)), Data::clone(&$shared.gate));
            let application = app($shared.clone(), $entrance.clone(), Rc::clone(&worker));
            let upgrade = fn_service(move |(request, framed)| {
                live::upgrade::serve(Rc::clone(&worker), Data::clone(&gate), request, framed)
            });
            HttpService::build()
                .keep_alive(KEEP_ALIVE)
                .client_request_timeout(HEAD_TIMEOUT)
                .client_disconnect_timeout(DISCONNECT_TIMEOUT)
                // Whoever hangs up is waited for no longer: a wait for the journal, or a long-poll, ends with its client.
                .h1_allow_half_closed(false)
                // A frame must not wait until the client acknowledges the one before it, which can take 40 ms.
                .tcp_nodelay(true)
                .upgrade(upgrade)
                .h1(map_config(application, |()| AppConfig::default()))
        }};
    }
    for Listener { socket, tls, entrance } in listeners {
        let shared = shared.clone();
        server = match tls {
            None => server.listen("millpond", socket, move || http!(shared, entrance).tcp())?,
            Some(tls) => {
                server.listen("millpond-tls", socket, move || http!(shared, entrance).rustls_0_23(tls.clone()))?
            }
        };
    }
    Ok(server.run())
}

/// The application of one worker.
fn app(
    shared: Shared,
    entrance: Entrance,
    worker: Rc<Worker>,
) -> impl ServiceFactory<
    Request,
    Config = AppConfig,
    Response = ServiceResponse<impl MessageBody + 'static>,
    Error = impl Into<actix_http::Response<BoxBody>> + 'static,
    InitError = (),
> {
    let in_flight = shared.in_flight.clone();
    App::new()
        .app_data(worker)
        .app_data(entrance)
        .wrap(from_fn(head::as_get))
        .wrap(from_fn(move |request, next| in_flight.clone().count(request, next)))
        .configure(move |config| mount(config, &shared))
        .into_factory()
        .map_err(|error: Error| error.error_response())
}

/// Counts what is being answered, so that a stop waits for that and for nothing else.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Counted>);

#[derive(Default)]
struct Counted {
    now: AtomicUsize,
    stopping: AtomicBool,
    drained: Notify,
}

/// In place of the count: nothing is answered any more.
const CLOSED: usize = usize::MAX;

impl InFlight {
    async fn count<B: MessageBody>(
        self,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        let counted =
            self.0.now.fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| (now != CLOSED).then(|| now + 1));
        if counted.is_err() {
            // It came over a kept connection after the last answer. The end of the process closes that without one, and
            // the client, which was never answered, may send it again elsewhere.
            std::future::pending::<()>().await;
        }
        let one = One(Arc::clone(&self.0));
        let mut response = next.call(request).await?;
        if self.0.stopping.load(Ordering::Acquire) {
            response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        }
        // The answer's body takes the count along: it is over when the connection has taken its last byte.
        Ok(response.map_body(|_, body| Counting { body: Box::pin(body), _one: one }))
    }

    /// From now on the connection of each answer is closed behind it.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Release);
    }

    /// Waits until nothing is in flight, for a bounded time. What comes later is not begun.
    pub async fn drained(&self) {
        let empty = async {
            loop {
                let changed = self.0.drained.notified();
                if self.0.now.compare_exchange(0, CLOSED, Ordering::AcqRel, Ordering::Acquire).is_ok() {
                    return;
                }
                changed.await;
            }
        };
        if tokio::time::timeout(DRAIN_TIMEOUT, empty).await.is_err() {
            tracing::warn!("stopping although requests are still in flight");
        }
    }
}

struct One(Arc<Counted>);

impl Drop for One {
    fn drop(&mut self) {
        if self.0.now.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.drained.notify_one();
        }
    }
}

struct Counting<B> {
    body: Pin<Box<B>>,
    _one: One,
}

impl<B: MessageBody> MessageBody for Counting<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.body.as_mut().poll_next(context)
    }
}
