//! What holds of every operation: who is let in, who is refused, with which words, in which order.

mod browsers;
mod carriers;
mod claims;
mod dev_tokens;
mod envelope;
mod in_flight;
mod kinds;
mod order;
mod permission;
mod rates;
mod revocation;
mod signature;
mod times;
mod user_states;
