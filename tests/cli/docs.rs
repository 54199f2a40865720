//! What the pages of `docs` have for a shell, as it stands.

use std::path::Path;

use super::harness::{Done, Place, run};

const BEGIN: &str = "<!-- first minute: tests/cli/docs.rs runs it as it stands -->\n```sh\n";

#[test]
fn the_first_minute_works_word_for_word_beside_one_server() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/getting-started.md")).expect("the page");
    let block = readme.split_once(BEGIN).and_then(|(_, rest)| rest.split_once("```")).expect("the block").0;
    let place = Place::new();
    std::fs::create_dir_all(place.path("target/release")).expect("folders");
    let binary = place.path("target/release/millpond");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_millpond"), binary).expect("where cargo puts it");
    // As `cargo run --release` does, but for the port.
    let server = place.serve(&[]);
    // What each line leaves with, and what the shell has at the end.
    let lines: Vec<String> = block.lines().map(|line| format!("{line}\necho \"left with $?\"\n")).collect();
    let script = format!("{}echo \"$STREAM_BASE_URL $STREAM_API_KEY $MILLPOND_TOKEN_JOHN\"\n", lines.concat());
    let done = run(&mut place.clean("sh", &["-c", &script]), "");
    let left: Vec<&str> = done.stdout.lines().filter_map(|line| line.strip_prefix("left with ")).collect();
    let wanted: Vec<&str> =
        block.lines().map(|line| if line.contains("| millpond inspect") { "1" } else { "0" }).collect();
    assert_eq!(left, wanted, "{done:?}");
    assert!(left.len() > 8, "{block}");
    for said in ["john ", "admin", "token is expired (exp)", "/_millpond/", "has stopped"] {
        assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
    }
    let last = done.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with(&format!("{} millpond eyJ", server.url)), "{last}");
    // A revocation says of itself that SDKs set `iat` back; nothing else is worth a word.
    let beside: Vec<&str> = done.stderr.lines().filter(|line| !line.contains("SDKs set `iat` up to")).collect();
    assert_eq!((done.code, &*beside), (0, &[][..]), "{done:?}");
    assert_eq!(server.end().0, Some(0));
}

#[test]
fn the_fixture_of_the_page_is_in_order() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fixtures.md")).expect("the page");
    let block = page.split_once("```yaml\n").and_then(|(_, rest)| rest.split_once("```")).expect("the block").0;
    let place = Place::new();
    place.write("shop.yaml", block);
    let done = place.run(&["fixture", "check", "shop.yaml"]);
    assert_eq!(done.code, 0, "{done:?}");
}

/// What a shell gets of a page: each line, and with what it leaves.
fn left_by(place: &Place, lines: &[&str]) -> (Vec<(String, String)>, Done) {
    let binary = Path::new(env!("CARGO_BIN_EXE_millpond"));
    let path = format!("{}:{}", binary.parent().expect("a folder").display(), std::env::var("PATH").expect("a path"));
    let script: String = lines.iter().flat_map(|line| [*line, "\necho \"left with $?\"\n"]).collect();
    let done = run(place.clean("sh", &["-c", &script]).env("PATH", path), "");
    let left = done.stdout.lines().filter_map(|line| line.strip_prefix("left with "));
    (lines.iter().map(|line| (*line).to_owned()).zip(left.map(str::to_owned)).collect(), done)
}

/// What a coding agent is told to run: the first block in an empty project, the rest beside a server with its fixture.
#[test]
fn the_commands_of_the_skill_do_what_they_say() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/skill.md")).expect("the page");
    let head = page.strip_prefix("---\nname: millpond\ndescription: ").and_then(|rest| rest.split_once("\n---\n"));
    assert!(head.is_some_and(|(description, _)| description.len() < 1024), "it begins as a skill does");
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let blocks: Vec<Vec<&str>> = blocks.map(|block| block.lines().collect()).collect();
    let place = Place::new();
    place.write("package.json", "{}");
    let (first, done) = left_by(&place, &blocks[0]);
    assert!(first.len() == 3 && first.iter().all(|(_, code)| code == "0"), "{first:?} {done:?}");
    let server = place.serve(&["--fixture", "millpond.yaml"]);
    let (rest, done) = left_by(&place, &blocks[1..].concat());
    assert!(rest.len() > 10, "{rest:?} {done:?}");
    for (line, code) in rest {
        assert_eq!(code, if line.contains("| millpond inspect") { "1" } else { "0" }, "{line}: {done:?}");
    }
    for said in ["token is expired (exp)", " millpond eyJ", "Jane"] {
        assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
    }
    server.stop();
}
