//! A project's own source files: what it ignores, what it has from others and what it has built are none.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::source::Language;
use super::within_repository;

/// The largest file that is read. One that is larger was written by a program.
pub const FILE_MAX_BYTES: u64 = 1024 * 1024;
/// How many source files are read.
pub const FILES_MAX: usize = 20_000;

/// Folders that hold what others have written, or what was built.
const NOT_ITS_OWN: [&str; 9] =
    ["node_modules", "dist", "build", "venv", "target", "vendor", "__pycache__", "Pods", "site-packages"];
/// The repository's own folder: nobody's source.
const REPOSITORY: &str = ".git";
const IGNORES: &str = ".gitignore";

/// What became of the files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Walked {
    pub read: usize,
    /// Larger than [`FILE_MAX_BYTES`].
    pub too_large: usize,
    /// Files and folders.
    pub unreadable: usize,
    /// Links to source files and to folders: what they lead to is not this project's, or is in it anyway.
    pub links: usize,
    /// Folders that were not looked into: hidden ones, and those that are not its own. By their names.
    pub left_out: BTreeSet<String>,
    /// Whether there are more than [`FILES_MAX`].
    pub more: bool,
}

/// Reads the source files below a folder in the order of their names, and gives each by its path from there.
pub fn sources(folder: &Path, each: impl FnMut(&Path, Language, &[u8])) -> io::Result<Walked> {
    let folder = &folder.canonicalize()?;
    let mut walk = Walk { folder, each, ignores: Vec::new(), walked: Walked::default() };
    // What a repository ignores counts in all of its folders; what lies above it, or beside none, is of something else.
    let above: Vec<_> = within_repository(folder).skip(1).collect();
    for above in above.into_iter().rev() {
        walk.ignore(above);
    }
    walk.below(folder)?;
    Ok(walk.walked)
}

struct Walk<'a, F> {
    folder: &'a Path,
    each: F,
    /// What is ignored in each folder on the way, the outermost first.
    ignores: Vec<Gitignore>,
    walked: Walked,
}

impl<F: FnMut(&Path, Language, &[u8])> Walk<'_, F> {
    fn below(&mut self, folder: &Path) -> io::Result<()> {
        let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        self.ignore(folder);
        for entry in entries {
            if self.walked.more {
                break;
            }
            let path = entry.path();
            match entry.file_type() {
                Err(_) => self.walked.unreadable += 1,
                Ok(kind) if self.is_ignored(&path, kind.is_dir()) => {}
                Ok(kind) if kind.is_dir() => self.folder(&path, entry.file_name().to_string_lossy().into_owned()),
                Ok(kind) if kind.is_file() => self.file(&path),
                Ok(kind) if kind.is_symlink() => {
                    self.walked.links += usize::from(Language::of(&path).is_some() || path.is_dir());
                }
                // Pipes and their like may have no end.
                Ok(_) => self.walked.unreadable += usize::from(Language::of(&path).is_some()),
            }
        }
        self.ignores.pop();
        Ok(())
    }

    fn folder(&mut self, path: &Path, name: String) {
        if name == REPOSITORY {
            return;
        }
        if name.starts_with('.') || NOT_ITS_OWN.contains(&&*name) {
            self.walked.left_out.insert(name);
        } else if self.below(path).is_err() {
            self.walked.unreadable += 1;
        }
    }

    fn file(&mut self, path: &Path) {
        let Some(language) = Language::of(path) else { return };
        if self.walked.read == FILES_MAX {
            self.walked.more = true;
            return;
        }
        let mut text = Vec::new();
        match File::open(path).and_then(|file| file.take(FILE_MAX_BYTES + 1).read_to_end(&mut text)) {
            Err(_) => self.walked.unreadable += 1,
            Ok(_) if text.len() as u64 > FILE_MAX_BYTES => self.walked.too_large += 1,
            Ok(_) => {
                self.walked.read += 1;
                (self.each)(path.strip_prefix(self.folder).unwrap_or(path), language, &text);
            }
        }
    }

    /// Takes in what a folder says is to be ignored below it. Of a pattern that is none, git makes nothing either.
    fn ignore(&mut self, folder: &Path) {
        let (file, mut ignores) = (folder.join(IGNORES), GitignoreBuilder::new(folder));
        let unreadable = match fs::metadata(&file) {
            Err(cause) => cause.kind() != io::ErrorKind::NotFound,
            // A pipe may have no end.
            Ok(found) if !found.is_file() => true,
            Ok(_) => ignores.add(&file).is_some_and(|cause| cause.is_io()),
        };
        self.walked.unreadable += usize::from(unreadable);
        self.ignores.push(ignores.build().unwrap_or_else(|_| Gitignore::empty()));
    }

    /// The innermost folder that says something of it has the last word.
    fn is_ignored(&self, path: &Path, is_folder: bool) -> bool {
        let said =
            self.ignores.iter().rev().map(|ignores| ignores.matched(path, is_folder)).find(|said| !said.is_none());
        said.is_some_and(|said| said.is_ignore())
    }
}
