//! `.millpond/run.json`: how verbs in this directory, or below it, find the millpond that was started here.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::Database;
use crate::private;

/// millpond's folder in a working directory.
const FOLDER: &str = ".millpond";
const NAME: &str = "run.json";

/// What a running millpond leaves for others to find.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunFile {
    /// Where it listens.
    pub url: String,
    /// Its process.
    pub pid: u32,
    /// The key of the app it was started for.
    pub api_key: String,
    /// When it started.
    pub started_at: String,
}

impl RunFile {
    /// Writes it, when the database is in this directory's own folder. Gives where.
    pub fn write(&self, database: &Database) -> anyhow::Result<Option<PathBuf>> {
        let Database::File(database) = database else { return Ok(None) };
        let here = std::path::absolute(FOLDER)?;
        let in_own_folder =
            database.parent().is_some_and(|folder| std::path::absolute(folder).is_ok_and(|f| f == here));
        if !in_own_folder {
            return Ok(None);
        }
        let path = here.join(NAME);
        private::replace(&path, format!("{}\n", serde_json::to_string(self)?))?;
        Ok(Some(path))
    }

    /// Removes it, if it is still this one.
    pub fn remove(&self, path: &Path) {
        if Self::read(path).is_some_and(|there| there.pid == self.pid) {
            // A file that is gone already is what was wanted.
            let _ = fs::remove_file(path);
        }
    }

    fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Those of the working directory and of the folders above it, nearest first; the home directory is the last that is
    /// looked into, since what lies above is not this user's.
    pub fn all() -> Vec<(PathBuf, Self)> {
        let Ok(here) = std::env::current_dir() else { return Vec::new() };
        let home = std::env::home_dir().and_then(|home| home.canonicalize().ok());
        let above_home = |folder: &Path| home.as_ref().is_some_and(|home| home != folder && home.starts_with(folder));
        let folders = here.ancestors().take_while(|folder| !above_home(folder));
        let files = folders.map(|folder| folder.join(FOLDER).join(NAME));
        files.filter_map(|path| Self::read(&path).map(|file| (path, file))).collect()
    }
}
