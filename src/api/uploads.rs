//! Files that are sent, and served again (feeds-interactions 8).

use actix_files::NamedFile;
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;
use serde::Serialize;
use serde_json::Value;

use crate::auth::caller::AnyCaller;
use crate::domain::uploads::{self as rules, Limits};
use crate::door::Gate;
use crate::entrance::base_url;
use crate::error::{ApiError, Result};
use crate::model::upload::{Upload, UploadKind};
use crate::permission;
use crate::reply::Reply;
use crate::store::files::{Received, Receiving};
use crate::store::{Scope, apps, uploads};
use crate::wire::Empty;

/// Where files are served; whoever has the address needs nothing else, as in production.
pub const PATH: &str = "/uploads-cdn/{api_key}/{kind}/{name}";

/// What a part beside the file may have.
const PART_MAX_BYTES: usize = 64 * 1024;
/// Parts in one body at the most.
const PARTS_MAX: usize = 32;
/// Letters of a UUID, with which a file's name in its address begins.
const ID_CHARS: usize = 36;

/// The answer of UploadFile and UploadImage.
#[derive(Serialize)]
pub struct UploadResponse {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload_sizes: Option<Value>,
}

/// `POST /uploads/file`.
pub async fn file(caller: AnyCaller, request: HttpRequest, payload: Payload) -> Result<Reply<UploadResponse>> {
    upload(caller, &request, payload, UploadKind::File).await
}

/// `POST /uploads/image`. Sizes are answered as they were asked for: images are served as they came.
pub async fn image(caller: AnyCaller, request: HttpRequest, payload: Payload) -> Result<Reply<UploadResponse>> {
    upload(caller, &request, payload, UploadKind::Image).await
}

async fn upload(
    caller: AnyCaller,
    request: &HttpRequest,
    payload: Payload,
    kind: UploadKind,
) -> Result<Reply<UploadResponse>> {
    // Whoever is nobody sends nothing.
    let own = if caller.is_server() { None } else { Some(caller.acting_user(None)?) };
    let limits = Limits::of(&caller.read(apps::settings)?, kind);
    let form = Form::read(&caller, &limits, Multipart::new(request.headers(), payload)).await?;
    let Form { sent, user, upload_sizes } = form;
    let Sent { name, received, bytes, hash } = sent.ok_or_else(|| ApiError::input("file is a required field"))?;
    let media_type = rules::media_type(&name).to_owned();
    let created_by = own.map(|own| own.to_string()).or(user).unwrap_or_default();
    let upload = caller.write(move |tx| {
        let (id, bytes) = (tx.new_id(), i64::try_from(bytes).unwrap_or(i64::MAX));
        let upload = Upload { id, kind, name, media_type, hash, bytes, created_by, created_at: tx.now };
        rules::keep(tx, &upload, received)?;
        Ok(upload)
    });
    let file = address(request, &caller.app().api_key, &upload.await?);
    let upload_sizes = upload_sizes.filter(|_| kind == UploadKind::Image);
    Ok(Reply(UploadResponse { file, upload_sizes }))
}

/// What a body holds.
#[derive(Default)]
struct Form {
    sent: Option<Sent>,
    user: Option<String>,
    upload_sizes: Option<Value>,
}

/// The file in it.
struct Sent {
    name: String,
    received: Received,
    bytes: usize,
    hash: String,
}

impl Form {
    async fn read(caller: &AnyCaller, limits: &Limits, mut parts: Multipart) -> Result<Self> {
        let mut form = Self::default();
        for _ in 0..PARTS_MAX {
            let Some(part) = parts.next().await else { return Ok(form) };
            let part = part.map_err(|cause| unreadable(&cause))?;
            match part.name() {
                Some("file") if form.sent.is_none() => form.sent = Some(sent(caller, limits, part).await?),
                // SDKs send the text `undefined` where they have none.
                Some("user") => {
                    let user: Option<Value> = serde_json::from_slice(&whole(part).await?).ok();
                    form.user = user.and_then(|user| Some(user.get("id")?.as_str()?.to_owned()));
                }
                Some("upload_sizes") => {
                    let sizes: Option<Value> = serde_json::from_slice(&whole(part).await?).ok();
                    form.upload_sizes = sizes.filter(Value::is_array);
                }
                _ => drop(whole(part).await?),
            }
        }
        Err(ApiError::input(format!("a body has at most {PARTS_MAX} parts")))
    }
}

