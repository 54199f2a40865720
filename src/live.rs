//! Sockets: who is connected, and what they hear.
//!
//! A socket begins at [`upgrade`], which takes the connection away from the HTTP server; its task is a [`session`]
//! from the first frame to the last. A [`worker`] knows the sockets of its thread and hands them what happens through
//! their [`mailbox`]; the [`hub`] knows the workers, and gets one message for each commit from the store's writer.
//! [`longpoll`] is the same session without a socket. No rule of authentication is here: all doors end in
//! `door::Gate::judge`, and what is open is judged again by the same function whenever something changed.

pub(crate) mod doors;
pub(crate) mod farewell;
pub mod hub;
pub mod limits;
pub(crate) mod longpoll;
pub(crate) mod mailbox;
pub(crate) mod polls;
pub(crate) mod record;
pub(crate) mod session;
pub(crate) mod shown;
pub(crate) mod sign_in;
pub(crate) mod signed_in;
pub mod standing;
pub(crate) mod stream;
pub(crate) mod tell;
pub(crate) mod topics;
pub(crate) mod upgrade;
pub(crate) mod worker;
