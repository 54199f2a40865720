//! Numbers: how they spread, how they are printed, what the system says of a process.

use std::fmt;
use std::time::{Duration, Instant};

/// What the same thing measured several times came to.
pub struct Spread(Vec<f64>);

impl Spread {
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// Whether there is anything.
    pub fn is_known(&self) -> bool {
        !self.0.is_empty()
    }

    pub fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    pub fn most(&self) -> f64 {
        self.0[self.0.len() - 1]
    }
}

/// The median, and the least and the most beside it.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} to {})", short(self.median()), short(self.0[0]), short(self.most()))
    }
}

/// A number with the digits that mean something.
pub fn short(number: f64) -> String {
    let decimals = match number.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    format!("{number:.decimals$}")
}

/// What is wanted of a number.
#[derive(Clone, Copy)]
pub enum Aim {
    AtLeast(f64),
    AtMost(f64),
    /// It is only shown.
    None,
}

impl Aim {
    /// The aim in a table, and whether this misses it.
    pub fn of(self, measured: f64) -> String {
        let (aim, is_met) = match self {
            Self::AtLeast(aim) => (aim, measured >= aim),
            Self::AtMost(aim) => (aim, measured <= aim),
            Self::None => return String::new(),
        };
        format!("{aim}{}", if is_met { "" } else { ": missed" })
    }
}

/// How long something takes, in milliseconds, and what it comes to.
pub fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let result = work();
    (milliseconds(begun), result)
}

/// Milliseconds since then.
pub fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}

/// A table with a title, printed at once so that its columns stand in line.
pub struct Table {
    title: &'static str,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new<const N: usize>(title: &'static str, columns: [&str; N]) -> Self {
        Self { title, rows: vec![columns.map(str::to_owned).to_vec()] }
    }

    pub fn row<const N: usize>(&mut self, cells: [&dyn fmt::Display; N]) {
        self.rows.push(cells.map(ToString::to_string).to_vec());
    }

    pub fn print(self) {
        println!("\n{}", self.title);
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths: Vec<_> = (0..self.rows[0].len()).map(width).collect();
        for row in self.rows {
            let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            println!("  {}", cells.join("  ").trim_end());
        }
    }
}

/// Something that is called, and against which of the cases beside it its time is held: against itself it is only shown.
pub struct Case<'a> {
    name: &'static str,
    against: usize,
    aim: Aim,
    call: Box<dyn FnMut() + 'a>,
    us: Vec<f64>,
}

impl<'a> Case<'a> {
    pub fn new(name: &'static str, against: usize, aim: Aim, call: Box<dyn FnMut() + 'a>) -> Self {
        Self { name, against, aim, call, us: Vec::new() }
    }
}

/// Calls the cases by turns, each for so long in each round, and prints how long a call takes, in microseconds.
pub fn compare<const N: usize>(title: &'static str, mut cases: [Case<'_>; N], time: Duration, rounds: usize) {
    for round in 0..=rounds {
        for case in &mut cases {
            let (begun, mut calls) = (Instant::now(), 0_u32);
            while begun.elapsed() < time {
                (case.call)();
                calls += 1;
            }
            // The first round prepares statements.
            if round > 0 {
                case.us.push(begun.elapsed().as_secs_f64() * 1e6 / f64::from(calls));
            }
        }
    }
    let names = cases.each_ref().map(|case| (case.name, case.against, case.aim));
    let spreads = cases.map(|case| Spread::of(case.us));
    let mut table = Table::new(title, ["call", "µs", "times", "against", "aim"]);
    for (at, (name, against, aim)) in names.into_iter().enumerate() {
        let times = spreads[at].median() / spreads[against].median();
        let (shown, other) = if at == against { Default::default() } else { (format!("{times:.2}"), names[against].0) };
        table.row([&name, &spreads[at], &shown, &other, &aim.of(times)]);
    }
    table.print();
}

/// The memory that a process has in use, in KiB; `None` where there is no `/proc`.
pub fn memory_kib(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// The time for which this process's serving and writing threads have run, in nanoseconds; `None` where there is no `/proc`.
///
/// It says what an answer costs more steadily than the clock on the wall, which also counts whoever else uses the machine.
pub fn serving_ns() -> Option<f64> {
    let threads = std::fs::read_dir("/proc/self/task").ok()?;
    let run = threads.flatten().filter_map(|thread| {
        let read = |file| std::fs::read_to_string(thread.path().join(file)).ok();
        let name = read("comm")?;
        let is_serving = ["actix-rt", "millpond-writer", "ideal-writer"].iter().any(|own| name.starts_with(own));
        is_serving.then(|| read("schedstat")?.split(' ').next()?.parse::<f64>().ok()).flatten()
    });
    Some(run.sum())
}
