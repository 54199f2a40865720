//! What is too large for a fixture's text lies beside it, and comes back whole.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Place, Server, run};

const MIB: usize = 1024 * 1024;

/// Bytes that no encoding leaves as they are.
fn content(seed: u8, bytes: usize) -> Vec<u8> {
    let mut state = u32::from(seed) + 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..bytes).map(|_| next()).collect()
}

/// Sends a file as a server does, and gives the path of its address.
fn sent(place: &Place, server: &Server, name: &str, content: &[u8]) -> String {
    fs::write(place.path(name), content).expect("written");
    let token = place.run(&["token", "--server", "--url", &server.url]);
    let url = format!("{}/api/v2/uploads/file?api_key=millpond", server.url);
    let (auth, form) = (format!("authorization: {}", token.line()), format!("file=@{name}"));
    let arguments = ["-sS", "--noproxy", "*", "-H", &auth, "-H", "stream-auth-type: jwt", "-F", &form, &url];
    let answer: Value = run(&mut place.clean("curl", &arguments), "").json();
    let address = answer["file"].as_str().unwrap_or_else(|| panic!("{answer}"));
    address.strip_prefix(&server.url).expect("an address of ours").to_owned()
}

fn served(server: &Server, path: &str) -> Option<Vec<u8>> {
    let got = Command::new("curl").args(["-sSf", "--noproxy", "*", &format!("{}{path}", server.url)]).output();
    let got = got.expect("curl");
    got.status.success().then_some(got.stdout)
}

#[test]
fn files_of_every_size_come_back_byte_by_byte_by_a_load_and_by_a_start() {
    let place = Place::new();
    let server = place.serve(&[]);
    let all: Vec<(String, Vec<u8>)> =
        [("small.bin", 1000), ("edge.bin", MIB), ("over.bin", MIB + 1), ("five.bin", 5 * MIB)]
            .into_iter()
            .enumerate()
            .map(|(seed, (name, bytes))| {
                let content = content(u8::try_from(seed).expect("few"), bytes);
                (sent(&place, &server, name, &content), content)
            })
            .collect();
    let exported = place.run(&["fixture", "export", "-o", "my.json", "--url", &server.url]);
    assert_eq!((exported.code, exported.stderr.as_str()), (0, ""), "{exported:?}");
    let beside = || fs::read_dir(place.path("my.json-files")).expect("the folder").count();
    assert_eq!(beside(), 2, "what fits lies in the text");
    let printed = place.run(&["fixture", "export", "--url", &server.url]);
    assert!(printed.stderr.contains("2 files are too large for a fixture's text"), "{}", printed.stderr);
    drop(server);

    let elsewhere = Place::new();
    let file = place.path("my.json");
    let file = file.to_str().expect("UTF-8");
    let other = elsewhere.serve(&[]);
    let loaded = elsewhere.run(&["fixture", "load", file, "--url", &other.url]);
    assert_eq!((loaded.code, loaded.stderr.as_str()), (0, ""), "{loaded:?}");
    let third = Place::new();
    let started = third.serve(&["--fixture", file]);
    for server in [&other, &started] {
        for (path, content) in &all {
            assert!(served(server, path).as_ref() == Some(content), "{path}");
        }
    }
    let again = elsewhere.run(&["fixture", "export", "-o", "again.json", "--url", &other.url]);
    assert_eq!(again.code, 0, "{again:?}");
    assert_eq!(fs::read(elsewhere.path("again.json")).expect("there"), fs::read(file).expect("there"));
}

#[test]
fn what_lies_beside_a_fixture_is_taken_only_if_it_is_what_its_name_says() {
    let place = Place::new();
    let server = place.serve(&[]);
    let path = sent(&place, &server, "large.bin", &content(7, MIB + 1));
    place.run(&["fixture", "export", "-o", "my.json", "--url", &server.url]);
    let folder = place.path("my.json-files");
    let kept = fs::read_dir(&folder).expect("the folder").next().expect("a file").expect("a file").path();
    let hash = kept.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
    fs::write(&kept, "other").expect("written");
    let other = Place::new();
    let elsewhere = other.serve(&[]);
    let file = place.path("my.json");
    let load = || other.run(&["fixture", "load", file.to_str().expect("UTF-8"), "--url", &elsewhere.url]);
    load().refused(2, &["is not what", &hash]);
    fs::remove_file(&kept).expect("removed");
    let missing = load();
    assert_eq!(missing.code, 0, "{missing:?}");
    assert!(missing.stderr.contains("so that their addresses answer 404: 1"), "{}", missing.stderr);
    assert!(served(&elsewhere, &path).is_none());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path("large.bin"), &kept).expect("a link");
        load().refused(2, &["it is a link"]);
        let start = Place::new().run(&["serve", "--port", "0", "--fixture", file.to_str().expect("UTF-8")]);
        start.refused(2, &["it is a link"]);
    }
    let unknown = json!({});
    let address = format!("/_millpond/apps/millpond/files/{}", "0".repeat(64));
    let refused = run(
        &mut place.clean(
            "curl",
            &["-sS", "--noproxy", "*", "-X", "PUT", "-d", &unknown.to_string(), &format!("{}{address}", server.url)],
        ),
        "",
    );
    assert_eq!(refused.json()["error"]["code"], "unknown_file");
}
