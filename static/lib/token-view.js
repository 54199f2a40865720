// What is said of a token or of a request's authentication: verdict, claims, times, checks.

import { badge, code, facts, h } from "./dom.js";
import { exact, relative } from "./time.js";

const KINDS = {
  server: "a server", user: "a user", guest: "a guest", anonymous: "an anonymous caller",
  dev: "a user, only because auth checks are disabled",
};
const MARKS = { pass: "✓", fail: "✕", skipped: "–", not_reached: "·" };

/** The three segments, told apart by colour. */
export function drawToken(token) {
  const parts = token.split(".").flatMap((part, index) => {
    const piece = h("span", { class: `segment-${index}` }, part);
    return index === 0 ? [piece] : [".", piece];
  });
  return h("div", { class: "code token", tabindex: "0", role: "region", "aria-label": "The token" }, parts);
}

/** The answer of `POST /tokens/inspect` for an app. */
export function drawInspection(seen, { app, apps }) {
  const good = seen.outcome === "ok";
  const user = typeof seen.claims?.user_id === "string" ? seen.claims.user_id : "";
  const head = good
    ? `Let in as ${KINDS[seen.kind] ?? seen.kind}${user ? `: ${user}` : ""}`
    : `Refused with code ${seen.code}, HTTP ${seen.status}`;
  const signer = apps.find((one) => one.api_key === seen.matched_secret);
  const now = Date.parse(seen.now);
  const times = [["iat", "Issued"], ["nbf", "Not before"], ["exp", "Expires"]].map(([claim, label]) => {
    const value = seen.claims?.[claim];
    return [label, typeof value === "number" ? `${relative(value * 1000 - now)} · ${exact(value * 1000)}` : null];
  });
  if (seen.claims && seen.claims.exp === undefined) times[2][1] = "never";
  return h(
    "div", { class: "inspection" },
    h("div", { class: `verdict ${good ? (seen.kind === "dev" ? "warn" : "good") : "bad"}`, role: "status" },
      h("strong", {}, head), seen.message ? h("p", { class: "mono" }, seen.message) : null),
    seen.hint ? h("p", { class: "hint-line" }, `Hint: ${seen.hint}.`) : null,
    facts([
      ["Judged by", `${app.name}, at ${exact(now)} by its clock`],
      ["Signed with", seen.matched_secret ? `the secret of ${signer?.name ?? "an app"} (${seen.matched_secret})` : "no secret that is known here"],
      ...times,
    ]),
    h("h3", {}, "Checks, in order"),
    drawChecks(seen.checks),
    h("div", { class: "parts" },
      h("div", {}, h("h3", {}, "Claims"), code(pretty(seen.claims), "Claims")),
      h("div", {}, h("h3", {}, "Header"), code(pretty(seen.header), "Header"))),
  );
}

export const pretty = (value) => (value === null || value === undefined ? "not readable" : JSON.stringify(value, null, 2));

/** The checks of a verdict; the first that failed is the one that decided. */
export function drawChecks(checks) {
  const deciding = checks.findIndex((check) => check.outcome === "fail");
  return h("ol", { class: "checks" }, checks.map((check, index) => drawCheck(check, index === deciding)));
}

function drawCheck(check, decides) {
  const outcome = check.outcome.replaceAll("_", " ");
  return h(
    "li", { class: `check ${check.outcome}${decides ? " decides" : ""}` },
    h("span", { class: "mark", "aria-hidden": "true" }, MARKS[check.outcome] ?? "·"),
    h("span", { class: "name" }, check.name.replaceAll("_", " ").replace(/^api /, "API ")),
    h("span", { class: "outcome" }, decides ? `${outcome}, decides` : outcome),
    check.seen ? h("span", { class: "seen" }, check.seen) : null,
    check.outcome === "fail" && check.wanted ? h("span", { class: "wanted" }, `Wanted: ${check.wanted}`) : null,
  );
}

export const statusBadge = (status, tone) => badge(String(status), tone);
