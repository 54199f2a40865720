// One user beside the list: what can be done, its fields, tokens, devices, blocks, connections, last requests.

import { ask, ofApp, read } from "./api.js";
import { count } from "./app-settings.js";
import { cli } from "./curl.js";
import { badge, button, copyButton, failed, fill, field, h, input, loading, select, statusLine } from "./dom.js";
import { askForm } from "./dialog.js";
import { closeConnection } from "./connection-actions.js";
import { sdkName } from "./sdk.js";
import { both, exact, ms, relative, rfc3339 } from "./time.js";
import { revocationTime } from "./revocation.js";
import { drawToken } from "./token-view.js";
import { customChange, userFields } from "./user-form.js";
import * as api from "./users-api.js";
import { tell, wholeNumber } from "./wrong.js";

export function states(user) {
  return [
    user.online ? badge("online", "good") : null,
    user.deactivated_at ? badge("deactivated", "bad") : null,
    user.deleted_at ? badge("deleted", "bad") : null,
    user.banned ? badge("banned", "bad") : null,
    user.shadow_banned ? badge("shadow banned", "bad") : null,
    user.revoke_tokens_issued_before ? badge("tokens revoked", "warn") : null,
    user.invisible ? badge("invisible") : null,
  ];
}

export async function drawUser(context, detail, id, { changed, close, roles }) {
  const { app, signal } = context;
  const head = (name) => h("div", { class: "card-head sticky" },
    h("h2", { tabindex: "-1" }, name), button("Close", close, { class: "small", "data-close": true }));
  fill(detail, head(id), loading());
  let user;
  try {
    user = await api.getUser(app, id, signal);
  } catch (failure) {
    if (!signal.aborted) fill(detail, head(id), failed(failure, () => drawUser(context, detail, id, { changed, close, roles })));
    return;
  }
  if (signal.aborted || detail.hidden) return;
  if (!user) {
    fill(detail, head(id), h("div", { class: "empty" }, h("p", { class: "empty-title" }, "No such user"), h("p", {}, "Nobody has this id, or the user is deleted."),
      button("Restore a deleted user", async () => {
        try {
          await api.restore(app, [id]);
          await changed(id);
          await again();
        } catch (failure) {
          fill(detail.querySelector(".empty"), failed(failure));
        }
      })));
    return;
  }
  const again = () => (detail.hidden ? undefined : drawUser(context, detail, id, { changed, close, roles }));
  const done = async () => { await changed(id); await again(); };
  const connections = h("div", {}, loading());
  const parts = { devices: h("div", {}, loading()), blocks: h("div", {}, loading()), requests: h("div", {}, loading()) };
  fill(
    detail,
    head(user.name || user.id),
    h("p", { class: "with-tools" }, h("code", {}, user.id), copyButton(user.id, "the user’s id"), states(user)),
    actions(context, user, done, changed),
    tokenPart(context, user, done),
    part("Open connections", connections),
    part("Last requests", parts.requests, h("a", { href: context.href("requests", { user: `=${user.id}` }) }, "All")),
    editPart(context, user, roles, done),
    part("Devices", parts.devices),
    part("Blocks", parts.blocks),
    part("Facts", h("dl", { class: "facts" }, times(user, context.clock()).map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))))),
  );
  detail.scrollTop = 0;
  detail.querySelector("h2").focus({ preventScroll: true });
  later(connections, () => drawConnections(context, user, connections));
  later(parts.devices, async () => lines(parts.devices, "No device.", (await api.devices(app, user.id, signal)).map((device) =>
    [h("code", {}, device.id), `${device.push_provider}, since ${exact(ms(device.created_at))}`, button("Remove", () => later(parts.devices, () => api.removeDevice(app, user.id, device.id).then(again)), { class: "small" })])));
  later(parts.blocks, async () => lines(parts.blocks, "Blocks nobody.", (await api.blocks(app, user.id, signal)).map((block) =>
    [h("a", { href: context.href("users", { user: block.blocked_user_id }) }, block.blocked_user_id), `since ${exact(ms(block.created_at))}`, button("Unblock", () => later(parts.blocks, () => api.unblock(app, user.id, block.blocked_user_id).then(again)), { class: "small" })])));
  later(parts.requests, () => drawRequests(context, user, parts.requests));
}

const part = (title, body, more) => h("section", { class: "part" }, h("div", { class: "card-head" }, h("h3", {}, title), more), body);

const later = (target, draw) => Promise.resolve().then(draw).catch((failure) => {
  if (failure.name !== "AbortError") fill(target, h("p", { class: "about" }, failure.missing ? "This millpond does not tell." : failure.message));
});

