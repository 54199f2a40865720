//! The first app's pair: flags, then the environment, then `.env`, then a fixed and fake one (design.md 4).

use std::path::Path;

use super::print;
use crate::config::default_pair;
use crate::fixture::defaults::Pair;
use crate::ids::{check_api_key, check_api_secret};
use crate::outcome::{Failure, input};

/// The variables of a pair, in the environment and in `.env`.
pub const KEY_VARIABLE: &str = "STREAM_API_KEY";
/// See [`KEY_VARIABLE`].
pub const SECRET_VARIABLE: &str = "STREAM_API_SECRET";

/// How secrets begin that the control API made: worth nothing anywhere else.
const MADE_SECRET_PREFIX: &str = "mp_secret_";

/// A pair on the command line.
#[derive(Debug, Default, clap::Args)]
pub struct PairArgs {
    /// The api key [default: `STREAM_API_KEY` of the environment, then of .env, then a made-up one]
    #[arg(long, value_name = "KEY")]
    pub api_key: Option<String>,
    /// The secret that belongs to it
    #[arg(long, value_name = "SECRET")]
    pub api_secret: Option<String>,
}

/// Where a pair came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flags,
    /// The environment.
    Environment,
    /// `.env` in the working directory.
    DotEnv,
    /// Nobody named one.
    Default,
}

/// A pair, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The pair.
    pub pair: Pair,
    /// Where it came from.
    pub source: Source,
}

/// Finds the pair.
pub fn resolve(args: &PairArgs) -> Result<Resolved, Failure> {
    let flags = (args.api_key.clone(), args.api_secret.clone());
    choose(flags, (environment(KEY_VARIABLE), environment(SECRET_VARIABLE)), || dot_env(Path::new(".env")))
}

/// The pair of `exec`, which is the same on every machine: what the environment and `.env` say is not even read.
pub fn resolve_alone(args: &PairArgs) -> Result<Resolved, Failure> {
    choose((args.api_key.clone(), args.api_secret.clone()), (None, None), || (None, None))
}

/// The api key that this directory's programs use, be it with a secret or without.
pub fn key_in_use() -> Option<String> {
    environment(KEY_VARIABLE).or_else(|| dot_env(Path::new(".env")).0)
}

type Half = Option<String>;

/// The first place that names a half of a pair has to name the other as well: halves of two places do not belong together.
fn choose(
    flags: (Half, Half),
    environment: (Half, Half),
    dot_env: impl Fn() -> (Half, Half),
) -> Result<Resolved, Failure> {
    let flags = whole(flags, Source::Flags, "on the command line", ["--api-key", "--api-secret"])?;
    if let Some(resolved) = flags {
        return Ok(resolved);
    }
    let variables = [KEY_VARIABLE, SECRET_VARIABLE];
    if let Some(resolved) = whole(environment, Source::Environment, "in the environment", variables)? {
        return Ok(resolved);
    }
    let resolved = whole(dot_env(), Source::DotEnv, "in .env", variables)?;
    Ok(resolved.unwrap_or_else(|| Resolved { pair: default_pair(), source: Source::Default }))
}

fn whole(pair: (Half, Half), source: Source, place: &str, names: [&str; 2]) -> Result<Option<Resolved>, Failure> {
    let [key_name, secret_name] = names;
    let half = |there, missing| {
        input(format!("{there} is given {place} without {missing}. Give both, or neither for a made-up pair."))
    };
    match pair {
        (None, None) => Ok(None),
        (Some(_), None) => Err(half(key_name, secret_name)),
        (None, Some(_)) => Err(half(secret_name, key_name)),
        (Some(key), Some(secret)) => {
            check_api_key(&key).map_err(|why| input(format!("{key_name} {place}: {why}.")))?;
            check_api_secret(&secret).map_err(|why| input(format!("{secret_name} {place}: {why}.")))?;
            Ok(Some(Resolved { pair: Pair { api_key: key, api_secret: secret }, source }))
        }
    }
}

