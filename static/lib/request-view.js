// One request of the journal: why it was let in or refused, what was sent, what was answered.

import { ofApp, read } from "./api.js";
import { ofStream } from "./curl.js";
import { badge, button, code, copyButton, facts, fill, h } from "./dom.js";
import { both, exact } from "./time.js";
import { drawChecks } from "./token-view.js";

/** `ok`, `refused`, `failed`, or `event` for what was no call. */
export function tone(entry) {
  if (entry.outcome === "refused" || entry.outcome === "failed") return entry.outcome;
  if (entry.code > 0 || entry.status >= 400) return "refused";
  return entry.method === "EVENT" ? "event" : "ok";
}

/** In a line: why. */
export function reason(entry) {
  if (entry.message) return entry.message;
  const failing = entry.checks?.find((check) => check.outcome === "fail");
  if (failing) return `${failing.name.replaceAll("_", " ")}: ${failing.seen ?? "failed"}`;
  return { ok: "let in", event: "sent" }[tone(entry)] ?? tone(entry);
}

/** `isOfApp`: its journal has more of it than the list tells. */
export function drawRequest(context, detail, entry, close, { isOfApp = true } = {}) {
  const kind = tone(entry);
  const bad = kind === "refused" || kind === "failed";
  const isCall = entry.path.startsWith("/") && !entry.path.startsWith("/_millpond") && !["EVENT", "WS"].includes(entry.method);
  const bearsToken = entry.token && entry.caller !== "server";
  const signer = entry.checks?.find((check) => check.signed_by)?.signed_by;
  const hasBody = !["GET", "DELETE"].includes(entry.method);
  const [sent, answered, again] = [h("div"), h("div"), h("div")];
  /** What was said comes with the entry when it is asked for alone; the list has none of it. */
  const said = (whole) => {
    fill(answered, code(answer(whole), "Answer"));
    if (!isCall) return;
    const { query, body, body_bytes: bytes } = whole.request ?? {};
    fill(sent, shown(query && Object.keys(query).length > 0 ? query : null, "Query"), shown(body, "Request body"),
      whole.request ? about("request body", whole.request) : null);
    const curl = ofStream(context.app, entry.method, entry.path, { query: query ?? {}, token: bearsToken ? "$TOKEN" : undefined, body: body ?? (hasBody ? {} : undefined) });
    const note = [
      "The journal keeps no token, and masks secrets.",
      bearsToken ? "Set TOKEN to one, such as millpond token makes." : "",
      hasBody && bytes !== undefined && !isKept(body) ? "Put your body in place of {}." : "",
    ];
    fill(again, h("section", { class: "part" }, h("h3", {}, "Again"), h("code", { class: "line", tabindex: "0" }, curl),
      h("div", { class: "actions" }, copyButton(curl, "the curl line", { label: "Copy as curl" })),
      h("p", { class: "about" }, note.filter(Boolean).join(" "))));
  };
  fill(
    detail,
    h("div", { class: "card-head sticky" }, h("h2", { tabindex: "-1" }, entry.operation), button("Close", close, { class: "small", "data-close": true })),
    h("div", { class: `verdict ${bad ? "bad" : kind === "event" ? "" : "good"}` },
      h("strong", {}, bad ? `${kind === "failed" ? "Failed" : "Refused"}${entry.code ? ` with code ${entry.code}` : ""}${entry.status ? `, HTTP ${entry.status}` : ""}` : kind === "event" ? "An event" : `Let in${entry.status ? `, HTTP ${entry.status}` : ""}`),
      entry.message ? h("p", { class: "mono" }, entry.message) : null),
    entry.fault || entry.stubbed ? h("p", { class: "with-tools" },
      entry.fault ? badge("by a fault", "warn") : null,
      entry.stubbed ? badge("answered by a stub", "warn") : null) : null,
    entry.checks?.length ? h("section", { class: "part" }, h("h3", {}, "Checks"), drawChecks(entry.checks)) : null,
    h("section", { class: "part" }, h("h3", {}, "Request"),
      code(`${entry.method} ${entry.path}`.trim(), "Request line"),
      facts([
        ["At", `${exact(Date.parse(entry.at), true)} · ${both(Date.parse(entry.at), context.clock()).split(" · ")[0]}`],
        ["Caller", entry.caller],
        ["User", entry.user_id ? h("a", { href: context.href("users", { user: entry.user_id }) }, entry.user_id) : null],
        ["SDK", entry.sdk],
        ["Token", entry.token ? h("code", {}, entry.token) : null],
        ["Signed with", signer ? h("span", {}, "the secret of ", h("code", {}, signer)) : null],
        ["Connection", entry.connection_id ? h("code", {}, entry.connection_id) : null],
        ["Took", entry.duration_ms ? `${entry.duration_ms} ms` : null],
        ["ID", h("code", {}, String(entry.id))],
      ]),
      sent),
    h("section", { class: "part" }, h("h3", {}, "Answer"), answered),
    again,
  );
  if (!isCall || entry.request || !isOfApp) said(entry);
  // Without it there is still the entry.
  else read(ofApp(context.app, `/requests/${entry.id}`), { signal: context.signal }).then(said, () => said(entry));
  detail.querySelector("h2").focus({ preventScroll: true });
  detail.scrollTop = 0;
}

const isKept = (body) => body !== undefined && body !== null;

const shown = (value, label) => (isKept(value) ? [h("p", { class: "about" }, `${label}:`), code(JSON.stringify(value, null, 2), label)] : null);

/** Why there is no body, where there is none. */
function about(what, { body, body_bytes: bytes, body_kind: kind }) {
  if (isKept(body)) return null;
  if (bytes === null) return h("p", { class: "about" }, `No ${what} is kept: there was none, it was not read, or the call is too old.`);
  const why = { too_long: "too long to keep", json: "null", text: "no JSON", binary: "no JSON" }[kind];
  return h("p", { class: "about" }, `The ${what} has ${bytes.toLocaleString("en")} bytes: ${why}.`);
}

/** The answer as far as the journal keeps it. */
function answer(entry) {
  if (isKept(entry.answer?.body)) return JSON.stringify(entry.answer.body, null, 2);
  if (entry.code > 0) return JSON.stringify({ code: entry.code, message: entry.message, StatusCode: entry.status }, null, 2);
  return entry.method === "EVENT" ? "sent to the user’s connections" : entry.method === "WS" ? `closed with ${entry.status}` : `HTTP ${entry.status}`;
}
