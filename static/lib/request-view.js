// One request of the journal: why it was let in or refused, what was sent, what was answered.

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

export function drawRequest(context, detail, entry, close) {
  const kind = tone(entry);
  const bad = kind === "refused" || kind === "failed";
  const isCall = entry.path.startsWith("/") && !entry.path.startsWith("/_millpond") && !["EVENT", "WS"].includes(entry.method);
  const bearsToken = entry.token && entry.caller !== "server";
  const hasBody = !["GET", "DELETE"].includes(entry.method);
  const curl = isCall ? ofStream(context.app, entry.method, entry.path, { token: bearsToken ? "$TOKEN" : undefined, body: hasBody ? {} : undefined }) : null;
  fill(
    detail,
    h("div", { class: "card-head sticky" }, h("h2", { tabindex: "-1" }, entry.operation), button("Close", close, { class: "small", "data-close": true })),
    h("div", { class: `verdict ${bad ? "bad" : kind === "event" ? "" : "good"}` },
      h("strong", {}, bad ? `${kind === "failed" ? "Failed" : "Refused"}${entry.code ? ` with code ${entry.code}` : ""}${entry.status ? `, HTTP ${entry.status}` : ""}` : kind === "event" ? "An event" : `Let in${entry.status ? `, HTTP ${entry.status}` : ""}`),
      entry.message ? h("p", { class: "mono" }, entry.message) : null),
    entry.fault || entry.stubbed ? h("p", { class: "with-tools" },
      entry.fault ? badge("by a fault", "warn") : null,
      entry.stubbed ? badge("answered by a stub", "warn") : null) : null,
    entry.checks?.length ? h("section", { class: "part" }, h("h3", {}, "Checks, in order"), drawChecks(entry.checks)) : null,
    h("section", { class: "part" }, h("h3", {}, "Request"),
      code(`${entry.method} ${entry.path}`.trim(), "Request line"),
      facts([
        ["At", `${exact(Date.parse(entry.at), true)} · ${both(Date.parse(entry.at), context.clock()).split(" · ")[0]}`],
        ["Caller", entry.caller],
        ["User", entry.user_id ? h("a", { href: context.href("users", { user: entry.user_id }) }, entry.user_id) : null],
        ["SDK", entry.sdk],
        ["Token", entry.token ? h("code", {}, entry.token) : null],
        ["Connection", entry.connection_id ? h("code", {}, entry.connection_id) : null],
        ["Took", entry.duration_ms ? `${entry.duration_ms} ms` : null],
        ["ID", h("code", {}, String(entry.id))],
      ])),
    h("section", { class: "part" }, h("h3", {}, "Answer"), code(answer(entry), "Answer")),
    curl ? h("section", { class: "part" }, h("h3", {}, "Again"), h("code", { class: "line", tabindex: "0" }, curl),
      h("div", { class: "actions" }, copyButton(curl, "the curl line", { label: "Copy as curl" })),
      h("p", { class: "about" }, `The journal keeps no query, no body and no token.${bearsToken ? " Set TOKEN to one, such as millpond token makes." : ""}${hasBody ? " Put your body in place of {}." : ""}`)) : null,
  );
  detail.querySelector("h2").focus({ preventScroll: true });
  detail.scrollTop = 0;
}

/** The answer as far as the journal keeps it. */
function answer(entry) {
  if (entry.code > 0) return JSON.stringify({ code: entry.code, message: entry.message, StatusCode: entry.status }, null, 2);
  return entry.method === "EVENT" ? "sent to the user’s connections" : entry.method === "WS" ? `closed with ${entry.status}` : `HTTP ${entry.status}`;
}
