//! Flags that make two runs the same.

use crate::clock::{ClockMode, Time, system_now};
use crate::config::Config;
use crate::mint;

/// What makes two runs of one script get the same bytes.
#[derive(Debug, clap::Args)]
pub struct RepeatArgs {
    /// Freeze the clocks of the apps at this moment, unless their fixture has another: RFC 3339, or `now`
    #[arg(long, value_name = "TIME", value_parser = moment)]
    clock: Option<Time>,
    /// Make every id the same in each run; with a frozen clock, two runs of one script get the same bytes
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

fn moment(text: &str) -> Result<Time, String> {
    mint::moment("clock", &text.into(), system_now()).map_err(|fault| fault.message)
}

impl RepeatArgs {
    /// The configuration with these.
    pub fn applied_to(&self, config: Config) -> Config {
        Config { clock: self.clock.map_or(ClockMode::System, ClockMode::Frozen), seed: self.seed, ..config }
    }
}
