//! Time. One clock per app.

mod duration;
mod history;
mod time;

pub use duration::{DurationNs, parse_duration};
pub use history::{Clock, ClockMode, History, MOVES_MAX, Moment, Run};
pub use time::{SECOND_NS, Stopwatch, Time, TimeFault, system_now};
