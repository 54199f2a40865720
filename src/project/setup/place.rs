//! A file's place in a project: what is there, and how it is written without touching what is another's.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path};

/// What is wanted of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// That it is there with this text.
    File(String),
    /// That it has this line.
    Line(String),
}

/// What is there in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum There {
    /// Nothing: it can be made.
    Nothing,
    /// A file that can be added to.
    Short(Vec<u8>),
    /// What is wanted.
    Same,
    /// Something else, which is left as it is. Why.
    Other(&'static str),
}

/// Looks at a place below a folder. A link on the way is never followed: it may lead out of the folder.
pub fn look(folder: &Path, path: &Path, wanted: &Wanted) -> There {
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return There::Other("it lies outside of the folder");
    }
    let above = path.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty());
    for above in above {
        match fs::symlink_metadata(folder.join(above)) {
            Ok(found) if found.is_symlink() => return There::Other("a link leads there"),
            Ok(found) if !found.is_dir() => return There::Other("a file stands in the place of its folder"),
            Ok(_) | Err(_) => {}
        }
    }
    let found = match fs::symlink_metadata(folder.join(path)) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return There::Nothing,
        Err(_) => return There::Other("what is there cannot be read"),
        Ok(found) => found,
    };
    if found.is_symlink() {
        return There::Other("it is a link");
    }
    if !found.is_file() {
        return There::Other("what is there is no file");
    }
    let Ok(text) = fs::read(folder.join(path)) else { return There::Other("what is there cannot be read") };
    match wanted {
        Wanted::File(content) if content.as_bytes() == text => There::Same,
        Wanted::File(_) => There::Other("it is there already, with another content"),
        Wanted::Line(line) if has_line(&text, line) => There::Same,
        Wanted::Line(_) => There::Short(text),
    }
}

/// With or without the slashes that say where a folder lies.
fn has_line(text: &[u8], line: &str) -> bool {
    let bare = |line: &str| line.trim().trim_matches('/').to_owned();
    String::from_utf8_lossy(text).lines().any(|there| bare(there) == bare(line))
}

/// Writes what is wanted where nothing is, or behind what is there.
pub fn write(folder: &Path, path: &Path, wanted: &Wanted, there: &There) -> io::Result<()> {
    let (Wanted::File(text) | Wanted::Line(text)) = wanted;
    let mut options = OpenOptions::new();
    match there {
        There::Nothing => {
            make_folders(folder, path)?;
            // Exclusive creation overwrites nothing and follows no link.
            let text = if matches!(wanted, Wanted::Line(_)) { format!("{text}\n") } else { text.clone() };
            options.write(true).create_new(true).open(folder.join(path))?.write_all(text.as_bytes())
        }
        There::Short(before) => {
            options.append(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::custom_flags(
                &mut options,
                rustix::fs::OFlags::NOFOLLOW.bits().cast_signed(),
            );
            let gap = if before.is_empty() || before.ends_with(b"\n") { "" } else { "\n" };
            options.open(folder.join(path))?.write_all(format!("{gap}{text}\n").as_bytes())
        }
        There::Same | There::Other(_) => Ok(()),
    }
}

/// Makes the folders on the way one by one: each that is there has been seen to be no link.
fn make_folders(folder: &Path, path: &Path) -> io::Result<()> {
    let mut above: Vec<_> = path.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()).collect();
    above.reverse();
    for above in above {
        match fs::create_dir(folder.join(above)) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            done => done?,
        }
    }
    Ok(())
}
