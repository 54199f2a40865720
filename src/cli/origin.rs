//! `--allow-origin`: pages that may do more than a neighbour's.

/// Whose pages may do everything.
#[derive(Debug, Default, clap::Args)]
pub struct OriginArgs {
    /// An origin whose pages may use the whole control API, such as <http://localhost:5173>; may be given several times.
    /// Without it, pages of other loopback ports may ask the token provider and read what holds no secret
    #[arg(long = "allow-origin", value_name = "ORIGIN", value_parser = origin)]
    pub allowed: Vec<String>,
}

fn origin(text: &str) -> Result<String, String> {
    let fault = "give scheme, host and port, and nothing else: http://localhost:5173".to_owned();
    let (scheme, host) = text.split_once("://").ok_or(fault.clone())?;
    let host = host.trim_end_matches('/');
    let is_bare = !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '*']);
    if is_bare { Ok(format!("{scheme}://{host}")) } else { Err(fault) }
}
