//! The packages (`packages/`), as they would be published: `packages/build` packs the binary that this `cargo test` has
//! built, and they are installed into empty folders and used, by the official SDKs too. The suites lie in
//! `tests/packages/js` and `tests/packages/py`.
//!
//! The binary is the ordinary debug one: linking the C library into it would compile all dependencies a second time. That
//! is seen to by `packages/build` itself, which runs what it has linked in an empty root. An image holds nothing else, so its
//! test does compile them.

mod tools;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use std::{env, fs, io};

use self::tools::{CHROMIUM_VARIABLE, a_chromium, at_least, npm_ci, run, venv, without_stream_variables};

const PACK_BOUND: Duration = Duration::from_secs(120);
/// For what hangs: a suite takes a quarter of it on two idle cores, and more beside other work.
const SUITE_BOUND: Duration = Duration::from_secs(900);
/// A static binary is linked of dependencies that were compiled for it.
const STATIC_BOUND: Duration = Duration::from_secs(1800);

/// Two cores, and most files wait for a runner that has workers itself.
const JS_FILES_AT_ONCE: usize = 2;

/// What makes and runs an image. Where one is missing, the image is left out.
const OF_IMAGES: [&str; 3] = ["buildah", "podman", "runc"];

/// What this suite does not see to.
const LEFT_OUT: [&str; 2] = [
    "the static link and the release profile (`packages/build` checks both)",
    "the packages for systems other than this one (made and used only where they are at home)",
];

#[test]
fn the_packages_for_node_install_and_work() {
    suite(|dist| {
        at_least("node", (20, 19), "Install Node.js 20.19 or newer: the newest vitest asks for it.")?;
        a_chromium()?;
        let directory = directory("js");
        for folder in [&directory, &directory.join("vitest3"), &directory.join("jest29")] {
            npm_ci(folder)?;
            unpack(dist, &folder.join("node_modules/millpond"))?;
        }
        let mut node = Command::new("sh");
        let tests = format!("exec node --test --test-reporter=spec --test-concurrency={JS_FILES_AT_ONCE} *.test.mjs");
        node.args(["-c", &tests]).current_dir(directory);
        run("the suite of the packages for Node", SUITE_BOUND, against(&mut node, dist))
    });
}

#[test]
fn the_packages_for_python_install_and_work() {
    suite(|dist| {
        let mut python = Command::new(venv()?.join("bin/python"));
        python.args(["-m", "pytest"]).current_dir(directory("py")); // pytest.ini has the rest
        run("the suite of the packages for Python", SUITE_BOUND, against(&mut python, dist))
    });
}

#[test]
fn the_image_runs_and_signs_in() {
    if missing_of_images().is_some() {
        return; // As is said below.
    }
    let dist = folder().join("image");
    let build = || {
        let mut build = Command::new("python3");
        build.arg(packages().join("build")).arg("--debug").arg("--out").arg(&dist);
        build
    };
    let done = run("packages/build", STATIC_BOUND, &mut build())
        .and_then(|()| run("packages/build image", PACK_BOUND, build().arg("image")))
        .and_then(|()| venv())
        .and_then(|venv| {
            let mut python = Command::new(venv.join("bin/python"));
            python.args(["-m", "pytest", "test_image.py"]).current_dir(directory("py"));
            run("the test of the image", SUITE_BOUND, against(&mut python, &dist).env("MILLPOND_IMAGE", "yes"))
        });
    done.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn what_is_left_out_is_said() {
    let image = missing_of_images().map(|tool| format!("the image, which is made and run where there is {tool}"));
    let all: Vec<_> = LEFT_OUT.into_iter().map(str::to_owned).chain(image).collect();
    let said = format!("packages: {} things are left out here:\n  {}\n", all.len(), all.join("\n  "));
    // Not by `println!`, whose words a test that passes keeps to itself.
    io::stderr().write_all(said.as_bytes()).expect("stderr");
}

#[test]
fn what_is_packed_says_the_version_of_the_manifest() {
    let dist = folder().join("refused");
    let mut build = Command::new("python3");
    build.arg(packages().join("build")).arg("--binary").arg(format!("{}=/bin/true", target())).arg("--out").arg(&dist);
    let refused = run("packages/build", PACK_BOUND, &mut build).expect_err("/bin/true is no millpond");
    assert!(refused.contains("and Cargo.toml") && refused.contains(env!("CARGO_PKG_VERSION")), "{refused}");
    assert!(!dist.exists(), "nothing is written");
}

fn missing_of_images() -> Option<&'static str> {
    OF_IMAGES.into_iter().find(|tool| Command::new(tool).arg("--version").output().is_err())
}

fn suite(of: impl FnOnce(&Path) -> Result<(), String>) {
    static DIST: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let done = DIST.get_or_init(pack).as_deref().map_err(Clone::clone).and_then(of);
    done.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Fills a folder as `dist/` is, of the binary at hand.
fn pack() -> Result<PathBuf, String> {
    at_least("python3", (3, 11), "Install Python 3.11 or newer: it packs the packages.")?;
    let (dist, small) = (folder().join("dist"), folder().join("millpond"));
    fs::create_dir_all(folder()).map_err(|error| format!("{}: {error}", folder().display()))?;
    // What a debugger wants is most of it, and would be packed and unpacked again and again.
    let mut strip = Command::new("strip");
    run("strip", PACK_BOUND, strip.arg("-o").arg(&small).arg(env!("CARGO_BIN_EXE_millpond")))?;
    let mut build = Command::new("python3");
    build.arg(packages().join("build")).arg("--debug").arg("--out").arg(&dist);
    build.arg("--binary").arg(format!("{}={}", target(), small.display()));
    run("packages/build", PACK_BOUND, &mut build)?;
    Ok(dist)
}

/// Puts the package beside a framework, as npm would.
fn unpack(dist: &Path, place: &Path) -> Result<(), String> {
    // What was there may be of another version.
    let _ = fs::remove_dir_all(place);
    fs::create_dir_all(place).map_err(|error| format!("{}: {error}", place.display()))?;
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(dist.join(concat!("millpond-", env!("CARGO_PKG_VERSION"), ".tgz")));
    run("tar", PACK_BOUND, tar.args(["--strip-components", "1", "-C"]).arg(place))
}

fn target() -> String {
    format!("{}-unknown-linux-gnu", env::consts::ARCH)
}

fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packages")
}

fn directory(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packages").join(language)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages")
}

fn against<'a>(suite: &'a mut Command, dist: &Path) -> &'a mut Command {
    without_stream_variables(suite);
    suite.env("MILLPOND_DIST", dist).env("MILLPOND_BIN", env!("CARGO_BIN_EXE_millpond"));
    suite.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1").env_remove("NODE_TEST_CONTEXT");
    let chromium = env::var_os(CHROMIUM_VARIABLE).filter(|path| !path.is_empty());
    suite.env(CHROMIUM_VARIABLE, chromium.unwrap_or_else(|| "/usr/bin/chromium".into()))
}
