//! Files that millpond makes: for their owner alone, and never through a link that somebody else has laid (design.md 7).

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

/// For their owner alone: they hold secrets.
#[cfg(unix)]
const FILE_MODE: u32 = 0o600;
#[cfg(unix)]
const FOLDER_MODE: u32 = 0o700;

/// Makes a folder, and those above it, where there is none. One that is there stays as it is.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, FOLDER_MODE);
    builder.create(path)
}

/// Opens a file to read and write it, and makes it where there is none. A link is refused: what it leads to is not ours.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let no_follow = rustix::fs::OFlags::NOFOLLOW.bits();
        options.mode(FILE_MODE).custom_flags(no_follow.cast_signed());
    }
    let file = options.open(path).map_err(|cause| if is_link(path) { a_link() } else { cause })?;
    close_to_others(path)?;
    Ok(file)
}

/// Opens a file to read it, where there is one. A link is refused, and what is no file.
pub fn open_to_read(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // A pipe without a writer is not waited for.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    if is_link(path) {
        return Err(a_link());
    }
    match options.open(path) {
        Ok(file) if file.metadata()?.is_file() => Ok(Some(file)),
        Ok(_) => Err(io::Error::other("it is no file")),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause),
    }
}

/// Makes a file with this text, unless there is something of that name.
pub fn make(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    // Exclusive creation follows no link.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, FILE_MODE);
    match options.open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        opened => opened?.write_all(text.as_bytes()),
    }
}

/// Whether what has that name is written to, and never replaced or removed: a device, a pipe, and what the system gives a
/// process by a name, such as `/dev/stdout`, wherever that leads.
fn is_lasting(path: &Path) -> bool {
    let is_of_the_system = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    is_of_the_system || fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Removes what an earlier [`replace`] has left, where there is something.
pub fn remove(path: &Path) -> anyhow::Result<()> {
    if is_lasting(path) {
        return Ok(());
    }
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(cause).with_context(|| format!("cannot remove what is left of an earlier {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Writes a file by rename, so that whoever reads it sees all of it or nothing. A link to a file is replaced; a device or a
/// pipe, such as `/dev/stdout`, is written to.
pub fn replace(path: &Path, text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let what = || format!("cannot write {}", path.display());
    if is_lasting(path) {
        return fs::write(path, text).with_context(what);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(what)?; // 0600 from the beginning
    file.write_all(text.as_ref()).with_context(what)?;
    file.persist(path).with_context(what)?;
    Ok(())
}

/// Takes what others may do with a file or folder of ours away, where an earlier version or another tool left it open.
/// What is not there, or not this user's to change, stays as it is.
pub fn close_to_others(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
        let mode = if found.is_dir() { FOLDER_MODE } else { FILE_MODE };
        let is_ours = std::os::unix::fs::MetadataExt::uid(&found) == rustix::process::geteuid().as_raw();
        if !found.is_symlink() && is_ours && found.permissions().mode() & 0o777 & !mode != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        }
    }
    Ok(())
}

/// Whether it is a folder, and not a link to one, of this user's.
pub fn is_our_folder(path: &Path) -> bool {
    let Ok(found) = fs::symlink_metadata(path) else { return false };
    #[cfg(unix)]
    let is_ours = std::os::unix::fs::MetadataExt::uid(&found) == rustix::process::geteuid().as_raw();
    #[cfg(not(unix))]
    let is_ours = true;
    found.is_dir() && is_ours
}

/// Whether the name itself is a link, wherever it leads.
pub fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

fn a_link() -> io::Error {
    io::Error::other("it is a link, and millpond goes through none: remove it")
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_for_its_owner_alone() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("a/b");
        make_folder(&folder).expect("made");
        assert_eq!(mode(&folder), 0o700);
        for (name, made) in [
            ("open", open(&folder.join("open")).map(drop)),
            ("make", make(&folder.join("make"), "x")),
            ("replace", replace(&folder.join("replace"), "x").map_err(io::Error::other)),
        ] {
            made.expect(name);
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
    }

    #[test]
    fn what_was_left_open_to_others_is_closed() {
        let place = tempfile::tempdir().expect("a folder");
        let file = place.path().join("old");
        fs::write(&file, "kept").expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("opened");
        open(&file).expect("opened");
        assert_eq!((mode(&file), fs::read_to_string(&file).expect("read").as_str()), (0o600, "kept"));
    }

    #[test]
    fn no_link_is_followed() {
        let place = tempfile::tempdir().expect("a folder");
        for dangling in [false, true] {
            let (target, link) = (place.path().join("target"), place.path().join("link"));
            if dangling {
                fs::remove_file(&target).expect("removed");
            } else {
                fs::write(&target, "theirs").expect("written");
            }
            symlink(&target, &link).expect("a link");
            assert!(open(&link).expect_err("a link").to_string().contains("it is a link"));
            make(&link, "ours").expect("left alone");
            assert_eq!(target.exists(), !dangling);
            replace(&link, "ours").expect("replaced");
            assert!(!is_link(&link));
            assert_eq!(fs::read_to_string(&target).ok(), (!dangling).then(|| "theirs".to_owned()));
            fs::remove_file(&link).expect("removed");
        }
    }

    #[test]
    fn what_is_no_file_is_neither_removed_nor_replaced() {
        let place = tempfile::tempdir().expect("a folder");
        let pipe = place.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
        assert!(made.success());
        let to_pipe = place.path().join("link");
        symlink(&pipe, &to_pipe).expect("a link");
        for name in [&pipe, &to_pipe] {
            remove(name).expect("left alone");
            let from = pipe.clone();
            let reader = std::thread::spawn(move || fs::read_to_string(from));
            replace(name, "told").expect("written to");
            assert_eq!(reader.join().expect("ended").expect("read"), "told");
        }
        assert!(fs::symlink_metadata(&pipe).is_ok_and(|found| !found.is_file()) && is_link(&to_pipe));
        // Whatever these lead to, they are the system's.
        assert!(is_lasting(Path::new("/dev/null")) && is_lasting(Path::new("/dev/stdout")));
        assert!(is_lasting(Path::new("/proc/self/fd/1")) && !is_lasting(&place.path().join("none")));
    }

    #[test]
    fn what_is_left_of_an_earlier_file_goes_and_what_cannot_go_is_named() {
        let place = tempfile::tempdir().expect("a folder");
        let file = place.path().join("ready.json");
        fs::write(&file, "earlier").expect("written");
        remove(&file).expect("removed");
        assert!(!file.exists());
        remove(&file).expect("nothing there is as good");
        let error = remove(place.path()).expect_err("a folder").to_string();
        assert!(error.contains(&place.path().display().to_string()), "{error}");
    }
}