const lines = (target, none, rows) => fill(target, rows.length === 0
  ? h("p", { class: "about" }, none)
  : h("ul", { class: "lines" }, rows.map(([name, about, ...tools]) => h("li", {}, h("span", { class: "name" }, name), h("span", { class: "about" }, about), h("span", { class: "actions" }, tools)))));

function times(user, clock) {
  const rows = [["Created", user.created_at], ["Updated", user.updated_at], ["Last active", user.last_active], ["Deactivated", user.deactivated_at], ["Tokens revoked, issued before", user.revoke_tokens_issued_before], ["Ban ends", user.ban_expires]];
  return rows.filter(([, value]) => value).map(([label, value]) => [label, both(ms(value), clock)]);
}

// ---- what can be done ----

function actions(context, user, done, changed) {
  const { app } = context;
  const { id } = user;
  const status = statusLine();
  const doing = (act) => async () => {
    try {
      await act();
      await done();
    } catch (failure) {
      status.say(failure.message, "bad");
    }
  };
  const banned = user.banned || user.shadow_banned;
  return h(
    "div", {},
    h("div", { class: "actions" },
      banned
        ? button("Unban", doing(() => api.unban(app, id)), { class: "small" })
        : button("Ban…", () => askBan(context, user, done), { class: "small" }),
      user.deactivated_at
        ? button("Reactivate", doing(() => api.reactivate(app, id)), { class: "small" })
        : button("Deactivate…", () => askForm(`Deactivate ${id}?`, {
          about: "Every call of this user is refused with code 16 until it is reactivated; its open connections are closed, as set.",
          action: "Deactivate",
          danger: true,
          submit: async () => { await api.deactivate(app, id, async () => { await api.reactivate(app, id); await done(); }); await done(); },
        }), { class: "small" }),
      button("Delete…", () => askDelete(context, user, changed), { class: "small danger-text" })),
    status,
  );
}

function askBan(context, user, done) {
  const { app } = context;
  const [minutes, reason] = [input({ class: "mono", inputmode: "numeric", placeholder: "for ever" }), input()];
  const shadow = h("input", { type: "checkbox" });
  askForm(`Ban ${user.id}`, {
    about: "Signing in stays possible, as in production; what a ban keeps from doing is Chat’s.",
    fields: [field("Minutes", minutes), field("Reason", reason), h("label", { class: "check-line" }, shadow, " Shadow ban: the user is not told")],
    inputs: { timeout: minutes, reason },
    action: "Ban",
    danger: true,
    submit: async () => {
      const timeout = wholeNumber(minutes);
      await api.ban(app, user.id, { shadow: shadow.checked, timeout, reason: reason.value }, async () => { await api.unban(app, user.id); await done(); });
      await done();
    },
  });
}

function askDelete(context, user, changed) {
  const { app } = context;
  const mode = select([["soft", "Soft: can be restored"], ["pruning", "Pruning: can be restored, messages are gone"], ["hard", "Hard: gone for good"]], "soft");
  askForm(`Delete ${user.id}?`, {
    fields: [field("How", mode)],
    action: "Delete",
    danger: true,
    submit: async () => {
      const undo = mode.value === "hard" ? undefined : async () => { await api.restore(app, [user.id]); context.go("users", { user: user.id }); };
      await api.remove(app, user.id, mode.value, undo);
      await changed(user.id, true);
    },
  });
}

// ---- tokens ----

