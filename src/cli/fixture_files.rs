//! The files beside a fixture, for the verbs that export and load one.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::print;
use crate::client::{Client, segment};
use crate::fixture::beside::{self, Found, Left};
use crate::fixture::format::{self, App};
use crate::outcome::{Failure, failed, input};
use crate::private;

fn apps_of(text: &str) -> Result<Vec<App>, Failure> {
    let parsed = format::parse(text, "export");
    parsed.map(|fixture| fixture.apps).map_err(|problems| {
        failed(problems.first().map_or_else(|| "the export cannot be read".to_owned(), ToString::to_string))
    })
}

/// Says what an export leaves out that goes nowhere.
pub(super) fn tell_left_out(text: &str) -> Result<(), Failure> {
    let count: usize = apps_of(text)?.iter().map(|app| beside::left_out(app).len()).sum();
    if count > 0 {
        let noun = if count == 1 { "file is" } else { "files are" };
        print::note(&format!(
            "{count} {noun} too large for a fixture's text, and left out: -o FILE keeps them beside it"
        ));
    }
    Ok(())
}

/// Writes what the text of an export leaves out into the folder beside its file.
pub(super) fn fetch(client: &Client, text: &str, file: &Path) -> Result<(), Failure> {
    let folder = beside::folder(file);
    let mut found = Found::default();
    for app in apps_of(text)? {
        let key = app.api_key.clone().unwrap_or_default();
        for left in beside::left_out(&app) {
            if fetch_one(client, &left.path(&segment(&key)), &left, &folder)? {
                found.there += 1;
            } else {
                found.missing += 1;
            }
        }
    }
    if found.missing > 0 {
        print::note(&format!("{} of the files that were sent are not there any more", found.missing));
    }
    Ok(())
}

fn fetch_one(client: &Client, path: &str, left: &Left, folder: &Path) -> Result<bool, Failure> {
    private::make_folder(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if private::is_link(folder) {
        return Err(input(format!("{} is a link, and millpond writes through none: remove it", folder.display())));
    }
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(anyhow::Error::from)?; // 0600 from the beginning
    let mut hash = Sha256::new();
    let is_there = client.get_file(path, |piece| {
        hash.update(piece);
        file.write_all(piece)
    })?;
    if !is_there {
        return Ok(false);
    }
    let digits = format!("{:x}", hash.finalize());
    if digits != left.hash {
        return Err(failed(format!("what {path} holds is not what its row says: its SHA-256 is {digits}")));
    }
    file.persist(folder.join(&left.hash)).map_err(anyhow::Error::from)?;
    Ok(true)
}

/// Puts back what the text of a fixture leaves out and the folder beside its file has. `loaded` is the answer of the load.
pub(super) fn send(client: &Client, text: &str, file: &Path, loaded: &Value) -> Result<(), Failure> {
    let folder = beside::folder(file);
    let mut found = Found::default();
    for (app, loaded) in apps_of(text)?.iter().zip(loaded["apps"].as_array().into_iter().flatten()) {
        let key = segment(loaded["api_key"].as_str().unwrap_or_default());
        for left in beside::left_out(app) {
            let opened = beside::open(&folder, &left.hash);
            match opened.map_err(|cause| input(format!("cannot read {}/{}: {cause}", folder.display(), left.hash)))? {
                Some(content) => {
                    client.put_file(&format!("/_millpond/apps/{key}/files/{}", left.hash), &content)?;
                    found.there += 1;
                }
                None => found.missing += 1,
            }
        }
    }
    found.note(&folder).iter().for_each(|note| print::note(note));
    Ok(())
}
