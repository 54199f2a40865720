//! The command: in a process group of its own, told what millpond is told, and ended with all that it started.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitOptions, WaitStatus, getppid, getsid, kill_current_process_group, kill_process_group, wait,
};
use tokio::signal::unix::{self, SignalKind};

use super::terminal::Terminal;
use crate::cli::{env, print};
use crate::outcome::Outcome;

/// Exit code: the command cannot be run.
const NOT_RUN: i32 = 126;
/// Exit code: the command is not there.
const NOT_FOUND: i32 = 127;
/// Exit codes of commands that a signal ended begin here.
const SIGNALED: i32 = 128;

/// How long what the command left has to end after SIGTERM, and then after SIGKILL.
const GRACE: Duration = Duration::from_secs(2);

/// What the command finds in its environment besides what is inherited.
pub struct Environment {
    pub variables: Vec<env::Variable>,
    pub prefix: Option<String>,
}

impl Environment {
    /// Whether an inherited variable would speak of another app.
    fn removes(&self, name: &str) -> bool {
        let bare = self.prefix.as_deref().and_then(|prefix| name.strip_prefix(prefix));
        let mut names = [Some(name), bare].into_iter().flatten();
        names.any(|name| name.starts_with("STREAM_") || name.starts_with(env::TOKEN_PREFIX))
    }
}

