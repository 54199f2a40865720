//! The table of the control API.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::error::ControlError;
use super::{
    apps, clock, connections, events, faults, fixture, guard, inspect, operations, provider, requests, reset, samples,
    scenarios, settings, snapshots, status, stubs, tokens,
};
use crate::dashboard;

/// Mounts the control API and the dashboard under `/_millpond`, and sends browsers there from `/`.
pub fn mount(config: &mut ServiceConfig) {
    config.route("/", web::get().to(dashboard::redirect)).service(
        web::scope("/_millpond")
            .wrap(from_fn(guard::local_only))
            .route("", web::get().to(dashboard::redirect))
            .route("/", web::get().to(dashboard::index))
            .route("/assets/{path:.*}", web::get().to(dashboard::asset))
            .route("/health", web::get().to(status::health))
            .route("/info", web::get().to(status::info))
            .route("/operations", web::get().to(operations::list))
            .route("/apps", web::get().to(apps::list))
            .route("/apps", web::post().to(apps::create))
            .route("/apps/{api_key}", web::get().to(apps::get))
            .route("/apps/{api_key}", web::delete().to(apps::delete))
            .route("/apps/{api_key}/clone", web::post().to(apps::clone))
            .route("/apps/{api_key}/reset", web::post().to(reset::one))
            .route("/reset", web::post().to(reset::all))
            .route("/snapshots", web::get().to(snapshots::list_all))
            .route("/apps/{api_key}/snapshots", web::get().to(snapshots::list))
            .route("/apps/{api_key}/snapshots", web::post().to(snapshots::take))
            .route("/apps/{api_key}/snapshots/{name}", web::delete().to(snapshots::forget))
            .route("/apps/{api_key}/snapshots/{name}/restore", web::post().to(snapshots::restore))
            .route("/faults", web::get().to(faults::list_all))
            .route("/apps/{api_key}/faults", web::get().to(faults::list))
            .route("/apps/{api_key}/faults", web::post().to(faults::add))
            .route("/apps/{api_key}/faults", web::delete().to(faults::clear))
            .route("/apps/{api_key}/faults/{id}", web::delete().to(faults::remove))
            .route("/stubs", web::get().to(stubs::list_all))
            .route("/apps/{api_key}/stubs", web::get().to(stubs::list))
            .route("/apps/{api_key}/stubs", web::put().to(stubs::put))
            .route("/apps/{api_key}/stubs", web::delete().to(stubs::remove))
            .route("/connections", web::get().to(connections::list_all))
            .route("/apps/{api_key}/connections", web::get().to(connections::list))
            .route("/apps/{api_key}/connections/close", web::post().to(connections::close_all))
            .route("/apps/{api_key}/connections/send", web::post().to(connections::send_to_all))
            .route("/apps/{api_key}/connections/{id}/close", web::post().to(connections::close))
            .route("/apps/{api_key}/connections/{id}/send", web::post().to(connections::send))
            .route("/fixture", web::get().to(fixture::get_all))
            .route("/fixture", web::put().to(fixture::put_all))
            .route("/apps/{api_key}/fixture", web::get().to(fixture::get))
            .route("/apps/{api_key}/fixture", web::put().to(fixture::put))
            .route("/apps/{api_key}/settings", web::get().to(settings::get))
            .route("/apps/{api_key}/settings", web::patch().to(settings::patch))
            .route("/apps/{api_key}/clock", web::get().to(clock::get))
            .route("/apps/{api_key}/clock", web::put().to(clock::put))
            .route("/apps/{api_key}/clock/advance", web::post().to(clock::advance))
            .route("/apps/{api_key}/tokens", web::get().to(tokens::named))
            .route("/apps/{api_key}/tokens", web::post().to(tokens::mint))
            .route("/apps/{api_key}/tokens/samples", web::get().to(samples::list))
            .route("/apps/{api_key}/token-provider", web::get().to(provider::get))
            .route("/apps/{api_key}/token-provider", web::post().to(provider::post))
            .route("/scenarios", web::get().to(scenarios::list))
            .route("/apps/{api_key}/requests", web::get().to(requests::list))
            .route("/apps/{api_key}/requests", web::delete().to(requests::clear))
            .route("/apps/{api_key}/requests/count", web::get().to(requests::count))
            .route("/apps/{api_key}/requests/wait", web::get().to(requests::wait))
            .route("/apps/{api_key}/requests/verify", web::post().to(requests::verify))
            .route("/apps/{api_key}/requests/{id}", web::get().to(requests::get))
            .route("/apps/{api_key}/events", web::get().to(events::of_app))
            .route("/requests", web::get().to(requests::list_all))
            .route("/events", web::get().to(events::of_all))
            .route("/tokens/inspect", web::post().to(inspect::inspect))
            .default_service(web::to(unknown)),
    );
}

async fn unknown(request: HttpRequest) -> HttpResponse {
    let (method, path) = (request.method(), request.path());
    ControlError::not_found("unknown_route", format!("the control API has no {method} {path}"))
        .with_hint("the README lists its routes")
        .error_response()
}
