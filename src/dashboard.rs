//! The pages under `/_millpond/`: plain files of `static/`, embedded, and beside them those of `docs/`. They are a client like any
//! other.

use actix_web::http::header::{self, EntityTag, IF_NONE_MATCH};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use include_dir::{Dir, File, include_dir};

use crate::control::code::ControlCode;
use crate::control::error::ControlError;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/static");
static DOCUMENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/docs");

/// Nothing but this origin's own files; no inline script or style; no framing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Sends a browser to the dashboard. Other callers of `/` get Stream's answer to an unknown route.
pub async fn redirect(request: HttpRequest) -> HttpResponse {
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if request.path() == "/" && !accepts.contains("text/html") {
        return crate::reply::nothing_here().error_response();
    }
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "/_millpond/")).finish()
}

/// The first page.
pub async fn index(request: HttpRequest) -> HttpResponse {
    serve(&request, &FILES, "index.html")
}

/// A file beside it.
pub async fn asset(request: HttpRequest, path: Path<String>) -> HttpResponse {
    serve(&request, &FILES, &path)
}

/// A page of `docs/`, as it is in the repository.
pub async fn document(request: HttpRequest, path: Path<String>) -> HttpResponse {
    serve(&request, &DOCUMENTS, &path)
}

/// Leads to what coding agents read first; it links to the documents beside it.
pub async fn for_agents() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "/_millpond/docs/llms.txt")).finish()
}

fn serve(request: &HttpRequest, files: &'static Dir<'static>, path: &str) -> HttpResponse {
    let Some(file) = files.get_file(path) else {
        return ControlError::new(ControlCode::UnknownAsset, format!("there is no file {path}")).error_response();
    };
    let tag = EntityTag::new_strong(format!("{:016x}", fingerprint(file.contents())));
    let known = request.headers().get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let is_known = known.is_some_and(|known| known.split(',').any(|one| is_tag(one.trim(), &tag)));
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header(header::ETag(tag))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"));
    if is_known {
        // A 304 has no body: one would be read as the head of the connection's next answer.
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, content_type(file))).body(file.contents())
}

/// Whether a tag of `If-None-Match` is this one; what stands between may have made it weak.
fn is_tag(one: &str, tag: &EntityTag) -> bool {
    one.strip_prefix("W/").unwrap_or(one) == tag.to_string()
}

/// FNV-1a: the files are fixed when the binary is built, so any hash tells one build from the next.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn content_type(file: &File<'_>) -> &'static str {
    match file.path().extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("md") => "text/markdown; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
