// Users through Stream's own operations, with a server token.

import { ofApp, read, stream, streamWrite } from "./api.js";
import { cli } from "./curl.js";
import { OF_THE_APP } from "./revocation.js";
import { rfc3339 } from "./time.js";

export const PAGE = 100; // what QueryUsers gives at the most

/** Fields to sort by, and whether a user can be without one. */
export const SORTS = [
  ["created_at", "Created"], ["updated_at", "Updated"], ["last_active", "Last active"], ["name", "Name"], ["id", "ID"], ["role", "Role"],
];
const TIMES = ["created_at", "updated_at", "last_active"];

/** States to look for; those of `LISTED` are no fields of a filter, and the control API lists by them. */
export const STATES = [
  ["", "All but deleted"], ["online", "Online"], ["active", "Not deactivated"], ["deactivated", "Deactivated"], ["banned", "Banned"], ["deleted", "Deleted"],
];
const LISTED = ["online", "deactivated", "deleted"];

/** Texts that were typed: JSON is a filter as QueryUsers takes it; all else is looked for in ids and names. */
export function filterOf({ text = "", role = "", state = "" }) {
  const parts = [];
  const typed = text.trim();
  if (typed.startsWith("{")) parts.push(JSON.parse(typed));
  else if (typed) parts.push({ $or: [{ id: { $autocomplete: typed } }, { name: { $autocomplete: typed } }, { id: typed }] });
  if (role) parts.push({ role });
  if (state === "banned") parts.push({ $or: [{ banned: true }, { shadow_banned: true }] });
  return parts.length === 0 ? {} : parts.length === 1 ? parts[0] : { $and: parts };
}

/** What comes after a user in an order by `field` and id. Users without the field come first going up, last going down. */
function after(last, field, direction) {
  const beyond = direction === 1 ? "$gt" : "$lt";
  if (field === "id") return { id: { [beyond]: last.id } };
  const value = TIMES.includes(field) && last[field] ? rfc3339(last[field]) : last[field];
  const sameOnes = { $and: [{ [field]: value ?? null }, { id: { $gt: last.id } }] };
  if (value === undefined) return direction === 1 ? { $or: [sameOnes, { [field]: { $exists: true } }] } : sameOnes;
  const further = [{ [field]: { [beyond]: value } }];
  if (direction === -1) further.push({ [field]: { $exists: false } });
  return { $or: [sameOnes, ...further] };
}

/** The next page of users after `last`, or the first. */
export async function queryUsers(app, { filter, field, direction, last, signal, state }) {
  const whole = last ? { $and: [filter, after(last, field, direction)] } : filter;
  const sort = field === "id" ? [{ field, direction }] : [{ field, direction }, { field: "id", direction: 1 }];
  if (LISTED.includes(state)) {
    const query = new URLSearchParams({ state, filter: JSON.stringify(whole), sort: JSON.stringify(sort), limit: PAGE });
    return (await read(ofApp(app, `/users?${query}`), { signal })).users;
  }
  const payload = { filter_conditions: whole, sort, limit: PAGE, include_deactivated_users: state !== "active" };
  const { users } = await stream(app, "GET", "/api/v2/users", { query: { payload: JSON.stringify(payload) }, signal });
  return users;
}

export async function getUser(app, id, signal) {
  const payload = { filter_conditions: { id }, include_deactivated_users: true };
  const { users } = await stream(app, "GET", "/api/v2/users", { query: { payload: JSON.stringify(payload) }, signal });
  return users[0];
}

const USERS = "/api/v2/users";
const inPath = (id) => `${USERS}/${encodeURIComponent(id)}`;

export const upsert = (app, user) =>
  streamWrite(app, `Created ${user.id}.`, "POST", USERS, { body: { users: { [user.id]: user } } });

export const patchUser = (app, id, set, unset, undo) =>
  streamWrite(app, `Saved ${id}.`, "PATCH", USERS, { body: { users: [{ id, set, unset }] }, undo });

export const deactivate = (app, id, undo) => streamWrite(app, `Deactivated ${id}.`, "POST", `${inPath(id)}/deactivate`, { body: {}, undo });
export const reactivate = (app, id) => streamWrite(app, `Reactivated ${id}.`, "POST", `${inPath(id)}/reactivate`, { body: {} });

export function remove(app, id, mode, undo) {
  const rest = mode === "hard" ? { messages: "hard", conversations: "hard" } : {};
  return streamWrite(app, `Deleted ${id}.`, "POST", `${USERS}/delete`, { body: { user_ids: [id], user: mode, ...rest }, undo });
}

export const restore = (app, ids) => streamWrite(app, `Restored ${ids.join(", ")}.`, "POST", `${USERS}/restore`, { body: { user_ids: ids } });

export function ban(app, id, { shadow, timeout, reason }, undo) {
  const body = { target_user_id: id, shadow, ...(timeout ? { timeout } : {}), ...(reason ? { reason } : {}) };
  return streamWrite(app, `Banned ${id}.`, "POST", "/api/v2/moderation/ban", { body, undo });
}

export const unban = (app, id) =>
  streamWrite(app, `Unbanned ${id}.`, "POST", "/api/v2/moderation/unban", { query: { target_user_id: id }, body: {} });

/** Refuses the user's tokens issued before this moment, of the app's clock or of the wall's; `null` takes it back. */
export function revoke(app, id, { before, isOfTheApp }, undo) {
  const what = before === null ? `Undone: ${id}’s tokens are no longer revoked.` : `Revoked ${id}’s tokens issued before ${before}.`;
  const line = cli(app, "revoke-token", "--user", id, ...(before === null ? ["--undo"] : ["--before", before]));
  const body = { users: [{ id, set: { revoke_tokens_issued_before: before } }] };
  return streamWrite(app, what, "PATCH", USERS, { body, line, undo, headers: isOfTheApp ? OF_THE_APP : {} });
}

export const devices = async (app, id, signal) => (await stream(app, "GET", "/api/v2/devices", { query: { user_id: id }, signal })).devices;
export const removeDevice = (app, id, device) =>
  streamWrite(app, `Removed a device of ${id}.`, "DELETE", "/api/v2/devices", { query: { user_id: id, id: device } });
export const blocks = async (app, id, signal) => (await stream(app, "GET", `${USERS}/block`, { query: { user_id: id }, signal })).blocks;
export const unblock = (app, id, blocked) =>
  streamWrite(app, `${id} no longer blocks ${blocked}.`, "POST", `${USERS}/unblock`, { body: { user_id: id, blocked_user_id: blocked } });
export const roles = async (app, signal) => (await stream(app, "GET", "/api/v2/roles", { signal })).roles.map(({ name }) => name);
