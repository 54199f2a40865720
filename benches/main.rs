//! What millpond costs: `cargo bench`, some of it with `cargo bench -- reads writes`, the larger forms with `-- --big`.
//!
//! Plain programs that print tables, without a harness such as criterion: what counts are ratios between whole servers that are
//! measured by turns in one run, since the machine is noisy; such a harness measures one function at a time against an earlier run.
//! No test depends on a number here. There is one program, since each would be linked for minutes.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints, and ends where it cannot go on")]

mod child;
mod client;
#[cfg(unix)]
mod crash;
#[cfg(unix)]
mod exec;
mod feeds;
#[cfg(unix)]
#[path = "../tests/cli/harness.rs"]
#[expect(dead_code, reason = "the tests want more of it than a bench")]
mod harness;
mod ideal;
mod interactions;
mod journal;
mod measure;
mod millpond;
mod reads;
mod sockets;
mod states;
mod writes;

/// As the binary has it. What millpond is compared with has it as well.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// A bench by its name. It is told whether its larger form is wanted.
type Bench = (&'static str, fn(bool));

/// The benches in the order in which they run.
const BENCHES: &[Bench] = &[
    ("states", states::run),
    #[cfg(unix)]
    ("exec", exec::run),
    ("reads", reads::run),
    ("writes", writes::run),
    ("feeds", feeds::run),
    ("interactions", interactions::run),
    ("sockets", sockets::run),
    ("journal", journal::run),
    #[cfg(unix)]
    ("crash", crash::run),
];

/// Those that run only when they are named: they take many minutes.
const ON_REQUEST: &[&str] = &["crash"];

fn main() {
    // Cargo adds `--bench`.
    let (flags, names): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|argument| argument.starts_with('-'));
    let wrong_flag = flags.iter().find(|flag| !["--bench", "--big"].contains(&flag.as_str()));
    let wrong_name = names.iter().find(|name| !BENCHES.iter().any(|(known, _)| known == name));
    if let Some(wrong) = wrong_flag.or(wrong_name) {
        let known: Vec<_> = BENCHES.iter().map(|(name, _)| *name).collect();
        println!("there is no \"{wrong}\"; there are --big and: {}", known.join(", "));
        std::process::exit(2);
    }
    let is_big = flags.iter().any(|flag| flag == "--big");
    for (name, bench) in BENCHES {
        let is_meant = names.is_empty() && !ON_REQUEST.contains(name);
        if is_meant || names.iter().any(|wanted| wanted == name) {
            bench(is_big);
        }
    }
}