async fn sent(caller: &AnyCaller, limits: &Limits, mut part: Field) -> Result<Sent> {
    let name = rules::name(part.content_disposition().and_then(ContentDisposition::get_filename).unwrap_or_default());
    limits.check(&name, part.content_type().map(mime::Mime::essence_str))?;
    let full = |cause: std::io::Error| ApiError::internal(&format!("a file could not be kept: {cause}"));
    let mut receiving: Receiving = caller.files().receive().map_err(full)?;
    while let Some(piece) = part.next().await {
        // What is written lies in the system's memory first: it takes no longer than to copy it.
        if receiving.take(&piece.map_err(|cause| unreadable(&cause))?).map_err(full)? > limits.bytes {
            return Err(limits.too_big());
        }
    }
    let (received, bytes, hash) = receiving.end();
    Ok(Sent { name, received, bytes, hash })
}

/// A part that is no file.
async fn whole(mut part: Field) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.next().await {
        bytes.extend_from_slice(&piece.map_err(|cause| unreadable(&cause))?);
        if bytes.len() > PART_MAX_BYTES {
            return Err(ApiError::input(format!("a part beside the file has at most {PART_MAX_BYTES} bytes")));
        }
    }
    Ok(bytes)
}

fn unreadable(cause: &MultipartError) -> ApiError {
    ApiError::input(format!("the body is no multipart form with a file: {cause}"))
}

/// The address of a file. It has a query of its own, as production's has: applications append to it.
fn address(request: &HttpRequest, api_key: &str, upload: &Upload) -> String {
    let Upload { id, name, hash, kind, .. } = upload;
    format!("{}{}?hash={}", base_url(request), kind.path(api_key, id, name), &hash[..8])
}

/// The id of an upload in the last part of its address.
fn id_in(name: &str) -> Option<&str> {
    name.get(..ID_CHARS)
}

/// `DELETE /uploads/file` and `DELETE /uploads/image`, which are one: applications take either. What is not there is gone.
pub async fn delete(caller: AnyCaller) -> Result<Reply<Empty>> {
    let own = if caller.is_server() { None } else { Some(caller.acting_user(None)?) };
    let url = caller.params().required("url")?;
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let Some(id) = path.rsplit('/').next().and_then(id_in).map(str::to_owned) else { return Ok(Reply(Empty {})) };
    let by = caller.owned_subject();
    let gone = caller.write(move |tx| {
        let Some(upload) = uploads::get(tx, &id)? else { return Ok(None) };
        match (own, by) {
            (Some(own), Some(by)) if own.as_str() != upload.created_by => {
                return Err(permission::refused(by.as_subject(), "DeleteAttachment"));
            }
            _ => {}
        }
        uploads::remove(tx, &id)?;
        Ok(Some(upload.hash))
    });
    if let Some(hash) = gone.await? {
        caller.sweep_file(hash).await?;
    }
    Ok(Reply(Empty {}))
}

/// `GET` of a file's address. No browser is to take what somebody sent for a page of ours.
pub async fn read(
    gate: Data<Gate>,
    request: HttpRequest,
    place: Path<(String, String, String)>,
) -> Result<HttpResponse> {
    let (api_key, shown_folder, name) = place.into_inner();
    let not_found = || ApiError::not_found("Not Found");
    let app = gate.store.apps().get(&api_key).ok_or_else(not_found)?;
    let id = id_in(&name).ok_or_else(not_found)?;
    let upload = gate.store.read(&Scope::own(&app), |tx| uploads::get(tx, id))?.ok_or_else(not_found)?;
    if upload.kind.folder() != shown_folder {
        return Err(not_found());
    }
    let file = NamedFile::open_async(gate.store.files().path(&upload.hash)).await.map_err(|_| not_found())?;
    let disposition = if rules::is_shown(&upload.name) { DispositionType::Inline } else { DispositionType::Attachment };
    let parameters = vec![DispositionParam::Filename(upload.name.clone())];
    let media_type = upload.media_type.parse().unwrap_or(mime::APPLICATION_OCTET_STREAM);
    let file = file
        .set_content_type(media_type)
        .set_content_disposition(ContentDisposition { disposition, parameters })
        .prefer_utf8(false);
    let mut response = file.into_response(&request);
    let headers = response.headers_mut();
    let fixed = header::HeaderValue::from_static;
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, fixed("sandbox; default-src 'none'"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, fixed("*"));
    headers.insert(header::CROSS_ORIGIN_RESOURCE_POLICY, fixed("cross-origin"));
    Ok(response)
}
