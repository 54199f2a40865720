//! `exec`: what the command sees, what its caller sees, and that nothing is left.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::harness::{Done, Place, SECRET, Server, run};

/// `millpond exec` with these flags around a shell script, in which `millpond` is the binary.
fn command(place: &Place, flags: &[&str], script: &str) -> Command {
    let folder = Path::new(env!("CARGO_BIN_EXE_millpond")).parent().expect("a folder").display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").expect("a path"));
    let mut command = place.command(&[&["exec"], flags, &["--", "sh", "-c", script]].concat());
    command.env("PATH", path);
    command
}

fn exec(place: &Place, flags: &[&str], script: &str) -> Done {
    run(&mut command(place, flags, script), "")
}

#[test]
fn the_exit_code_is_the_commands_and_nothing_else_is_said() {
    let place = Place::new();
    for (script, code) in [("exit 0", 0), ("exit 7", 7), ("kill -s KILL $$", 137), ("kill -s INT $$", 130)] {
        let done = exec(&place, &["--fixture", "quickstart"], &format!("printf 'a\\nb'; echo c >&2; {script}"));
        assert_eq!((done.code, &*done.stdout, &*done.stderr), (code, "a\nb", "c\n"), "{script}");
    }
    let names = fs::read_dir(place.path("")).expect("the folder").count();
    assert_eq!(names, 0, "nothing is left on disk");
}

#[test]
fn the_ready_line_goes_to_stderr_when_it_is_asked_for() {
    let done = exec(&Place::new(), &["--json"], "echo $MILLPOND_URL");
    let ready: Value = serde_json::from_str(&done.stderr).expect("one line of JSON");
    assert_eq!((&ready["event"], &ready["url"]), (&json!("ready"), &json!(done.line())));
}

#[test]
fn a_call_that_a_fault_cuts_is_nothing_to_tell_of() {
    let script = r#"
        millpond faults add --operation Hi --cut >/dev/null
        python3 -c "
import os, urllib.request
try:
    urllib.request.urlopen(os.environ['MILLPOND_URL'] + '/hi?api_key=' + os.environ['STREAM_API_KEY'])
except (ConnectionError, OSError):
    print('cut')
""#;
    let done = exec(&Place::new(), &[], script);
    assert_eq!((done.code, &*done.stdout, &*done.stderr), (0, "cut\n", ""));
}

#[test]
fn stdin_is_the_commands() {
    let place = Place::new();
    assert_eq!(run(&mut command(&place, &[], "cat"), "to the\ncommand").stdout, "to the\ncommand");
    let closed = format!("'{}' exec -- sh -c 'echo fine' <&-", env!("CARGO_BIN_EXE_millpond"));
    assert_eq!(run(&mut place.clean("sh", &["-c", &closed]), "").line(), "fine");
}

/// The variables of the emulator's that a command sees.
fn seen(done: &Done) -> BTreeMap<&str, &str> {
    assert_eq!(done.code, 0, "{done:?}");
    let pairs = done.stdout.lines().filter_map(|line| line.split_once('='));
    let ours = |name: &str| name.contains("STREAM") || name.contains("MILLPOND");
    // The harness's own reaches everybody.
    pairs.filter(|(name, _)| ours(name) && *name != "MILLPOND_DEFAULT_PORT").collect()
}

#[test]
fn the_environment_is_that_of_env_and_nothing_inherited_speaks_of_another_app() {
    let place = Place::new();
    let inherited = [
        ("STREAM_KEY", "old"),
        ("STREAM_APP_ID", "12345"),
        ("MILLPOND_URL", "http://127.0.0.1:1"),
        ("MILLPOND_TOKEN_OLD", "old"),
        ("VITE_STREAM_URL", "old"),
        ("VITE_OTHER", "kept"),
    ];
    let flags = ["--fixture", "quickstart", "--prefix", "VITE_", "--api-key", "own", "--api-secret", "own-secret"];
    let script = "env; echo '---'; millpond env --json; echo '---'; millpond env --json --prefix VITE_";
    let done = run(command(&place, &flags, script).envs(inherited), "");
    let (environment, printed) = done.stdout.split_once("---\n").expect("two parts");
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    for object in printed.split("---\n") {
        wanted.extend(serde_json::from_str::<BTreeMap<_, _>>(object).expect("JSON"));
    }
    let environment = Done { stdout: environment.to_owned(), ..done };
    let seen: BTreeMap<_, _> =
        seen(&environment).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(seen, wanted);
    for (name, value) in [
        ("STREAM_API_KEY", "own"),
        ("STREAM_SECRET", "own-secret"),
        ("STREAM_BASE_URL", &*seen["MILLPOND_URL"]),
        ("VITE_STREAM_KEY", "own"),
    ] {
        assert_eq!(seen[name], value, "{name}");
    }
    assert!(seen.contains_key("MILLPOND_TOKEN_JOHN") && !seen.contains_key("VITE_STREAM_SECRET"), "{seen:?}");
    assert!(environment.stdout.contains("VITE_OTHER=kept\n"));
    let secrets = exec(&place, &["--prefix", "VITE_", "--secrets"], "echo $VITE_STREAM_API_SECRET");
    assert_eq!(secrets.line(), SECRET);
}

