//! What `millpond exec` adds to a command, and how soon the built binary is ready and gone.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::child::{self, BINARY, Child};
use crate::measure::{Aim, Spread, Table, memory_kib, milliseconds, short, timed};

/// Users of the fixture (design.md 8).
const USERS: usize = 100;

pub fn run(is_big: bool) {
    let runs = if is_big { 201 } else { 41 };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("users.yaml"), fixture()).unwrap();
    exec(folder.path(), runs);
    serve(&folder.path().join("users.yaml"), runs);
}

fn fixture() -> String {
    let mut text = "millpond: 1\napps:\n  - name: bench\n    users:\n".to_owned();
    for number in 0..USERS {
        writeln!(text, "      user-{number}: {{name: User {number}, custom: {{favourite_color: green}}}}").unwrap();
    }
    text
}

/// A command alone, and with millpond around it, by turns.
fn exec(folder: &Path, runs: usize) {
    let time = |mut command: Command| {
        let command = command.stdout(Stdio::null()).stdin(Stdio::null());
        let (time, status) = timed(|| command.status().unwrap());
        assert!(status.success());
        time
    };
    let mut times: [Vec<f64>; 3] = Default::default();
    for _ in 0..runs {
        times[0].push(time(Command::new("true")));
        times[1].push(time(child::command(folder, &["exec", "--", "true"])));
        times[2].push(time(child::command(folder, &["exec", "--fixture", "users.yaml", "--", "true"])));
    }
    let [alone, bare, filled] = times.map(Spread::of);
    let mut table = Table::new(
        "exec: a command, in milliseconds: median (least to most)",
        ["command", "takes", "more than `true` alone", "aim"],
    );
    let more = |spread: &Spread| short(spread.median() - alone.median());
    let aim = |spread: &Spread| Aim::AtMost(60.0).of(spread.median() - alone.median());
    table.row([&"true", &alone, &"", &""]);
    table.row([&"millpond exec -- true", &bare, &more(&bare), &aim(&bare)]);
    table.row([&format!("the same with a fixture of {USERS} users"), &filled, &more(&filled), &aim(&filled)]);
    table.print();
}

/// From the start of the process to its ready line, and from SIGTERM to its end.
fn serve(fixture: &Path, runs: usize) {
    let (mut starts, mut stops, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let (start, mut server) = timed(|| Child::start(&["--fixture", fixture.to_str().unwrap()]));
        starts.push(start);
        memory.extend(memory_kib(server.process.id()).map(|kib| kib / 1024.0));
        let begun = std::time::Instant::now();
        kill(Pid::from_raw(server.process.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
        server.process.wait().unwrap();
        stops.push(milliseconds(begun));
    }
    let mut table = Table::new(
        "serve: the built binary with a fixture of 100 users: median (least to most)",
        ["what", "measured", "aim"],
    );
    let mut row = |what: &str, values: Vec<f64>, aim: f64| {
        let spread = Spread::of(values);
        table.row([&what, &spread, &Aim::AtMost(aim).of(spread.median())]);
    };
    row("start to ready, ms", starts, 12.0);
    row("SIGTERM to end, ms", stops, 30.0);
    if !memory.is_empty() {
        row("idle memory, MiB", memory, 12.0);
    }
    let bytes = u32::try_from(std::fs::metadata(BINARY).unwrap().len()).unwrap();
    row("the binary, MiB", vec![f64::from(bytes) / 1024.0 / 1024.0], 12.0);
    table.print();
}
