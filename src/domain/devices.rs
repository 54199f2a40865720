//! What holds of devices, whoever registers them (wire-contract 4.9).

use crate::error::Result;
use crate::model::device::Device;
use crate::store::{WriteTx, devices};

/// The push providers that there are.
pub const PUSH_PROVIDERS: &[&str] = &["firebase", "apn", "huawei", "xiaomi"];
/// A device's id and its hardware's, in characters at the most.
pub const ID_MAX_CHARS: usize = 255;
/// Devices of a user at the most; one more makes the oldest go.
pub const PER_USER_MAX: usize = 25;

/// Registers a device; one of the same id moves to its new user. Only the newest of a user stay.
pub fn register(tx: &WriteTx<'_>, device: &Device) -> Result<()> {
    devices::save(tx, device)?;
    devices::keep_newest(tx, device, PER_USER_MAX)
}
