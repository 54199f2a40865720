//! Sockets: who is connected, and what they hear.
//!
//! A socket begins at [`upgrade`], which takes the connection away from the HTTP server; its task is a [`session`]
//! from the first frame to the last. A [`worker`] knows the sockets of its thread and hands them what happens through
//! their [`mailbox`]; the [`hub`] knows the workers, and gets one message for each commit from the store's writer.
//! [`longpoll`] is the same session without a socket. No rule of authentication is here: all doors end in
//! `door::Gate::judge`, and what is open is judged again by the same function whenever something changed.

pub mod doors;
pub mod farewell;
pub mod hub;
pub mod limits;
pub mod longpoll;
pub mod mailbox;
pub mod polls;
pub mod record;
pub mod session;
pub mod shown;
pub mod sign_in;
pub mod signed_in;
pub mod standing;
pub mod tell;
pub mod topics;
pub mod upgrade;
pub mod worker;
