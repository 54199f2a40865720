//! A process that is killed under writes of every kind, again and again: what it had answered is there, and nothing is by half.

mod rounds;

/// Enough to strike in the middle of most things; `cargo bench -- crash` goes on for longer.
const ROUNDS: u64 = 30;

#[test]
fn what_was_answered_survives_a_kill_in_the_middle_of_everything() {
    let tally = rounds::run(ROUNDS);
    // Of each kind, so that none only seemed to be tried.
    for (kind, answered) in tally {
        assert!(answered > 0, "{kind} was never answered");
    }
}