fn environment(name: &str) -> Half {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The pair of a `.env` file; the process's own environment stays as it is. Lines that nobody can read are passed over.
fn dot_env(file: &Path) -> (Half, Half) {
    let (mut key, mut secret) = (None, None);
    let Ok(lines) = dotenvy::from_path_iter(file) else { return (None, None) };
    for line in lines {
        match line {
            Ok((name, value)) if name == KEY_VARIABLE => key = Some(value),
            Ok((name, value)) if name == SECRET_VARIABLE => secret = Some(value),
            // What cannot be read now cannot be read again: a folder of that name would be tried for ever.
            Err(dotenvy::Error::Io(_)) => break,
            _ => {}
        }
    }
    (key.filter(|value| !value.is_empty()), secret.filter(|value| !value.is_empty()))
}

impl Resolved {
    /// Whether somebody asked for this pair.
    pub fn is_given(&self) -> bool {
        self.source != Source::Default
    }

    /// Where it lay about; `None` when it was typed here, or nobody named one.
    pub fn place(&self) -> Option<&'static str> {
        match self.source {
            Source::Environment => Some("the environment"),
            Source::DotEnv => Some(".env"),
            Source::Flags | Source::Default => None,
        }
    }

    /// The place of a secret that may be real; `None` for one that is millpond's own or was typed here.
    pub fn foreign_place(&self) -> Option<&'static str> {
        let secret = &self.pair.api_secret;
        let own = *secret == default_pair().api_secret || secret.starts_with(MADE_SECRET_PREFIX);
        self.place().filter(|_| !own)
    }

    /// Says so when a secret may be real, and refuses it where `NODE_ENV` says production.
    pub fn guard(&self, allow_production: bool) -> Result<(), Failure> {
        let Some(place) = self.foreign_place() else { return Ok(()) };
        let worth = "tokens made here are valid wherever that secret is used";
        if std::env::var_os("NODE_ENV").is_some_and(|mode| mode == "production") && !allow_production {
            return Err(input(format!(
                "NODE_ENV is production and {SECRET_VARIABLE} comes from {place}: {worth}. \
                 Unset one of the two, name a made-up pair with --api-key and --api-secret, or give --allow-production."
            )));
        }
        print::note(&format!("note: {SECRET_VARIABLE} comes from {place}; {worth}"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half(text: &str) -> Half {
        Some(text.to_owned()).filter(|text| !text.is_empty())
    }

    fn chosen(flags: [&str; 2], environment: [&str; 2], dot_env: [&str; 2]) -> Result<(String, Source), String> {
        let pair = |[key, secret]: [&str; 2]| (half(key), half(secret));
        choose(pair(flags), pair(environment), || pair(dot_env))
            .map(|resolved| (format!("{}:{}", resolved.pair.api_key, resolved.pair.api_secret), resolved.source))
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_first_place_that_names_a_pair_wins() {
        let found = |pair: &str, source| Ok((pair.to_owned(), source));
        assert_eq!(chosen(["a", "b"], ["c", "d"], ["e", "f"]), found("a:b", Source::Flags));
        assert_eq!(chosen(["", ""], ["c", "d"], ["e", "f"]), found("c:d", Source::Environment));
        assert_eq!(chosen(["", ""], ["", ""], ["e", "f"]), found("e:f", Source::DotEnv));
        let fake = default_pair();
        let fake = format!("{}:{}", fake.api_key, fake.api_secret);
        assert_eq!(chosen(["", ""], ["", ""], ["", ""]), found(&fake, Source::Default));
    }

    #[test]
    fn half_a_pair_is_refused_even_when_another_place_has_a_whole_one() {
        for (flags, environment, dot_env, missing) in [
            (["a", ""], ["c", "d"], ["e", "f"], "--api-key is given on the command line without --api-secret"),
            (["", ""], ["", "d"], ["e", "f"], "STREAM_API_SECRET is given in the environment without STREAM_API_KEY"),
            (["", ""], ["", ""], ["e", ""], "STREAM_API_KEY is given in .env without STREAM_API_SECRET"),
        ] {
            let refused = chosen(flags, environment, dot_env).expect_err("refused");
            assert!(refused.starts_with(missing), "{refused}");
        }
    }

    #[test]
    fn only_a_secret_that_may_be_real_is_spoken_of() {
        let resolved = |secret: &str, source| Resolved {
            pair: Pair { api_key: "k".to_owned(), api_secret: secret.to_owned() },
            source,
        };
        assert_eq!(resolved("real", Source::Environment).foreign_place(), Some("the environment"));
        assert_eq!(resolved("real", Source::DotEnv).foreign_place(), Some(".env"));
        assert_eq!(resolved("real", Source::Flags).foreign_place(), None);
        assert_eq!(resolved(&default_pair().api_secret, Source::Environment).foreign_place(), None);
        assert_eq!(resolved("mp_secret_x", Source::Environment).foreign_place(), None);
    }

    #[test]
    fn a_folder_named_dot_env_names_no_pair() {
        assert_eq!(dot_env(Path::new(env!("CARGO_MANIFEST_DIR"))), (None, None));
    }
}
