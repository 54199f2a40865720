//! A project's own source files: what it ignores, what it has from others and what it has built are none.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ignore::WalkBuilder;

use super::source::Language;

/// The largest file that is read. One that is larger was written by a program.
pub const FILE_MAX_BYTES: u64 = 1024 * 1024;
/// How many source files are read.
pub const FILES_MAX: usize = 20_000;

/// Folders that hold what others have written, or what was built.
const NOT_ITS_OWN: [&str; 9] =
    ["node_modules", "dist", "build", "venv", "target", "vendor", "__pycache__", "Pods", "site-packages"];

/// What became of the files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Walked {
    pub read: usize,
    /// Larger than [`FILE_MAX_BYTES`].
    pub too_large: usize,
    /// Files and folders.
    pub unreadable: usize,
    /// Whether there are more than [`FILES_MAX`].
    pub more: bool,
}

/// Reads the source files below a folder in the order of their names, and gives each by its path from there.
pub fn sources(folder: &Path, mut each: impl FnMut(&Path, Language, &[u8])) -> Walked {
    let mut walked = Walked::default();
    let mut walk = WalkBuilder::new(folder);
    // What `.gitignore` says counts before a repository is made as well.
    walk.require_git(false).git_global(false).sort_by_file_name(Ord::cmp);
    walk.filter_entry(|entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        // A folder that was named is meant, whatever its name.
        entry.depth() == 0 || !is_folder || !NOT_ITS_OWN.iter().any(|name| entry.file_name() == *name)
    });
    for entry in walk.build() {
        let Ok(entry) = entry else {
            walked.unreadable += 1;
            continue;
        };
        // Neither links nor pipes: what they lead to is not this project's, or has no end.
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let Some(language) = Language::of(entry.path()) else { continue };
        if walked.read == FILES_MAX {
            walked.more = true;
            break;
        }
        let mut text = Vec::new();
        match File::open(entry.path()).and_then(|file| file.take(FILE_MAX_BYTES + 1).read_to_end(&mut text)) {
            Err(_) => walked.unreadable += 1,
            Ok(_) if text.len() as u64 > FILE_MAX_BYTES => walked.too_large += 1,
            Ok(_) => {
                walked.read += 1;
                each(entry.path().strip_prefix(folder).unwrap_or(entry.path()), language, &text);
            }
        }
    }
    walked
}
