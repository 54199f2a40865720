//! A JSON value that somebody wrote: in a file, or on stdin.

use std::io::Read;

use crate::outcome::{Failure, input};
use serde_json::Value;

/// The largest file that is read: more than any route takes.
const FILE_MAX_BYTES: u64 = 8 * 1024 * 1024;

/// Reads a file; `-` is stdin.
pub fn read(file: &str) -> Result<Value, Failure> {
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().lock().take(FILE_MAX_BYTES).read_to_string(&mut text),
        _ => std::fs::File::open(file).and_then(|file| file.take(FILE_MAX_BYTES).read_to_string(&mut text)),
    };
    read.map_err(|cause| input(format!("cannot read {file}: {cause}")))?;
    serde_json::from_str(&text).map_err(|cause| input(format!("{file} is not JSON: {cause}")))
}
