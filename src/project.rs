//! What can be told of somebody's project by its files alone: where its code makes clients of Stream's SDKs, whether those can
//! be pointed here, and what its tests need for it. Knows nothing of a running millpond.

use std::path::Path;

pub mod clients;
pub mod sdks;
pub mod setup;
pub mod source;
pub mod walk;

/// The repository that a folder lies in: the nearest folder on the way up with a `.git`, be it itself.
fn repository(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| above.join(".git").exists())
}

/// A folder, and those above it up to its repository's root. Without a repository nothing above is of the same project.
fn within_repository(folder: &Path) -> impl Iterator<Item = &Path> {
    let root = repository(folder).unwrap_or(folder);
    folder.ancestors().take_while(move |above| above.starts_with(root))
}
