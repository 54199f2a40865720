//! Sockets and long-polls, spoken to by a raw client: what goes over the wire, frame by frame.

pub mod client;
mod events;
mod faults;
mod handshake;
mod hello;
mod keep_alive;
mod limits;
mod long_poll;
mod presence;
mod refusals;
mod slow;
mod standing;
mod stop;
mod upsert;
