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
    h("div", { class: "judged" },
    h("div", { class: "stack" },
    h("div", { class: `verdict ${good ? (seen.kind === "dev" ? "warn" : "good") : "bad"}`, role: "status" },
      h("strong", {}, head), seen.message ? h("p", { class: "mono" }, seen.message) : null),
    drawChecks(seen.checks),
    seen.hint ? h("p", { class: "hint-line" }, `Hint: ${seen.hint}.`) : null),
    h("div", { class: "parts" },
      h("div", {}, h("h3", {}, "Claims"), code(pretty(seen.claims), "Claims")),
      h("div", {}, h("h3", {}, "Header"), code(pretty(seen.header), "Header")))),
    facts([
      ["Judged by", `${app.name}, at ${exact(now)} by its clock`],
      ["Signed with", seen.matched_secret ? `the secret of ${signer?.name ?? "an app"} (${seen.matched_secret})` : "no secret that is known here"],
      ...times,
    ]),
  );
}

export const pretty = (value) => (value === null || value === undefined ? "not readable" : JSON.stringify(value, null, 2));

/** The checks of a verdict: those that failed, of which the first decided; the others, in their order, folded. */
export function drawChecks(checks) {
  const failed = checks.filter((check) => check.outcome === "fail");
  const list = (some) => h("ol", { class: "checks" }, some.map((check) => drawCheck(check, check === failed[0])));
  const folded = (outcomes, say) => {
    const some = checks.filter((check) => outcomes.includes(check.outcome));
    return some.length > 0 ? h("details", { class: "folded" }, h("summary", {}, say(some.length)), list(some)) : null;
  };
  return h("div", { class: "stack" },
    failed.length > 0 ? list(failed) : null,
    folded(["pass", "skipped"], (number) => (failed.length > 0 ? `${number} passed` : `All ${number} checks passed`)),
    folded(["not_reached"], (number) => `${number} not reached`));
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
