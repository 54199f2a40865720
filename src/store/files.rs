//! The folder of files that were sent, beside the database: each content once, under its hash, whoever sent it how often.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::file::beside;
use crate::error::Result;
use crate::private;

/// How the names of files begin that are being received. No hash begins so.
const RECEIVING: &str = "receiving-";
/// Digits of a hash.
const HASH_DIGITS: usize = 64;

/// The folder. It is made when the first file comes.
#[derive(Clone, Debug)]
pub struct Files(Arc<PathBuf>);

impl Files {
    /// The folder beside a database.
    pub fn beside(database: &Path) -> Self {
        Self(Arc::new(beside(database, "-uploads")))
    }

    /// Where a content lies.
    pub fn path(&self, hash: &str) -> PathBuf {
        self.0.join(hash)
    }

    /// Begins to receive a file. What is dropped before it is kept is gone.
    pub fn receive(&self) -> io::Result<Receiving> {
        private::make_folder(&self.0)?;
        let file = tempfile::Builder::new().prefix(RECEIVING).tempfile_in(&*self.0)?;
        Ok(Receiving { file, hash: Sha256::new(), bytes: 0, folder: self.clone() })
    }

    /// Removes what no row of any state names. On the writer's thread: whoever keeps a file writes its row in the same job.
    pub fn sweep(&self, conn: &Connection) -> Result<()> {
        let Ok(entries) = fs::read_dir(&*self.0) else { return Ok(()) };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(hash) = name.to_str().filter(|name| is_hash(name)) else { continue };
            self.sweep_one(conn, hash)?;
        }
        Ok(())
    }

    /// Removes a content, if no row of any state names it.
    pub fn sweep_one(&self, conn: &Connection, hash: &str) -> Result<()> {
        let mut named = conn.prepare_cached("SELECT 1 FROM uploads WHERE hash = ?1")?;
        if !named.exists([hash])? {
            // What cannot be removed is left to the next sweep.
            let _ = fs::remove_file(self.path(hash));
        }
        Ok(())
    }

    /// Removes what an earlier process was receiving when it ended.
    pub fn sweep_received(&self) {
        for entry in fs::read_dir(&*self.0).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(RECEIVING) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Whether a name is that of a content: nothing else of a path is in it.
pub fn is_hash(name: &str) -> bool {
    name.len() == HASH_DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A file that is being received: it goes to the disk as it comes.
pub struct Receiving {
    file: NamedTempFile,
    hash: Sha256,
    bytes: usize,
    folder: Files,
}

impl Receiving {
    /// Takes the next piece. Answers how many bytes there are by now.
    pub fn take(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.file.write_all(piece)?;
        self.hash.update(piece);
        self.bytes += piece.len();
        Ok(self.bytes)
    }

    /// The whole, once all has come, with its size and its hash.
    pub fn end(self) -> (Received, usize, String) {
        let Self { file, hash, bytes, folder } = self;
        let digits = format!("{:x}", hash.finalize());
        (Received { file, folder }, bytes, digits)
    }
}

/// A file that has come whole.
pub struct Received {
    file: NamedTempFile,
    folder: Files,
}

impl Received {
    /// Gives it its place. Where the same content is there already, that stays.
    pub(super) fn keep(self, hash: &str) -> io::Result<()> {
        let path = self.folder.path(hash);
        if path.exists() {
            return Ok(());
        }
        // Before the row that names it: what is answered is there after a power cut, too.
        self.file.as_file().sync_all()?;
        self.file.persist(path).map(drop).map_err(|error| error.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(files: &Files, content: &[u8]) -> (Received, String) {
        let mut receiving = files.receive().expect("begins");
        for piece in content.chunks(3) {
            receiving.take(piece).expect("taken");
        }
        let (received, bytes, hash) = receiving.end();
        assert_eq!(bytes, content.len());
        (received, hash)
    }

    #[test]
    fn a_content_lies_once_and_what_no_row_names_is_swept() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::beside(&folder.path().join("x.db"));
        let names = || fs::read_dir(folder.path().join("x.db-uploads")).expect("the folder").count();
        let (first, hash) = received(&files, b"hello");
        let (second, again) = received(&files, b"hello");
        assert_eq!(hash, again);
        assert_eq!(hash, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        first.keep(&hash).expect("kept");
        second.keep(&hash).expect("kept");
        let (dropped, _) = received(&files, b"other");
        assert_eq!(names(), 2, "the content, and what is being received");
        drop(dropped);
        assert_eq!((names(), fs::read(files.path(&hash)).expect("there")), (1, b"hello".to_vec()));
        let conn = Connection::open_in_memory().expect("memory");
        conn.execute_batch("CREATE TABLE uploads (hash TEXT)").expect("a table");
        conn.execute("INSERT INTO uploads VALUES (?1)", [&hash]).expect("a row");
        files.sweep(&conn).expect("sweeps");
        assert_eq!(names(), 1);
        conn.execute("DELETE FROM uploads", []).expect("no row");
        files.sweep(&conn).expect("sweeps");
        assert_eq!(names(), 0);
    }
}
