//! The log, to stderr. By default one line for each refused call. `RUST_LOG` is not read: it belongs to the developer's own program.

use std::fmt::{self, Write as _};

use clap::ValueEnum;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use super::print::{Paint, plain};
use crate::clock::system_now;
use crate::operation::table::UNKNOWN;
use crate::outcome::{Failure, input};

/// What is logged unless another filter is given.
pub const FILTER_DEFAULT: &str = "warn,millpond=info";

/// The target under which each call is logged (reply.rs).
const REQUEST_TARGET: &str = "millpond::request";

/// The log's form.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Format {
    /// One short line each, for people.
    #[default]
    Text,
    /// One JSON object each, for programs.
    Json,
}

/// What the HTTP library says of an answer that breaks off. Only faults make one do so, and a call that was cut is logged
/// as such. A filter that names the target itself wins.
const BROKEN_ANSWERS: &str = "actix_http::h1::dispatcher=off";

/// Libraries that see requests and frames may say what is in them below this level: tokens. No filter lets that through.
const OF_OTHERS: LevelFilter = LevelFilter::INFO;

/// Whether a library's line may be logged at all: ours never say a token.
fn is_silent_on_tokens(of: &Metadata<'_>) -> bool {
    let target = of.target();
    target == "millpond" || target.starts_with("millpond::") || *of.level() <= OF_OTHERS
}

/// Sets the log up for the process.
pub fn start(filter: &str, format: Format) -> Result<(), Failure> {
    let whole = format!("{BROKEN_ANSWERS},{filter}");
    let filter = EnvFilter::builder().parse(whole).map_err(|cause| {
        input(format!("--log: `{filter}` is no filter ({cause}). Examples: millpond=debug; warn,millpond=info; off."))
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let silent = filter_fn(is_silent_on_tokens);
    let started = match format {
        Format::Json => log.json().finish().with(silent).try_init(),
        Format::Text => log.event_format(Compact(Paint::stderr())).finish().with(silent).try_init(),
    };
    started.map_err(|cause| Failure::Other(anyhow::anyhow!("cannot start the log: {cause}")))
}

/// `12:30:01 refused GetApp 401, code 40, john, expiry: JWTAuth error: token is expired (exp)`.
struct Compact(Paint);

impl<S, N> FormatEvent<S, N> for Compact
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let now = system_now().rfc3339();
        let clock = now.get(11..19).unwrap_or_default();
        write!(writer, "{} ", self.0.dim(clock))?;
        let line = if event.metadata().target() == REQUEST_TARGET {
            call(&fields, self.0)
        } else {
            other(*event.metadata().level(), &fields, self.0)
        };
        writeln!(writer, "{line}")
    }
}

fn call(fields: &Fields, paint: Paint) -> String {
    let of = |name| fields.of(name);
    let status = of("status");
    // What no route has goes by what was called.
    let operation = match of("operation") {
        operation if operation == UNKNOWN.name => format!("{operation} {} {}", of("method"), of("path")),
        operation => operation.to_owned(),
    };
    let operation = operation.as_str();
    if status == "0" {
        return format!("{} {operation}: the connection, by a fault", paint.yellow("cut"));
    }
    if of("code") == "0" {
        return format!("answered {operation} {status}, {}, {} ms", of("caller"), of("duration_ms"));
    }
    let said = |name| match of(name) {
        "" => String::new(),
        text => format!(", {text}"),
    };
    let (user, check) = (said("user"), said("check"));
    let why = match of("seen") {
        "" => String::new(),
        seen => format!(" ({seen}; wanted: {})", of("wanted")),
    };
    let refused = paint.yellow("refused");
    format!("{refused} {} {status}, code {}{user}{check}: {}{why}", paint.bold(operation), of("code"), of("reason"))
}

fn other(level: Level, fields: &Fields, paint: Paint) -> String {
    let level = match level {
        Level::ERROR => paint.red("error"),
        Level::WARN => paint.yellow("warning"),
        Level::INFO => "info".to_owned(),
        Level::DEBUG => "debug".to_owned(),
        Level::TRACE => "trace".to_owned(),
    };
    let mut line = format!("{level}: {}", fields.of("message"));
    for (name, value) in fields.0.iter().filter(|(name, _)| *name != "message" && !name.starts_with("log.")) {
        // Writing to a string cannot fail.
        let _ = write!(line, " {name}={value}");
    }
    line
}

/// An event's fields as plain text: a caller's words are among them.
#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn of(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), plain(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), plain(&format!("{value:?}"))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(list: &[(&'static str, &str)]) -> Fields {
        Fields(list.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
    }

    #[test]
    fn a_refused_call_is_one_line_with_its_code_and_check() {
        let mut list = vec![("operation", "GetApp"), ("status", "401"), ("code", "40"), ("check", "expiry")];
        list.push(("reason", "JWTAuth error: token is expired (exp)"));
        assert_eq!(
            call(&fields(&list), Paint::OFF),
            "refused GetApp 401, code 40, expiry: JWTAuth error: token is expired (exp)"
        );
        list.push(("user", "john"));
        assert!(call(&fields(&list), Paint::OFF).starts_with("refused GetApp 401, code 40, john, expiry: JWT"));
        list.retain(|(name, _)| *name != "check" && *name != "user");
        assert!(call(&fields(&list), Paint::OFF).starts_with("refused GetApp 401, code 40: JWT"));
        list.extend([("seen", "exp 5"), ("wanted", "no exp")]);
        assert!(call(&fields(&list), Paint::OFF).ends_with("token is expired (exp) (exp 5; wanted: no exp)"));
    }
}