#[test]
fn the_app_is_that_of_the_pair_or_the_one_that_is_named() {
    let place = Place::new();
    place.write(
        "two.yaml",
        "millpond: 1\napps: [{api_key: a, api_secret: x}, {api_key: b, api_secret: y, name: Bee}]\n",
    );
    let script = "echo $STREAM_API_KEY $STREAM_API_SECRET";
    for (flags, wanted) in [
        (&["--fixture", "two.yaml"][..], "a x"),
        (&["--fixture", "two.yaml", "--app", "b"], "b y"),
        (&["--fixture", "two.yaml", "--app", "Bee"], "b y"),
        (&["--fixture", "two.yaml", "--api-key", "c", "--api-secret", "z"], "c z"),
    ] {
        assert_eq!(exec(&place, flags, script).line(), wanted, "{flags:?}");
    }
    let unknown = exec(&place, &["--fixture", "two.yaml", "--app", "c"], "touch ran");
    unknown.refused(2, &["--app: millpond has no app with the api key or the name \"c\"", "It has: a, b (Bee)."]);
    assert!(!place.path("ran").exists());
}

#[test]
fn bad_input_is_refused_before_the_command_starts() {
    let place = Place::new();
    place.write("bad.yaml", "millpond: 1\napps:\n  - users:\n      john: {role: admn}\n");
    let refused = |flags: &[&str], words: &[&str]| {
        let done = exec(&place, flags, "touch ran");
        done.refused(2, words);
        assert!(done.stdout.is_empty() && !place.path("ran").exists(), "{flags:?}");
    };
    refused(&["--fixture", "quickstrat"], &["cannot read the fixture quickstrat", "(did you mean `quickstart`?)"]);
    refused(&["--fixture", "bad.yaml"], &["bad.yaml:4:20: /apps/0/users/john/role"]);
    refused(&["--api-key", "k"], &["--api-key", "without --api-secret"]);
    refused(&["--prefix", "1 x"], &["--prefix"]);
    refused(&["--log", "=="], &["--log"]);
    place.run(&["exec"]).refused(2, &["<COMMAND>"]);
    refused(&["--use-env-credentials", "--api-key", "k", "--api-secret", "s"], &["cannot be used with"]);
    assert!(!place.path("ran").exists());
}

#[test]
fn what_follows_the_commands_name_is_the_commands_with_two_dashes_or_without() {
    let place = Place::new();
    let script = "echo $STREAM_API_KEY \"$@\"";
    let words = ["sh", "-c", script, "sh", "--json", "--fixture", "x", "--help"];
    for dashes in [&["--"][..], &[]] {
        let done = place.run(&[&["exec", "--fixture", "quickstart"], dashes, &words].concat());
        assert_eq!((done.line(), &*done.stderr), ("millpond --json --fixture x --help", ""), "{dashes:?}");
    }
    let dashed = place.run(&["exec", "sh", "-c", script, "sh", "--", "-x"]);
    assert_eq!(dashed.line(), "millpond -- -x", "later dashes are the command's");
    place.run(&["exec", "--fixtrue", "quickstart", "true"]).refused(2, &["--fixtrue", "--fixture"]);
}

