//! What holds of devices, whoever registers them (wire-contract 4.9).

use crate::error::Result;
use crate::model::device::Device;
use crate::model::device::PER_USER_MAX;
use crate::store::{WriteTx, devices};

/// Registers a device; one of the same id moves to its new user. Only the newest of a user stay.
pub fn register(tx: &WriteTx<'_>, device: &Device) -> Result<()> {
    devices::save(tx, device)?;
    devices::keep_newest(tx, device, PER_USER_MAX)
}