function tokenPart(context, user, done) {
  const { app } = context;
  const out = h("div", { class: "stack" });
  const status = statusLine();
  const validity = select([["1h", "1 hour"], ["1d", "1 day"], ["30d", "30 days"], ["", "never expires"]], "1h", { "aria-label": "Valid for" });
  const mint = async () => {
    try {
      const { token, claims } = await ask(ofApp(app, "/tokens"), { kind: "user", user_id: user.id, ...(validity.value ? { ttl: validity.value } : { no_expiry: true }) });
      fill(out, drawToken(token),
        h("p", { class: "about" }, claims.exp ? `Expires ${exact(claims.exp * 1000)}.` : "Never expires."),
        h("code", { class: "line", tabindex: "0" }, cli(app, "token", user.id, ...(validity.value ? ["--ttl", validity.value] : ["--no-expiry"]))),
        h("div", { class: "actions" }, copyButton(token, "the token", { label: "Copy token" })));
    } catch (failure) {
      status.say(failure.message, "bad");
    }
  };
  const current = user.revoke_tokens_issued_before;
  const set = async (when) => {
    const was = { before: current ? rfc3339(current) : null, isOfTheApp: true };
    await api.revoke(app, user.id, when, async () => { await api.revoke(app, user.id, was); await done(); });
    await done();
  };
  const undo = () => set({ before: null }).catch((failure) => status.say(failure.message, "bad"));
  const askRevoke = async () => {
    const when = input({ class: "mono", placeholder: "now" });
    const said = () => when.value.trim();
    const open = await read(ofApp(app, `/connections?user_id=${encodeURIComponent(user.id)}`)).then(({ connections }) => count(connections.length, "open connection"), () => "open connections");
    askForm(`Revoke ${user.id}’s tokens?`, {
      about: `Those issued before a moment, and those without iat, are refused from now on with code 40. Affects 1 user, ${open}.`,
      fields: [field("Issued before", when, { hint: "By the app’s clock, such as 2026-01-31T12:00:00Z; empty: now" })],
      action: "Revoke",
      danger: true,
      inputs: { revoke_tokens_issued_before: when },
      line: () => cli(app, "revoke-token", "--user", user.id, ...(said() ? ["--before", said()] : [])),
      submit: async () => set(await revocationTime(context, when)),
    });
  };
  return part("Tokens", h("div", { class: "stack" },
    current ? h("p", { class: "warn" }, `Those issued before ${both(ms(current), context.clock())} are refused.`) : null,
    h("div", { class: "actions" },
      validity, button("Mint a token", mint, { class: "small" }),
      button("Revoke tokens…", askRevoke, { class: "small" }),
      current ? button("Undo the revocation", undo, { class: "small" }) : null),
    status, out));
}

// ---- fields ----

function editPart(context, user, roles, done) {
  const { app, signal } = context;
  const form = userFields(user, roles);
  const status = statusLine();
  let seen = user;
  async function save(event) {
    event.preventDefault();
    try {
      const { set, unset } = form.changes();
      if (Object.keys(set).length + unset.length === 0) return status.say("Nothing is changed.");
      const now = await api.getUser(app, user.id, signal);
      if (now && now.updated_at !== seen.updated_at) {
        seen = now;
        return status.say(`Not saved: somebody else changed ${user.id} meanwhile (${exact(ms(now.updated_at))}). Save again to set yours, or close and open the user to see theirs.`, "bad");
      }
      const undo = undone(user, set, unset, form.custom());
      await api.patchUser(app, user.id, set, unset, async () => { await api.patchUser(app, user.id, undo.set, undo.unset); await done(); });
      await done();
    } catch (failure) {
      tell(failure, status, form.inputs, "Not saved: ");
    }
  }
  return h("details", { class: "part", open: true }, h("summary", {}, "Edit"),
    h("form", { novalidate: true, onsubmit: save }, form.element, status, h("div", { class: "actions" }, h("button", { class: "primary" }, "Save user"))));
}

/** What takes a change of fields back. */
function undone(user, set, unset, custom) {
  const back = { set: {}, unset: [] };
  for (const key of [...Object.keys(set), ...unset].filter((one) => one !== "custom" && !one.startsWith("custom."))) {
    if (user[key] === undefined || user[key] === "") back.unset.push(key);
    else back.set[key] = user[key];
  }
  const change = customChange(custom, user.custom ?? {});
  if (change.set) back.set.custom = change.set;
  back.unset.push(...change.unset);
  return back;
}

// ---- connections, requests ----

async function drawConnections(context, user, target) {
  const { connections } = await read(ofApp(context.app, `/connections?user_id=${encodeURIComponent(user.id)}`), { signal: context.signal });
  const now = context.clock().now();
  lines(target, "Not connected.", connections.filter((one) => one.user_id === user.id).map((one) => [
    h("span", { title: one.sdk }, sdkName(one.sdk)), `since ${relative(Date.parse(one.opened_at) - now)}`,
    button("Close", () => later(target, () => closeConnection(context.app, one).then(() => drawConnections(context, user, target))), { class: "small" })]));
}

async function drawRequests(context, user, target) {
  const { requests } = await read(ofApp(context.app, `/requests?user_id=${encodeURIComponent(user.id)}&limit=5&order=desc`), { signal: context.signal });
  const now = context.clock().now();
  lines(target, "None.", requests.map((one) => [
    h("a", { href: context.href("requests", { user: `=${user.id}`, id: one.id }) }, one.operation ?? `${one.method} ${one.path}`),
    relative(Date.parse(one.at) - now), one.code ? badge(`code ${one.code}`, "bad") : one.method === "EVENT" ? badge("event") : badge(String(one.status), "good")]));
}