#[test]
fn the_pair_that_lies_about_reaches_the_command_only_when_it_is_asked_for() {
    let place = Place::new();
    place.write(".env", "STREAM_API_KEY=dotted\nSTREAM_API_SECRET=dotted-secret\n");
    let outside = [
        ("STREAM_API_KEY", "parents"),
        ("STREAM_API_SECRET", "parents-secret"),
        ("STREAM_SECRET", "parents-secret"),
        ("VITE_STREAM_API_SECRET", "parents-secret"),
    ];
    // What the command sees of it, and what a millpond of its own would find there.
    let script = "env | grep -i secret; millpond apps --secrets";
    let run_with = |flags: &[&str], variables: &[(&str, &str)], script: &str| {
        run(command(&place, flags, script).envs(variables.iter().copied()), "")
    };
    let alone = run_with(&["--prefix", "VITE_"], &outside, script);
    assert!(alone.stdout.contains(SECRET) && !alone.stdout.contains("parents"), "{alone:?}");
    assert!(!alone.stdout.contains("dotted") && alone.stderr.is_empty(), "{alone:?}");
    let half = run_with(&[], &[("STREAM_API_SECRET", "parents-secret")], script);
    assert!(half.code == 0 && half.stdout.contains(SECRET) && !half.stdout.contains("parents"), "{half:?}");
    let production = run_with(&[], &[&outside[..], &[("NODE_ENV", "production")]].concat(), script);
    assert_eq!((production.code, &*production.stderr), (0, ""), "there is nothing to be guarded");

    let pair = "echo $STREAM_API_KEY $STREAM_API_SECRET";
    let asked = run_with(&["--use-env-credentials"], &outside, pair);
    assert_eq!(asked.line(), "parents parents-secret");
    assert!(asked.stderr.contains("STREAM_API_SECRET comes from the environment"), "{asked:?}");
    let dotted = run_with(&["--use-env-credentials"], &[], pair);
    assert_eq!(dotted.line(), "dotted dotted-secret");
    assert!(dotted.stderr.contains("STREAM_API_SECRET comes from .env"), "{dotted:?}");
    fs::remove_file(place.path(".env")).expect("the file");
    let none = run_with(&["--use-env-credentials"], &[], pair);
    assert_eq!(none.line(), format!("millpond {SECRET}"));
    assert!(none.stderr.contains("neither the environment nor .env has STREAM_API_KEY"), "{none:?}");
}

#[test]
fn a_secret_that_may_be_real_is_refused_in_production() {
    let place = Place::new();
    let variables = [("STREAM_API_KEY", "k"), ("STREAM_API_SECRET", "s"), ("NODE_ENV", "production")];
    let with = |flags: &[&str]| run(command(&place, flags, "echo ran").envs(variables), "");
    let refused = with(&["--use-env-credentials"]);
    refused.refused(2, &["NODE_ENV is production", "--allow-production"]);
    assert_eq!(refused.stdout, "");
    let allowed = with(&["--use-env-credentials", "--allow-production"]);
    assert_eq!((allowed.line(), allowed.stderr.lines().count()), ("ran", 1), "a quiet line on stderr");
}

#[test]
fn a_command_that_cannot_start_is_told_as_shells_do() {
    let place = Place::new();
    place.write("not-executable", "#!/bin/sh\n");
    place.write("lost", "#!/no/such/interpreter\n");
    fs::set_permissions(place.path("lost"), fs::Permissions::from_mode(0o755)).expect("a mode");
    for (program, code, words) in [
        ("no-such-command", 127, "the command `no-such-command` was not found on the PATH"),
        ("./no-such-command", 127, "the command `./no-such-command` was not found"),
        ("./lost", 127, "the interpreter that its first line names was not found"),
        ("./not-executable", 126, "the command `./not-executable` cannot be run: Permission denied"),
    ] {
        let done = place.run(&["exec", "--", program]);
        done.refused(code, &[words]);
        assert_eq!((done.stdout.len(), done.stderr.lines().count()), (0, 1), "{done:?}");
    }
}

/// A running `exec` whose command has said that it is ready.
fn started(place: &Place, script: &str) -> Server {
    let server = Server::spawn(&mut command(place, &[], script));
    assert_eq!(server.stdout_line(), "ready");
    server
}

#[test]
fn signals_are_passed_on_and_the_command_decides_what_follows() {
    let place = Place::new();
    for name in ["TERM", "INT", "HUP"] {
        let script = format!("trap 'echo {name}; exit 5' {name}; echo ready; sleep 600 & wait");
        let server = started(&place, &script);
        server.signal(name);
        assert_eq!(server.end(), (Some(5), name.to_owned(), String::new()), "{name}");
    }
}

