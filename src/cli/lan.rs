//! `--lan`: phones of the network come in, and are told by a picture what they need.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::print::Paint;
use crate::entrance::Lan;
use crate::outcome::{Failure, input};

/// An address of a block that is kept for documents. Nothing is sent to it: the system only says which way it would go.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9);

/// This machine's address in its network: the one that was given, else the one that the system would go out by.
///
/// # Errors
/// When it has none, or that is no address of a network's.
pub fn address(given: Option<IpAddr>) -> Result<IpAddr, Failure> {
    let is_taken = |ip: &IpAddr| ip.is_unspecified() || *ip == IpAddr::V4(Ipv4Addr::LOCALHOST);
    if let Some(given) = given {
        return if is_taken(&given) {
            Err(input("--lan wants this machine's address in its network."))
        } else {
            Ok(given)
        };
    }
    let found = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))
        .and_then(|socket| socket.connect(NOWHERE).and_then(|()| socket.local_addr()))
        .map(|address| address.ip())
        .ok()
        .filter(|ip| !is_taken(ip));
    found.ok_or_else(|| input("this machine has no address in a network; say which with --lan=ADDRESS."))
}

/// What stands below the first screen: where phones come in, and the picture that leads them there.
pub fn text(lan: &Lan, paint: Paint) -> String {
    let page = lan.page();
    let picture = QrCode::new(&page).map(|code| {
        let (light, dark) = (Dense1x2::Dark, Dense1x2::Light);
        // Light on dark, as terminals are; cameras read both.
        code.render::<Dense1x2>().dark_color(dark).light_color(light).build()
    });
    let secure = lan.secure_url.as_ref().map(|url| format!(" and {url}")).unwrap_or_default();
    format!(
        "\nPhones in this network reach Stream's API at {}{secure}, and this page, which has what\nthey need: {page}\n\n{}",
        lan.url,
        picture.map_or_else(|_| String::new(), |picture| paint.bold(&picture)),
    )
}
