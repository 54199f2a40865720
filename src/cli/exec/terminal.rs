//! The terminal, which belongs to one process group at a time: only that may read from it, and its keys are that one's signals.

use std::io;

use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use rustix::process::{Pid, getpgrp};
use rustix::termios::{tcgetpgrp, tcsetpgrp};

/// The terminal on stdin, between millpond's own process group and the command's.
pub struct Terminal {
    own: Pid,
    group: Pid,
}

impl Terminal {
    /// `None` when stdin is no terminal, or not the one that this process is controlled from.
    pub fn on_stdin(group: Pid) -> Option<Self> {
        tcgetpgrp(io::stdin()).ok().map(|_| Self { own: getpgrp(), group })
    }

    /// Gives it to the command's group, unless another has it: millpond then runs in the background, and so does the command.
    pub fn hand_over(&self) {
        pass(self.own, self.group);
    }

    /// Takes it back, unless somebody else has it by now.
    pub fn take_back(&self) {
        pass(self.group, self.own);
    }
}

/// Sets the terminal's foreground group, if it is still the one that is thought.
fn pass(from: Pid, to: Pid) {
    if tcgetpgrp(io::stdin()) != Ok(from) {
        return;
    }
    // A process in the background that sets this is stopped by SIGTTOU, unless its thread blocks that. Children inherit
    // what is blocked, so it is blocked for this call alone.
    let Ok(before) = SigSet::from(Signal::SIGTTOU).thread_swap_mask(SigmaskHow::SIG_BLOCK) else { return };
    // A terminal that was hung up, or a group that is gone, has no use for it.
    let _ = tcsetpgrp(io::stdin(), to);
    let _ = before.thread_set_mask();
}
