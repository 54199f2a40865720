//! `doctor --project`: which clients a project makes, and whether they can be pointed here.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use super::harness::{Done, Place};

/// The findings on clients, as `file:line` and level.
fn clients(done: &Done) -> Vec<(String, String)> {
    let findings = done.json()["findings"].as_array().expect("a list").clone();
    let clients = findings.iter().filter(|finding| finding["client"].is_object());
    let place = |client: &Value| format!("{}:{}", client["file"].as_str().expect("a file"), client["line"]);
    clients.map(|it| (place(&it["client"]), it["level"].as_str().expect("a level").to_owned())).collect()
}

fn folder(place: &Place, name: &str) {
    fs::create_dir_all(place.path(name)).expect("a folder");
}

#[test]
fn a_client_without_a_base_url_is_told_with_its_place_and_its_fix() {
    let place = Place::new();
    for name in ["src", "node_modules/x", "dist", "ignored", ".hidden", "dist/deep", "py"] {
        folder(&place, name);
    }
    let bad = "const c = new FeedsClient(key);\n";
    place.write("src/a.ts", &format!("// new FeedsClient(key)\nimport x from 'x';\n{bad}"));
    place.write("src/fine.jsx", "new FeedsClient(key, {\n  base_url: url,\n});\n");
    place.write("src/opaque.js", "new FeedsClient(key, made());\n");
    place.write(
        "py/app.py",
        "from getstream import Stream\nclient = Stream(\n    api_key=key,\n    api_secret=secret)\n",
    );
    place.write("py/chat.py", "import stream_chat\nstream_chat.StreamChat(key, secret)\n");
    for name in ["node_modules/x/index.js", "dist/out.js", "ignored/a.js", ".hidden/a.js", "a.txt"] {
        place.write(name, bad);
    }
    place.write(".gitignore", "ignored/\n");
    fs::write(place.path("src/strange.js"), b"\xff\xfe new FeedsClient(\xff\n").expect("written");
    place.write("src/large.js", &format!("{bad}{}", " ".repeat(1 << 20)));
    place.write("elsewhere", bad);
    symlink(place.path("elsewhere"), place.path("src/link.js")).expect("a link");

    let done = place.run(&["doctor", "--project", ".", "--json"]);
    assert_eq!((done.code, &done.json()["ok"]), (1, &json!(false)), "{done:?}");
    let wanted =
        [("py/app.py:2", "wrong"), ("src/a.ts:3", "wrong"), ("src/opaque.js:1", "note"), ("src/strange.js:1", "wrong")];
    assert_eq!(clients(&done), wanted.map(|(place, level)| (place.to_owned(), level.to_owned())), "{done:?}");

    let told = place.run(&["doctor", "--project", "."]);
    assert_eq!(told.code, 1, "{told:?}");
    for words in [
        "6 source files of . were read; 1 are larger than 1024 KiB; 1 links were not followed; folders that were not looked into: .hidden, dist, node_modules\n",
        "! millpond   none runs here",
        "clients    1, given a base URL",
        "clients    1, reading STREAM_CHAT_URL by themselves",
        "✗ client     src/a.ts:3: const c = new FeedsClient(key);\n",
        "@stream-io/feeds-client: calls production; write new FeedsClient(key, { base_url: ",
        "base_url=os.environ.get(\"STREAM_BASE_URL\")",
    ] {
        assert!(told.stdout.contains(words), "{words}: {}", told.stdout);
    }
    place.run(&["doctor", "--project", "src/a.ts"]).refused(2, &["--project", "is no folder"]);
    // What somebody names has to answer.
    let named = place.run(&["doctor", "--project", "py", "--url", "http://127.0.0.1:9"]);
    assert!(named.stdout.contains("✗ millpond"), "{named:?}");
}

