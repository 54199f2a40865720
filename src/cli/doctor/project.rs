//! `doctor --project`: clients of Stream's SDKs that would call production, and how each is pointed here.

use std::path::Path;

use serde::Serialize;

use super::{Finding, Level, finding, fine, note};
use crate::outcome::{Failure, input};
use crate::project::clients::{self, Made, Standing};
use crate::project::sdks::Without;
use crate::project::walk::{self, FILE_MAX_BYTES, FILES_MAX, Walked};

/// How many calls are told one by one; of more, how many there are.
const TOLD_MAX: usize = 200;

/// A call that makes a client, as a program reads it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Client {
    file: String,
    line: usize,
    code: String,
    sdk: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// What a folder's source files have.
pub fn look(folder: &Path) -> Result<Vec<Finding>, Failure> {
    if !folder.is_dir() {
        return Err(input(format!("--project: {} is no folder.", folder.display())));
    }
    let (mut told, mut untold) = (Vec::new(), 0);
    let (mut pointed, mut by_variable) = (0, Vec::new());
    let walked = walk::sources(folder, |path, language, text| {
        for made in clients::clients(language, text) {
            match made.standing {
                Standing::Pointed => pointed += 1,
                Standing::ByVariable(name) => by_variable.push(name),
                Standing::Astray | Standing::Unclear | Standing::Fixed if told.len() == TOLD_MAX => untold += 1,
                Standing::Astray | Standing::Unclear | Standing::Fixed => told.push(tell(path, made)),
            }
        }
    });
    let walked = walked.map_err(|cause| input(format!("--project: {} cannot be read: {cause}.", folder.display())))?;
    let mut findings = vec![files(folder, &walked)];
    findings.extend(counted(pointed, "given a base URL").map(|text| fine("clients", text)));
    let count = by_variable.len();
    by_variable.sort_unstable();
    by_variable.dedup();
    let how =
        format!("reading {} by themselves, which `millpond exec` and `millpond env` set", by_variable.join(" and "));
    findings.extend(counted(count, &how).map(|text| fine("clients", text)));
    findings.extend(told);
    findings.extend(counted(untold, "more like these").map(|text| finding("clients", Level::Wrong, text)));
    if findings.len() == 1 && walked.read > 0 {
        findings.push(note("clients", "no client of a known SDK is made here"));
    }
    Ok(findings)
}

fn counted(count: usize, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1, {what}")),
        _ => Some(format!("{count}, {what}")),
    }
}

/// What was looked through. What was not is said, lest it be taken for fine.
fn files(folder: &Path, walked: &Walked) -> Finding {
    let read = format!("{} source files of {} were read", walked.read, folder.display());
    let left_out: Vec<_> = walked.left_out.iter().map(String::as_str).collect();
    let but = [
        (walked.read == 0)
            .then(|| "so nothing is known of it: is it the folder, and does its .gitignore leave any?".to_owned()),
        (walked.too_large > 0).then(|| format!("{} are larger than {} KiB", walked.too_large, FILE_MAX_BYTES / 1024)),
        (walked.unreadable > 0).then(|| format!("{} cannot be read", walked.unreadable)),
        walked.more.then(|| format!("there are more than {FILES_MAX}: name a folder below")),
        (walked.links > 0).then(|| format!("{} links were not followed", walked.links)),
        (!left_out.is_empty()).then(|| format!("folders that were not looked into: {}", left_out.join(", "))),
    ];
    let but: Vec<_> = but.into_iter().flatten().collect();
    if but.is_empty() { fine("project", read) } else { note("project", format!("{read}; {}", but.join("; "))) }
}

fn tell(path: &Path, made: Made) -> Finding {
    let (level, why) = match made.standing {
        Standing::Unclear => (Level::Note, "its options come from elsewhere: have them give"),
        Standing::Fixed => (Level::Note, "this SDK cannot be pointed elsewhere without a patch; see docs/mobile.md"),
        Standing::Astray | Standing::Pointed | Standing::ByVariable(_) => (Level::Wrong, "calls production; write"),
    };
    let how = match made.sdk.without {
        Without::Production(how) => format!(" {how}"),
        Without::Variable(_) | Without::Fixed => String::new(),
    };
    let fix = Some(format!("{}: {why}{how}", made.sdk.package));
    let client =
        Client { file: path.display().to_string(), line: made.line, code: made.code, sdk: made.sdk.package, fix };
    let text = format!("{}:{}: {}", client.file, client.line, client.code);
    Finding { client: Some(client), ..finding("client", level, text) }
}
