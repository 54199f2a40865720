//! The HTTP server: where everything is mounted, and how it starts and stops.

use std::net::TcpListener;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{App, Error, HttpServer};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::control::{self, Control};
use crate::door::Gate;
use crate::reply;
use crate::routes;
use crate::wire::Dialect;

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a stop waits for what is in flight.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// What a running server answers from.
#[derive(Clone)]
pub struct Shared {
    /// Stream's routes.
    pub gate: Data<Gate>,
    /// The control API.
    pub control: Data<Control>,
    /// What is being answered.
    pub in_flight: InFlight,
}

/// Mounts everything.
pub fn mount(config: &mut ServiceConfig, shared: &Shared) {
    let streams = |prefix, dialect| {
        web::scope(prefix)
            .configure(move |config| routes::register(config, dialect))
            .default_service(web::to(reply::fallback))
    };
    config
        .app_data(Data::clone(&shared.gate))
        .app_data(Data::clone(&shared.control))
        .configure(control::routes::mount)
        .service(streams("/api/v2", Dialect::V2))
        .service(streams("/video", Dialect::Video))
        .configure(|config| routes::register(config, Dialect::Legacy))
        .default_service(web::to(reply::fallback));
}

/// Starts to serve on listeners that are already bound.
pub fn serve(listeners: Vec<TcpListener>, shared: Shared, workers: usize) -> anyhow::Result<Server> {
    let mut server = HttpServer::new(move || {
        let shared = shared.clone();
        let in_flight = shared.in_flight.clone();
        in_flight.add_worker();
        App::new()
            .wrap(from_fn(move |request, next| in_flight.clone().count(request, next)))
            .configure(move |config| mount(config, &shared))
    })
    .workers(workers)
    .client_request_timeout(HEAD_TIMEOUT)
    .keep_alive(KEEP_ALIVE)
    .disable_signals();
    for listener in listeners {
        server = server.listen(listener)?;
    }
    Ok(server.run())
}

/// Counts what is being answered, so that a stop waits for that and for nothing else.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Counted>);

#[derive(Default)]
struct Counted {
    now: AtomicUsize,
    drained: Notify,
    workers: Mutex<Vec<Turns>>,
}

/// A worker answers each of these, by dropping it, in a turn of its own.
type Turns = mpsc::UnboundedSender<oneshot::Sender<()>>;

impl InFlight {
    /// Lets the worker on whose thread this is called tell its turns.
    fn add_worker(&self) {
        let (turns, mut asked) = mpsc::unbounded_channel();
        actix_web::rt::spawn(async move { while asked.recv().await.is_some() {} });
        self.workers().push(turns);
    }

    fn workers(&self) -> MutexGuard<'_, Vec<Turns>> {
        self.0.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn count<B: MessageBody>(
        self,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        self.0.now.fetch_add(1, Ordering::AcqRel);
        let one = One(self.0);
        // The answer's body takes the count along: it is over when the connection has taken its last byte.
        Ok(next.call(request).await?.map_body(|_, body| Counting { body: Box::pin(body), _one: one }))
    }

    /// Waits until nothing is in flight, for a bounded time.
    pub async fn drained(&self) {
        let empty = async {
            loop {
                let changed = self.0.drained.notified();
                if self.0.now.load(Ordering::Acquire) == 0 {
                    break;
                }
                changed.await;
            }
            self.sent().await;
        };
        if tokio::time::timeout(DRAIN_TIMEOUT, empty).await.is_err() {
            tracing::warn!("stopping although requests are still in flight");
        }
    }

    /// Waits until what connections have taken is on its way: a worker takes an answer's last bytes and writes them
    /// to the socket in one turn, so that its next turn comes after.
    async fn sent(&self) {
        let workers = self.workers().clone();
        for worker in workers {
            let (asking, next_turn) = oneshot::channel();
            // A worker that has ended is not waited for: what is sent to it is dropped as well.
            let _ = worker.send(asking);
            let _ = next_turn.await;
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