/// Runs a command to its end and gives its exit code, or that of a command that could not be run.
pub async fn run(words: &[OsString], environment: &Environment, signals: Signals) -> Outcome {
    let [program, arguments @ ..] = words else { return Ok(NOT_FOUND) };
    let mut command = Command::new(program);
    command.args(arguments).process_group(0);
    for (name, _) in std::env::vars_os().filter(|(name, _)| environment.removes(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command.envs(environment.variables.iter().map(|variable| (&variable.name, &variable.value)));
    // Whoever outlives its parent becomes a child of this process, also in a group of its own. Where a sandbox forbids that,
    // the command still runs.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    match command.spawn() {
        Ok(child) => {
            let group = Pid::from_child(&child);
            let mut group = Group { id: group, terminal: Terminal::on_stdin(group), signals };
            Ok(group.run().await)
        }
        Err(cause) => Ok(not_started(Path::new(program), &cause)),
    }
}

/// Says why, and gives the exit code that shells have for it.
fn not_started(program: &Path, cause: &io::Error) -> i32 {
    let name = program.display();
    let is_path = program.components().count() > 1;
    let (code, why) = match cause.kind() {
        io::ErrorKind::NotFound if is_path && program.exists() => {
            (NOT_FOUND, "was not started: the interpreter that its first line names was not found".to_owned())
        }
        io::ErrorKind::NotFound if is_path => (NOT_FOUND, "was not found".to_owned()),
        io::ErrorKind::NotFound => (NOT_FOUND, "was not found on the PATH".to_owned()),
        _ => (NOT_RUN, format!("cannot be run: {cause}")),
    };
    print::error(&format!("the command `{name}` {why}"));
    code
}

/// What the process hears of.
enum Heard {
    /// A child ended or was stopped.
    Child,
    /// This process goes on after it was stopped.
    Continued,
    /// The process was told something that is meant for the command.
    Told(Signal),
}

/// What the process listens to.
pub struct Signals {
    child: unix::Signal,
    continued: unix::Signal,
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hangup: unix::Signal,
}

impl Signals {
    /// Begins to listen.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            child: unix::signal(SignalKind::child())?,
            continued: unix::signal(SignalKind::from_raw(Signal::CONT.as_raw()))?,
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hangup: unix::signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Heard {
        tokio::select! {
            _ = self.child.recv() => Heard::Child,
            _ = self.continued.recv() => Heard::Continued,
            _ = self.interrupt.recv() => Heard::Told(Signal::INT),
            _ = self.terminate.recv() => Heard::Told(Signal::TERM),
            _ = self.hangup.recv() => Heard::Told(Signal::HUP),
        }
    }
}

/// The command's process group.
struct Group {
    id: Pid,
    terminal: Option<Terminal>,
    signals: Signals,
}

/// Whether processes are left that this one waits for.
#[derive(PartialEq, Eq)]
enum Children {
    Left,
    None,
}

impl Group {
    async fn run(&mut self) -> i32 {
        self.go_on();
        let (mut asked, mut hurried) = (false, false);
        let code = loop {
            match self.signals.next().await {
                Heard::Child => {
                    if let Some(code) = self.look() {
                        break code;
                    }
                }
                Heard::Continued => self.go_on(),
                Heard::Told(signal) => {
                    let asks = signal != Signal::HUP;
                    hurried |= asked && asks;
                    asked |= asks;
                    self.tell(if hurried { Signal::KILL } else { signal });
                }
            }
        };
        if let Some(terminal) = &self.terminal {
            terminal.take_back();
        }
        self.end_rest(hurried).await;
        code
    }

    /// Lets the command run, in the foreground where millpond is. It may have asked for the terminal before it was given it,
    /// and been stopped for that.
    fn go_on(&self) {
        if let Some(terminal) = &self.terminal {
            terminal.hand_over();
        }
        // Errors here and below: the group is gone.
        let _ = kill_process_group(self.id, Signal::CONT);
    }

    /// Passes a signal on. Who is stopped hears it only when it goes on.
    fn tell(&self, signal: Signal) {
        let _ = kill_process_group(self.id, signal);
        let _ = kill_process_group(self.id, Signal::CONT);
    }

    /// Looks after all children. Gives the command's exit code once it has ended.
    fn look(&self) -> Option<i32> {
        let mut code = None;
        reap(|pid, status| {
            if pid != self.id {
                return;
            }
            if let Some(signal) = status.stopping_signal() {
                self.stop_along(signal);
            } else {
                code = status.exit_status().or_else(|| status.terminating_signal().map(|signal| SIGNALED + signal));
            }
        });
        code
    }

    /// The command was stopped by its terminal (ctrl-Z, say), so millpond gives the terminal back and stops as well: that is
    /// what the shell waits for. `fg` then continues millpond, and millpond the command.
    fn stop_along(&self, signal: i32) {
        let Some(terminal) = &self.terminal else { return };
        if ![Signal::TSTP, Signal::TTIN, Signal::TTOU].iter().any(|stop| stop.as_raw() == signal) {
            return;
        }
        let session = |pid| getsid(pid).ok();
        if getppid().is_some_and(|parent| session(Some(parent)) == session(None)) {
            terminal.take_back();
            let _ = kill_current_process_group(Signal::TSTP);
        } else {
            // Without a shell above, nobody would continue it.
            self.go_on();
        }
    }

    /// Ends what the command left: asks first, unless in a hurry, and kills after a while.
    async fn end_rest(&mut self, hurried: bool) {
        let signals = [Signal::TERM, Signal::KILL];
        for signal in &signals[usize::from(hurried)..] {
            if tokio::time::timeout(GRACE, self.end_by(*signal)).await.is_ok_and(|ended| ended) {
                return;
            }
        }
        print::note("note: something that the command left running could not be ended");
    }

    /// Sends a signal to every child, and to those who become children when these end, until none is left. False when it was
    /// told to hurry.
    #[cfg(target_os = "linux")]
    async fn end_by(&mut self, signal: Signal) -> bool {
        let mut told = std::collections::HashSet::new();
        while reap(|_, _| {}) == Children::Left {
            for child in children().into_iter().filter(|child| told.insert(*child)) {
                // One who is stopped hears it only when it goes on.
                let _ = rustix::process::kill_process(child, signal);
                let _ = rustix::process::kill_process(child, Signal::CONT);
            }
            if matches!(self.signals.next().await, Heard::Told(_)) && signal != Signal::KILL {
                return false;
            }
        }
        true
    }

    /// Sends a signal to the group, until it is empty. Who left it is out of reach here, and nobody tells when others end.
    #[cfg(not(target_os = "linux"))]
    async fn end_by(&mut self, signal: Signal) -> bool {
        const LOOK_AGAIN: Duration = Duration::from_millis(10);
        self.tell(signal);
        while rustix::process::test_kill_process_group(self.id).is_ok() {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        true
    }
}

/// Takes what there is to know of children, and tells whether any are left.
fn reap(mut changed: impl FnMut(Pid, WaitStatus)) -> Children {
    loop {
        match wait(WaitOptions::NOHANG | WaitOptions::UNTRACED) {
            Ok(Some((pid, status))) => changed(pid, status),
            Ok(None) => return Children::Left,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Children::None,
        }
    }
}

/// The processes whose parent is this one. Who is missed because another ended meanwhile is found after the signal of that end.
#[cfg(target_os = "linux")]
fn children() -> Vec<Pid> {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let list = lists.collect::<Vec<_>>().join(" ");
    list.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
}