#[test]
fn the_second_signal_kills_the_group_at_once() {
    let place = Place::new();
    let server = started(
        &place,
        "trap '' HUP; trap 'echo heard' TERM INT; echo ready; sleep 600 & wait; while :; do wait; done",
    );
    // One that asks for nothing does not count.
    server.signal("HUP");
    server.signal("INT");
    assert_eq!(server.stdout_line(), "heard");
    server.signal("TERM");
    assert_eq!(server.end().0, Some(128 + 9));
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_that_the_command_started_outlives_it() {
    let place = Place::new();
    // Nobody holds on to the test's pipes, so that one who is left fails the test and does not stop it.
    let left = "exec >/dev/null 2>&1
        sleep 600 & echo $! >>pids
        setsid sleep 600 & echo $! >>pids
        (setsid sh -c 'echo $$ >>pids; sleep 600 & echo $! >>pids; wait' &)
        sh -c 'trap \"\" TERM; echo $$ >deaf; sleep 600; sleep 600' & echo $! >>pids
        sh -c 'kill -s STOP $$' & echo $! >>pids
        mkfifo last; setsid sh -c 'setsid sleep 600 & echo $! >last' & read pid <last; echo $pid >>pids
        until test -s deaf && test $(wc -l <pids) = 7; do :; done; exit 3";
    let done = exec(&place, &[], left);
    assert_eq!((done.code, &*done.stderr), (3, ""));
    let pids = fs::read_to_string(place.path("pids")).expect("the pids");
    assert_eq!(pids.lines().count(), 7, "{pids}");
    for pid in pids.lines() {
        assert!(pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists(), "{pid}");
    }
}

/// Types into a terminal and reads from it, as this script says (terminal.py).
pub fn in_a_terminal(place: &Place, program: &[&str], script: &str) -> Done {
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/terminal.py");
    run(place.clean("python3", &[&[driver], program].concat()).env("MILLPOND", env!("CARGO_BIN_EXE_millpond")), script)
}

#[test]
fn a_command_reads_from_the_terminal() {
    let program =
        [env!("CARGO_BIN_EXE_millpond"), "exec", "--", "sh", "-c", "echo name?; read name; echo it is $name; exit 4"];
    let done = in_a_terminal(&Place::new(), &program, "< name?\n> 'john\\n'\n< it is john\n");
    assert_eq!(done.code, 4, "{done:?}");
}

/// Each time, `cat` has answered before a key interrupts: a shell that is just starting it may miss the signal.
#[test]
fn a_shell_above_can_stop_continue_and_interrupt_the_command() {
    let shell = r#"set -m
        "$MILLPOND" exec -- sh -c "echo ready; cat; echo over"
        echo stopped with $?
        fg
        "$MILLPOND" exec -- sh -c "echo ready; cat"
        echo ended with $?; exit 6"#;
    let script = r"< ready
> 'first\n'
< first
< first
> '\x1a'
< stopped with 148
< exec
> 'typed\n'
< typed
< typed
> '\x04'
< over
< ready
> 'second\n'
< second
< second
> '\x03'
< ended with 130
";
    let done = in_a_terminal(&Place::new(), &["bash", "-c", shell], script);
    assert_eq!(done.code, 6, "{done:?}");
}

#[test]
fn other_verbs_inside_find_it_and_a_millpond_outside_is_left_alone() {
    let place = Place::new();
    let outside = place.serve(&["--db", ".millpond/millpond.db"]);
    let before = fs::read(place.path(".millpond/run.json")).expect("the run file");
    let script = "millpond token john | millpond inspect >&2 && millpond apps --json && cat .millpond/run.json";
    let done = exec(&place, &["--fixture", "quickstart", "--api-key", "inner", "--api-secret", "s"], script);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.stdout.contains(r#""api_key": "inner""#) && !done.stdout.contains(r#""api_key": "millpond""#),
        "{done:?}"
    );
    assert!(done.stdout.contains(&outside.url), "the run file is the one outside: {done:?}");
    assert_eq!(fs::read(place.path(".millpond/run.json")).expect("the run file"), before);
    let nested =
        exec(&place, &[], "millpond exec -- sh -c 'millpond healthcheck >&2; echo $MILLPOND_URL'; echo $MILLPOND_URL");
    let urls: Vec<_> = nested.stdout.lines().collect();
    assert!(urls.len() == 2 && urls[0] != urls[1], "{nested:?}");
}

#[test]
fn two_hundred_in_batches_of_twenty_each_have_their_own() {
    let place = Place::new();
    for batch in 0..10 {
        std::thread::scope(|scope| {
            for one in 0..20 {
                let key = format!("app-{batch}-{one}");
                let place = &place;
                scope.spawn(move || {
                    let script =
                        r#"test -n "$MILLPOND_URL" && millpond healthcheck >/dev/null && millpond apps --json"#;
                    let done = exec(place, &["--api-key", &key, "--api-secret", "s"], script);
                    assert_eq!((done.code, &*done.stderr), (0, ""), "{key}");
                    let apps = &done.json()["apps"];
                    assert_eq!((apps.as_array().map(Vec::len), &apps[0]["api_key"]), (Some(1), &json!(key)));
                });
            }
        });
    }
}
