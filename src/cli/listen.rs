//! `--tls` and what belongs to it: HTTPS beside HTTP.

use std::path::PathBuf;

use crate::outcome::{Failure, input};
use crate::tls::{Wanted, is_name};

/// Whether and how HTTPS is served.
#[derive(Debug, Default, clap::Args)]
pub struct TlsArgs {
    /// Serve by HTTPS as well: on this port, else on the one behind --port. The first time, an authority is made that can
    /// speak for this machine's names alone; `millpond tls trust` says how to have it trusted
    #[arg(long, value_name = "PORT", num_args = 0..=1, require_equals = true)]
    #[expect(clippy::option_option, reason = "a flag that may have a value, as clap has it")]
    tls: Option<Option<u16>>,
    /// The folder of that authority [default: `tls` beside the database; with --memory a new one each time]
    #[arg(long = "tls-dir", value_name = "DIR", requires = "tls")]
    folder: Option<PathBuf>,
    /// A further name or address under which HTTPS is served; may be given several times
    #[arg(long = "tls-name", value_name = "NAME", requires = "tls", value_parser = name)]
    names: Vec<String>,
}

impl TlsArgs {
    /// What is wanted beside HTTP on this port.
    ///
    /// # Errors
    /// When both would have one port.
    pub fn wanted(&self, port: u16) -> Result<Option<Wanted>, Failure> {
        let Some(asked) = self.tls else { return Ok(None) };
        let behind = || if port == 0 { Some(0) } else { port.checked_add(1) };
        let secure = asked.or_else(behind).filter(|secure| *secure == 0 || *secure != port);
        let port = secure.ok_or_else(|| input("HTTPS needs a port of its own: --tls=PORT."))?;
        Ok(Some(Wanted { port, folder: self.folder.clone(), names: self.names.clone() }))
    }
}

fn name(text: &str) -> Result<String, String> {
    let fault = "it is neither a host name nor an address";
    is_name(text).then(|| text.to_owned()).ok_or_else(|| fault.to_owned())
}
