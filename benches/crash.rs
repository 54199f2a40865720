//! A thousand rounds of the crash test: a process that is killed under writes of every kind loses nothing that it had answered.

#[path = "../tests/cli/crash/rounds.rs"]
mod rounds;

const ROUNDS: u64 = 1_000;

/// Runs the rounds; there is no larger form. One that finds something ends the process and says what.
pub fn run(_is_big: bool) {
    let tally = rounds::run(ROUNDS);
    println!("\ncrash: {ROUNDS} kills, and everything that was answered was there");
    for (kind, answered) in tally {
        println!("  {kind:<24} {answered:>8} answered");
    }
}