#[test]
fn a_project_that_is_fine_beside_a_server_or_without_one_is_no_fault() {
    let place = Place::new();
    folder(&place, "app");
    place.write(
        "app/a.mjs",
        "export const client = StreamChat.getInstance(key, { baseURL: process.env.STREAM_BASE_URL });\n",
    );
    assert_eq!(place.run(&["doctor", "--project", "app"]).code, 0);
    let _server = place.serve(&[]);
    let beside = place.run(&["doctor", "--project", "app"]);
    assert_eq!(beside.code, 0, "{beside:?}");
    assert!(beside.stdout.contains("✓ millpond") && beside.stdout.contains("1, given a base URL"), "{beside:?}");
    folder(&place, "none");
    place.write("none/a.js", "start();\n");
    let none = place.run(&["doctor", "--project", "none"]);
    assert!(none.code == 0 && none.stdout.contains("no client of a known SDK"), "{none:?}");
}

#[test]
fn what_lies_above_a_repository_hides_nothing_and_nothing_read_is_no_all_clear() {
    let place = Place::new();
    for name in ["repo/.git/info", "repo/web/src", "repo/empty", "bare"] {
        folder(&place, name);
    }
    let bad = "new FeedsClient(key);\n";
    // Somebody keeps the settings of a home in a repository that ignores all else.
    place.write(".gitignore", "*\n");
    place.write("repo/.gitignore", "*.gen.js\n/web/old.js\n");
    place.write("repo/web/src/.gitignore", "!kept.gen.js\n");
    for name in ["a.js", "b.gen.js", "old.js", "src/kept.gen.js"] {
        place.write(&format!("repo/web/{name}"), bad);
    }
    place.write("bare/a.js", bad);
    let found = |name: &str| clients(&place.run(&["doctor", "--json", "--project", name]));
    let wrong = |name: &str| (format!("{name}:1"), "wrong".to_owned());
    assert_eq!(found("repo/web"), [wrong("a.js"), wrong("src/kept.gen.js")], "its own repository's rules count");
    assert_eq!(found("repo"), [wrong("web/a.js"), wrong("web/src/kept.gen.js")]);
    assert_eq!(found("bare"), [wrong("a.js")], "where there is no repository, nothing above counts");

    let empty = place.run(&["doctor", "--project", "repo/empty"]);
    assert!(
        empty.stdout.contains("! project    0 source files of repo/empty were read; so nothing is known"),
        "{empty:?}"
    );
    assert!(!empty.stdout.contains("no client of a known SDK"), "{empty:?}");
}

#[test]
fn a_pipe_that_never_ends_holds_nothing_up() {
    let place = Place::new();
    for name in ["repo/web/src", "repo/.git"] {
        folder(&place, name);
    }
    for name in [".gitignore", "repo/.gitignore", "repo/web/.gitignore", "repo/web/src/.gitignore", "repo/web/pipe.js"]
    {
        assert_eq!(super::harness::run(&mut place.clean("mkfifo", &[name]), "").code, 0);
    }
    place.write("repo/web/src/a.js", "new FeedsClient(key);\n");
    let done = place.run(&["doctor", "--project", "repo/web"]);
    assert!(done.stdout.contains("1 source files of repo/web were read; 4 cannot be read"), "{done:?}");
    assert!(done.stdout.contains("src/a.js:1"), "{done:?}");
}

/// The suites that drive the real SDKs point each of them here.
#[test]
fn the_sdk_suites_of_this_project_are_fine() {
    let place = Place::new();
    let suites = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    let done = place.run(&["doctor", "--json", "--project", suites.to_str().expect("a path")]);
    assert_eq!((done.code, clients(&done)), (0, vec![]), "{done:?}");
    let findings = done.json()["findings"].to_string();
    let pointed = findings.split(", given a base URL").next().and_then(|text| text.rsplit('"').next());
    assert!(pointed.and_then(|count| count.parse::<u32>().ok()).is_some_and(|count| count > 50), "{findings}");
}
