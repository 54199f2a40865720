//! What a project's files say. One that is not there says nothing; one that cannot be read is an error with its name: taken for
//! one that is not there, it would be answered with a second one.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::model::Unknown;

/// The largest file that is read.
const FILE_MAX_BYTES: u64 = 1024 * 1024;

/// A text file's text.
pub fn text(path: &Path) -> Result<Option<String>, Unknown> {
    let unreadable = |why: &str| Unknown::Unreadable(format!("{} {why}", path.display()));
    match fs::metadata(path) {
        Err(cause) if is_nothing(&cause) => return Ok(None),
        Err(cause) => return Err(unreadable(&format!("cannot be read: {cause}"))),
        // A pipe may have no end.
        Ok(found) if !found.is_file() => return Err(unreadable("is no file")),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(FILE_MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|cause| unreadable(&format!("cannot be read: {cause}")))?;
    if bytes.len() as u64 > FILE_MAX_BYTES {
        return Err(unreadable(&format!("is larger than {} KiB", FILE_MAX_BYTES / 1024)));
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned()))
}

/// What lies in a folder, in the order of the names.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, Unknown> {
    let read = || fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
    match read() {
        Err(cause) if is_nothing(&cause) => Ok(Vec::new()),
        Err(cause) => Err(Unknown::Unreadable(format!("{} cannot be read: {cause}", folder.display()))),
        Ok(mut paths) => {
            paths.sort();
            Ok(paths)
        }
    }
}

/// Whether an error says that nothing is there.
fn is_nothing(cause: &io::Error) -> bool {
    cause.kind() == io::ErrorKind::NotFound
}
