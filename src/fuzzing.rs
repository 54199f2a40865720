//! The doors of the fuzzer: what reads foreign bytes, each with what has to hold whatever the bytes are.
//!
//! Built for tests and with the feature `fuzzing` alone. `fuzz/` runs these functions under libFuzzer, and the unit test
//! below runs them over the files of `fuzz/corpus`. They panic where something does not hold: that is how a fuzzer is told.

mod body;
mod filter;
mod fixture;
mod frame;
mod query;
mod times;
mod token;

pub use body::body;
pub use filter::filter;
pub use fixture::fixture;
pub use frame::frame;
pub use query::query;
pub use times::times;
pub use token::token;

/// A door: takes any bytes, and panics where what has to hold does not.
pub type Target = fn(&[u8]);

/// All of them by name: that of their folder in `fuzz/corpus` and of their file in `fuzz/fuzz_targets`.
pub const TARGETS: [(&str, Target); 7] = [
    ("body", body),
    ("filter", filter),
    ("fixture", fixture),
    ("frame", frame),
    ("query", query),
    ("times", times),
    ("token", token),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::panic::catch_unwind;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Most files of a target, and the largest, in bytes: what is replayed at each test has to stay small.
    const FILES_MAX: usize = 64;
    const FILE_MAX_BYTES: usize = 4 * 1024;

    /// The files of a folder; `None` where there is no folder `fuzz`, since a package has none.
    fn entries(folder: &str) -> Option<Vec<PathBuf>> {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
        let read = |folder: PathBuf| {
            let listed = fs::read_dir(&folder).unwrap_or_else(|cause| panic!("{}: {cause}", folder.display()));
            let mut paths: Vec<_> = listed.map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            paths
        };
        fuzz.exists().then(|| read(fuzz.join(folder)))
    }

    #[test]
    fn what_the_fuzzer_found_and_was_given_holds() {
        let mut failed = Vec::new();
        for (name, target) in TARGETS {
            let Some(paths) = entries(&format!("corpus/{name}")) else { return };
            assert!((10..=FILES_MAX).contains(&paths.len()), "{name} has {} files", paths.len());
            for path in paths {
                let bytes = fs::read(&path).unwrap();
                assert!(bytes.len() <= FILE_MAX_BYTES, "{} has {} bytes", path.display(), bytes.len());
                if catch_unwind(|| target(&bytes)).is_err() {
                    failed.push(path);
                }
            }
        }
        assert!(failed.is_empty(), "{failed:#?}");
    }

    #[test]
    fn every_target_has_its_file_and_its_corpus_and_nothing_else_has() {
        let stems = |folder: &str| -> Option<BTreeSet<String>> {
            Some(entries(folder)?.iter().map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect())
        };
        let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
        for folder in ["corpus", "fuzz_targets"] {
            let Some(stems) = stems(folder) else { return };
            assert_eq!(stems, targets, "{folder}");
        }
    }
}
