//! Where the control API and the dashboard are put into place.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::code::ControlCode;
use super::endpoint::Endpoint;
use super::error::ControlError;
use super::routes::table;
use super::{guard, phone};
use crate::dashboard;

/// Where the dashboard is, the documents, and what phones are led to. They are for people, and not described.
const PAGES: [&str; 7] = ["", "/", "/assets/{path:.*}", "/llms.txt", "/docs/{path:.*}", "/phone", "/ca.pem"];

/// Mounts the control API and the dashboard under `/_millpond`, and sends browsers there from `/`.
pub fn mount(config: &mut ServiceConfig) {
    let [bare, index, assets, for_agents, documents, for_phones, ca] = PAGES;
    let endpoints = |config: &mut ServiceConfig| {
        for Endpoint { path, route, for_neighbours, .. } in table().into_iter().flat_map(|area| area.endpoints) {
            let guarded = from_fn(move |request, next| guard::for_whom(for_neighbours, request, next));
            config.route(path, route.wrap(guarded));
        }
    };
    config.route("/", web::get().to(dashboard::redirect)).service(
        web::scope("/_millpond")
            .wrap(from_fn(guard::local_only))
            .route(bare, web::get().to(dashboard::redirect))
            .route(index, web::get().to(dashboard::index))
            .route(assets, web::get().to(dashboard::asset))
            .route(for_agents, web::get().to(dashboard::for_agents))
            .route(documents, web::get().to(dashboard::document))
            // It holds the word: no page of another port is to read it.
            .route(
                for_phones,
                web::get().to(phone::page).wrap(from_fn(|request, next| guard::for_whom(false, request, next))),
            )
            .route(ca, web::get().to(phone::ca))
            .configure(endpoints)
            .default_service(web::to(unknown)),
    );
}

async fn unknown(request: HttpRequest) -> HttpResponse {
    let (method, path) = (request.method(), request.path());
    ControlError::new(ControlCode::UnknownRoute, format!("the control API has no {method} {path}"))
        .with_hint("docs/control-api.md lists its routes, and GET /_millpond/openapi.json describes them")
        .error_response()
}

/// Everything that is mounted, as `METHOD /path`.
pub fn mounted() -> Vec<String> {
    let pages = PAGES.iter().map(|path| format!("GET /_millpond{}", path.replace(":.*", "")));
    let endpoints = table().into_iter().flat_map(|area| area.endpoints);
    let endpoints = endpoints.map(|Endpoint { method, path, .. }| format!("{method} /_millpond{path}"));
    ["GET /".to_owned()].into_iter().chain(pages).chain(endpoints).collect()
}
