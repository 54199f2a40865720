//! Where the database lies, and who has it.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::migrate;
use crate::private;

/// Another process has the database.
#[derive(Debug)]
pub struct InUse {
    /// The database's file.
    pub database: PathBuf,
    /// The process.
    pub pid: String,
    /// Where it answers, once it does.
    pub url: Option<String>,
}

impl fmt::Display for InUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is in use by the millpond with process id {}", self.database.display(), self.pid)
    }
}

impl std::error::Error for InUse {}

/// How the folders of temporary databases begin, and the name of the database in them. No other file has this name, so that
/// a sweep finds nothing that is to be kept.
const TEMPORARY: &str = "millpond-memory-";
const TEMPORARY_DATABASE: &str = "memory.db";

/// Removes the temporary databases of processes that were killed.
pub fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let folder = entry.path();
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) && private::is_our_folder(&folder) {
            // What cannot be removed is left to the next.
            let _ = sweep_one(&folder);
        }
    }
}

fn sweep_one(folder: &Path) -> std::io::Result<()> {
    let path = beside(&folder.join(TEMPORARY_DATABASE), ".lock");
    let mut lock = File::open(path)?;
    let mut holder = String::new();
    // Whoever makes one writes his id once he has the lock: an empty one may be about to be taken.
    if lock.read_to_string(&mut holder)? > 0 && lock.try_lock().is_ok() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// A place for a database, held by this process alone.
pub struct Place {
    database: PathBuf,
    durable: bool,
    lock: File,
    // Removed with everything in it when the place is dropped, or before.
    temporary: Option<tempfile::TempDir>,
}

impl Place {
    /// A file that outlives the process. Its folder is made when missing; millpond's own default folder ignores itself in git.
    ///
    /// # Errors
    /// When another process has the file: which.
    pub fn file(path: &Path) -> anyhow::Result<Self> {
        if path.as_os_str().is_empty() || path == Path::new(":memory:") {
            bail!("--db wants a file; use --memory for a database that is gone with the process");
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        private::make_folder(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        if path.is_dir() {
            bail!("{} is a folder; --db wants a file", path.display());
        }
        if folder.ends_with(".millpond") {
            private::close_to_others(folder)?;
            private::make(&folder.join(".gitignore"), "*\n")?;
        }
        let database = behind_links(path)?;
        if let Ok(found) = fs::metadata(&database)
            && !found.is_file()
        {
            bail!("{} is a device or a pipe; --db wants a file", path.display());
        }
        migrate::look(&database)?;
        let lock = lock(&database)?;
        make_private(&database)?;
        check_has_one_name(&database)?;
        Ok(Self { database, durable: true, lock, temporary: None })
    }

    /// A temporary file that is gone with the process.
    pub fn temporary() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix(TEMPORARY).tempdir().context("cannot make a temporary folder")?;
        let database = folder.path().join(TEMPORARY_DATABASE);
        let lock = lock(&database)?;
        make_private(&database)?;
        Ok(Self { database, durable: false, lock, temporary: Some(folder) })
    }

    /// The database's file.
    pub fn database(&self) -> &Path {
        &self.database
    }

    /// Gives the place up: a temporary database is removed, another may be opened anew. A process that ends does not
    /// drop what its other threads hold.
    pub fn release(&self) {
        if let Some(folder) = &self.temporary {
            // What cannot be removed lies in the system's temporary folder, and is swept with it.
            let _ = fs::remove_dir_all(folder.path());
        }
        // What cannot be unlocked now is when the process ends.
        let _ = self.lock.unlock();
    }

    /// Tells who comes after where this process answers. What cannot be written is a help that is missed, not a need.
    pub fn announce(&self, url: &str) {
        let mut lock = &self.lock;
        let _ = lock.seek(std::io::SeekFrom::End(0)).and_then(|_| write!(lock, "\n{url}"));
    }

    /// Whether it outlives the process.
    pub fn is_durable(&self) -> bool {
        self.durable
    }
}

/// The file that a name leads to: two names of one database are one database, with one lock. A link to nothing is refused,
/// so that none makes us write where it points.
fn behind_links(path: &Path) -> anyhow::Result<PathBuf> {
    if !private::is_link(path) {
        return Ok(path.to_owned());
    }
    fs::canonicalize(path).with_context(|| {
        format!("{} is a link to nothing. Remove it, or give --db the file that is meant", path.display())
    })
}

/// The log lies beside a name: a file that is opened under two would have two, and be damaged.
fn check_has_one_name(database: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&fs::metadata(database)?) > 1 {
        bail!(
            "{} has a second name (a hard link), under which another process could use and damage it. Remove that name, \
             or copy the file and give --db the copy",
            database.display()
        );
    }
    Ok(())
}

/// Makes the database's file before SQLite does, which would let others read it; its companions take its mode.
fn make_private(database: &Path) -> anyhow::Result<()> {
    private::open(database).with_context(|| format!("cannot open {}", database.display()))?;
    for companion in ["-wal", "-shm"] {
        private::close_to_others(&beside(database, companion))?;
    }
    Ok(())
}

/// The file whose name is the database's with this ending.
pub fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Takes the lock file beside the database and writes this process's id into it.
fn lock(database: &Path) -> anyhow::Result<File> {
    let path = beside(database, ".lock");
    let mut file = private::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "{}", std::process::id())?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Who has it is a help, not a need.
            let _ = file.read_to_string(&mut holder);
            let (pid, url) = holder.split_once('\n').unwrap_or((&holder, ""));
            let (database, url) = (database.to_owned(), Some(url.to_owned()).filter(|url| !url.is_empty()));
            Err(InUse { database, pid: pid.to_owned(), url }.into())
        }
        Err(TryLockError::Error(cause)) => Err(cause).with_context(|| format!("cannot lock {}", path.display())),
    }
}
