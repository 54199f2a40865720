//! Who listens on an address, where that can be told.

use std::fs;
use std::net::SocketAddr;

use crate::client::{Client, Found};

/// The program that listens on this port, as `name (process id N)`. Read from `/proc`; `None` elsewhere.
pub fn of(address: SocketAddr) -> Option<String> {
    let inode = listening_inode(address.port())?;
    let wanted = format!("socket:[{inode}]");
    for process in fs::read_dir("/proc").ok()?.flatten() {
        let pid = process.file_name().into_string().ok().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
        let (Some(pid), Ok(files)) = (pid, fs::read_dir(process.path().join("fd"))) else { continue };
        if files
            .flatten()
            .any(|file| fs::read_link(file.path()).is_ok_and(|target| target.as_os_str() == wanted.as_str()))
        {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some(format!("{} (process id {pid})", name.trim()));
        }
    }
    None
}

/// The address of the millpond that answers there, if one does.
pub fn millpond_at(address: SocketAddr) -> Option<String> {
    let client = Client::new(format!("http://{address}"), Found::Flag);
    client.check().is_ok().then_some(client.url)
}

/// The socket that listens on a port: column 2 is the local address, 4 the state (`0A` listens), 10 the inode.
fn listening_inode(port: u16) -> Option<String> {
    let suffix = format!(":{port:04X}");
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
        let table = fs::read_to_string(table).ok()?;
        table.lines().skip(1).find_map(|line| {
            let columns: Vec<_> = line.split_whitespace().collect();
            let listens = columns.get(1)?.ends_with(&suffix) && *columns.get(3)? == "0A";
            listens.then(|| columns.get(9).map(|inode| (*inode).to_owned()))?
        })
    })
}
