//! The `devices` table.

use std::sync::LazyLock;

use rusqlite::{Row, named_params, params};

use super::tx::{ReadTx, WriteTx};
use crate::error::Result;
use crate::model::device::Device;

/// Writes a device; one of the same id moves to this user.
pub fn save(tx: &WriteTx<'_>, device: &Device) -> Result<()> {
    tx.conn().prepare_cached(
        "INSERT INTO devices (app, id, user_id, push_provider, push_provider_name, hardware_id, voip, created_at)
         VALUES (:app, :id, :user, :provider, :name, :hardware, :voip, :at)
         ON CONFLICT (app, id) DO UPDATE SET user_id = excluded.user_id, push_provider = excluded.push_provider,
            push_provider_name = excluded.push_provider_name, hardware_id = excluded.hardware_id, voip = excluded.voip,
            created_at = CASE WHEN user_id = excluded.user_id THEN created_at ELSE excluded.created_at END",
    )?
    .execute(named_params! {
        ":app": tx.app, ":id": device.id, ":user": device.user_id, ":provider": device.push_provider,
        ":name": device.push_provider_name, ":hardware": device.hardware_id, ":voip": device.voip, ":at": device.created_at,
    })?;
    Ok(())
}

/// Removes all but the newest devices of a device's user. Of equally new ones this device stays.
pub fn keep_newest(tx: &WriteTx<'_>, device: &Device, most: usize) -> Result<()> {
    tx.conn().prepare_cached(
        "DELETE FROM devices WHERE app = ?1 AND user_id = ?2 AND id NOT IN (
            SELECT id FROM devices WHERE app = ?1 AND user_id = ?2 ORDER BY created_at DESC, id = ?3 DESC, id LIMIT ?4)",
    )?
    .execute(params![tx.app, device.user_id, device.id, i64::try_from(most).unwrap_or(i64::MAX)])?;
    Ok(())
}

/// Removes a user's device. Answers whether there was one.
pub fn remove(tx: &WriteTx<'_>, user_id: &str, id: &str) -> Result<bool> {
    let gone = tx
        .conn()
        .prepare_cached("DELETE FROM devices WHERE app = ?1 AND user_id = ?2 AND id = ?3")?
        .execute(params![tx.app, user_id, id])?;
    Ok(gone > 0)
}

/// A user's devices, newest first.
pub fn of(tx: &ReadTx<'_>, user_id: &str) -> Result<Vec<Device>> {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {COLUMNS} FROM devices WHERE app = ?1 AND user_id = ?2"));
    let mut query = tx.conn().prepare_cached(&TEXT)?;
    let rows = query.query_map(params![tx.app, user_id], device_of)?;
    let mut devices = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    devices.sort_by(|one, other| (other.created_at, &one.id).cmp(&(one.created_at, &other.id)));
    Ok(devices)
}

/// Every device of the app, by user and id.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Device>> {
    let mut query =
        tx.conn().prepare_cached(&format!("SELECT {COLUMNS} FROM devices WHERE app = ?1 ORDER BY user_id, id"))?;
    let rows = query.query_map([tx.app], device_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const COLUMNS: &str = "id, user_id, push_provider, push_provider_name, hardware_id, voip, created_at";

fn device_of(row: &Row<'_>) -> rusqlite::Result<Device> {
    Ok(Device {
        id: row.get(0)?,
        user_id: row.get(1)?,
        push_provider: row.get(2)?,
        push_provider_name: row.get(3)?,
        hardware_id: row.get(4)?,
        voip: row.get(5)?,
        created_at: row.get(6)?,
    })
}
