//! Files that are sent (feeds-interactions 8): under which name and type they are served, and which an app takes. What is in
//! them is never looked at.

use serde_json::Value;

use crate::error::{ApiError, Code, Result};
use crate::model::upload::{Upload, UploadKind};
use crate::settings::Settings;
use crate::store::files::Received;
use crate::store::{WriteTx, uploads as rows};

/// What one file may have unless the app says less.
pub const FILE_MAX_BYTES: usize = 100 * 1024 * 1024;
/// What all files of an app may have.
const APP_MAX_BYTES: i64 = 2 * 1024 * 1024 * 1024;
/// Characters of a name that are kept, its end first: that tells what it is.
const NAME_MAX_CHARS: usize = 100;

/// A media type of which nobody knows what is behind it.
const UNKNOWN: &str = "application/octet-stream";

/// What browsers show in a page, by its ending. All else is served as an attachment, whatever the sender called it.
const SHOWN: &[(&str, &str)] = &[
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("ico", "image/x-icon"),
    ("heic", "image/heic"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("webm", "video/webm"),
    ("ogv", "video/ogg"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("wav", "audio/wav"),
    ("flac", "audio/flac"),
    ("txt", "text/plain; charset=utf-8"),
];

/// What is served as an attachment, under its own type: no browser runs it.
const ATTACHED: &[(&str, &str)] = &[
    ("pdf", "application/pdf"),
    ("zip", "application/zip"),
    ("json", "application/json"),
    ("csv", "text/csv; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// The name under which a file is served: the last part of a path, if it was one, in letters that no address changes.
pub fn name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' });
    let name: String = kept.collect();
    let name = name.trim_start_matches('.');
    let from = name.len().saturating_sub(NAME_MAX_CHARS);
    let name = name[from..].trim_start_matches('.');
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

fn ending(name: &str) -> Option<String> {
    name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())
}

fn listed(list: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    let ending = ending(name)?;
    list.iter().find(|(known, _)| *known == ending).map(|(_, media_type)| *media_type)
}

/// The media type under which a file is served.
pub fn media_type(name: &str) -> &'static str {
    listed(SHOWN, name).or_else(|| listed(ATTACHED, name)).unwrap_or(UNKNOWN)
}

/// Whether a browser may show it within a page.
pub fn is_shown(name: &str) -> bool {
    listed(SHOWN, name).is_some()
}

/// What an app takes.
pub struct Limits {
    /// Of one file, in bytes.
    pub bytes: usize,
    allowed_endings: Vec<String>,
    blocked_endings: Vec<String>,
    allowed_types: Vec<String>,
    blocked_types: Vec<String>,
}

impl Limits {
    /// What the app's settings say.
    pub fn of(settings: &Settings, kind: UploadKind) -> Self {
        let config = match kind {
            UploadKind::File => settings.get("file_upload_config"),
            UploadKind::Image => settings.get("image_upload_config"),
        };
        let list = |name: &str| {
            config
                .get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_ascii_lowercase)
                .collect()
        };
        // 0 is what SDKs send that know no other: no limit of its own.
        let bytes = config.get("size_limit").and_then(Value::as_u64).filter(|bytes| *bytes > 0);
        Self {
            bytes: bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(FILE_MAX_BYTES).min(FILE_MAX_BYTES),
            allowed_endings: list("allowed_file_extensions"),
            blocked_endings: list("blocked_file_extensions"),
            allowed_types: list("allowed_mime_types"),
            blocked_types: list("blocked_mime_types"),
        }
    }

    /// Refuses a file that the app does not take. SDKs send many without a type: then its ending tells.
    pub fn check(&self, name: &str, sent_type: Option<&str>) -> Result<()> {
        let ending = ending(name).map(|ending| format!(".{ending}")).unwrap_or_default();
        // The settings are written with the dot by some, without by others.
        let is_in = |list: &[String]| list.iter().any(|one| *one == ending || format!(".{one}") == ending);
        if !self.allowed_endings.is_empty() && !is_in(&self.allowed_endings) || is_in(&self.blocked_endings) {
            return Err(ApiError::input(format!("File extension {ending} is not supported")));
        }
        let own = media_type(name).split(';').next().unwrap_or(UNKNOWN);
        let media_type = sent_type.filter(|sent| *sent != UNKNOWN).unwrap_or(own).to_ascii_lowercase();
        let is_in = |list: &[String]| list.contains(&media_type);
        if !self.allowed_types.is_empty() && !is_in(&self.allowed_types) || is_in(&self.blocked_types) {
            return Err(ApiError::input(format!("File type {media_type} is not supported")));
        }
        Ok(())
    }

    /// The refusal of a file that is too big.
    pub fn too_big(&self) -> ApiError {
        let megabytes = self.bytes / (1024 * 1024);
        let most = if megabytes > 0 { format!("{megabytes}MB") } else { format!("{}B", self.bytes) };
        ApiError::new(Code::PayloadTooBigError, format!("max upload size of {most} exceeded"))
    }
}

/// Keeps a file that came whole.
pub fn keep(tx: &WriteTx<'_>, upload: &Upload, received: Received) -> Result<()> {
    if rows::bytes(tx)?.saturating_add(upload.bytes) > APP_MAX_BYTES {
        let text = "the files of this app have more than 2GB together: delete some, or reset the app";
        return Err(ApiError::new(Code::PayloadTooBigError, text));
    }
    rows::add(tx, upload, received)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_no_path_and_no_sign_of_its_own() {
        for (sent, kept) in [
            ("cat.png", "cat.png"),
            ("/tmp/go-build/cat.png", "cat.png"),
            ("C:\\Users\\me\\my cat.png", "my_cat.png"),
            ("../../etc/passwd", "passwd"),
            ("..", "file"),
            ("", "file"),
            ("a/", "file"),
            (".htaccess", "htaccess"),
            ("Кот.jpg", "___.jpg"),
            ("\"><script>.svg", "___script_.svg"),
        ] {
            assert_eq!(name(sent), kept, "{sent}");
        }
        let long = name(&format!("{}.png", "x".repeat(300)));
        assert_eq!((long.len(), &long[96..]), (100, ".png"));
    }

    #[test]
    fn nothing_that_a_browser_runs_is_shown_in_a_page() {
        for name in ["a.html", "a.htm", "a.svg", "a.xml", "a.xhtml", "a.js", "a.pdf", "a", "a.png.html"] {
            assert!(!is_shown(name), "{name}");
        }
        for name in ["a.html", "a.svg", "a.xml", "a.js", "a"] {
            assert_eq!(media_type(name), UNKNOWN, "{name}");
        }
        assert_eq!((media_type("A.PNG"), is_shown("a.html.png")), ("image/png", true));
    }

    #[test]
    fn what_an_app_does_not_take_is_refused_by_its_ending_or_its_type() {
        let limits = |config: Value| {
            let mut settings = Settings::default();
            settings.patch(json!({"file_upload_config": config}).as_object().expect("an object")).expect("settings");
            Limits::of(&settings, UploadKind::File)
        };
        let refusal =
            |limits: &Limits, name, sent| limits.check(name, sent).err().map(|error| error.message.to_string());
        let open = limits(json!({"size_limit": 0, "allowed_file_extensions": []}));
        assert_eq!((open.bytes, refusal(&open, "a.md", None)), (FILE_MAX_BYTES, None));
        let endings = limits(json!({"blocked_file_extensions": [".md", "exe"], "size_limit": 10}));
        assert_eq!(endings.bytes, 10);
        assert_eq!(refusal(&endings, "a.MD", None).as_deref(), Some("File extension .md is not supported"));
        assert_eq!(refusal(&endings, "a.exe", None).as_deref(), Some("File extension .exe is not supported"));
        assert_eq!(refusal(&endings, "a.png", None), None);
        let types = limits(json!({"allowed_mime_types": ["image/png"]}));
        assert_eq!(refusal(&types, "a.png", Some("application/octet-stream")), None);
        assert_eq!(
            refusal(&types, "a.png", Some("text/markdown")).as_deref(),
            Some("File type text/markdown is not supported")
        );
        assert_eq!(refusal(&types, "a.jpg", None).as_deref(), Some("File type image/jpeg is not supported"));
    }
}
