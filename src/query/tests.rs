//! What the tests of every resource share.

pub(crate) mod model;
