// The page of an app, as Stream's dashboard calls it: credentials, Authentication, revocation, our own settings.

import { OWN, STREAMS, affected, settingsForm } from "../lib/app-settings.js";
import { streamWrite } from "../lib/api.js";
import { cli } from "../lib/curl.js";
import { button, card, copyButton, field, fill, h, input, statusLine } from "../lib/dom.js";
import { askForm } from "../lib/dialog.js";
import { OF_THE_APP, revocationTime } from "../lib/revocation.js";
import { both, ms, rfc3339 } from "../lib/time.js";
import { tell } from "../lib/wrong.js";

export const title = "Chat Overview";

const REVOCATION = "revoke_tokens_issued_before";

const AUTHENTICATION = [
  {
    path: "disable_auth_checks", kind: "switch", label: "Disable Auth Checks",
    about: "For development: a token’s signature need not be right. A token is still required and must name a user. Off in production, always.",
  },
  {
    path: "guest_user_creation_disabled", kind: "switch", label: "Disable Guest Creation",
    about: "Nobody can become a guest any more; guests who are there stay. Production: the same.",
  },
  {
    path: "disable_permissions_checks", kind: "switch", label: "Disable Permission Checks",
    about: "Every user may do what its role would not allow; what is for servers alone stays so. Production: the same, and never a good idea there.",
  },
  {
    path: "multi_tenant_enabled", kind: "switch", label: "Multi-tenancy",
    about: "Users see only their own teams. Production: the same.",
  },
  {
    path: "enforce_unique_usernames", kind: "select", label: "Unique user names",
    options: [["no", "Names may repeat"], ["app", "Once in the app"], ["team", "Once in a team"]],
    about: "Whether two users may have one name. Production: the same, names may repeat unless set.",
  },
];

const CLOSES = [["close", "Close it"], ["keep", "Keep it open"]];
const EMULATOR = [
  {
    path: "open_sockets.on_revocation", kind: "select", options: CLOSES, label: "Open sockets: token revoked",
    about: "What becomes of a connection whose token is revoked. Production’s way is not documented; the default closes.",
  },
  {
    path: "open_sockets.on_expiry", kind: "select", options: CLOSES, label: "Open sockets: token expired",
    about: "What becomes of a connection whose token runs out. Production’s way is not documented; the default keeps.",
  },
  {
    path: "open_sockets.on_deactivation", kind: "select", options: CLOSES, label: "Open sockets: user deactivated",
    about: "What becomes of that user’s connections. Production: reports show that they stay open and hear on; so does the default. A deletion always closes.",
  },
  {
    path: "revocation_granularity", kind: "select", options: [["second", "Whole seconds"], ["exact", "The exact moment"]], label: "Revocation granularity",
    about: "Whether a token made in the very second of its revocation stays good. Production’s way is not documented; the default counts whole seconds, as iat does.",
  },
  {
    path: "unknown_user", kind: "select", options: [["tolerate", "Let in"], ["refuse", "Refuse with code 16"]], label: "Unknown users",
    about: "What a good token of a user who was never created gets. Production’s way differs from product to product; the default lets in, and the first write creates the user.",
  },
  {
    path: "disabled_auth_checks", kind: "select", options: [["parse_only", "The user id alone"], ["check_times", "Its times too"]], label: "While auth checks are disabled",
    about: "What is still looked at in a token: its times, with revocations, or nothing but whom it names. Production’s way is not documented.",
  },
  {
    path: "iat_leeway_seconds", kind: "number", min: 0, max: 86400, label: "Leeway of iat, in seconds",
    about: "How far in the future a token’s iat may lie. Production is documented to give none.",
  },
  {
    path: "rate_limits", kind: "select", options: [["report", "Tell in headers"], ["enforce", "Refuse with 429"]], label: "Rate limits",
    about: "What happens over the limit. Production refuses with HTTP 429, code 9.",
  },
];
const PUSH = {
  path: "push_providers", kind: "select", options: [["lenient", "Take any device"], ["strict", "Refuse with code 4"]], label: "Devices without a push provider",
  about: "What a device of a provider gets that the app has not configured. Production refuses.",
};
const CALLS_OF_USER = {
  path: "user_calls_per_minute", kind: "number", min: 1, max: 1000000, optional: true, label: "Calls per minute of one user",
  about: "Of each operation, where limits refuse. Production takes 60; leave it empty for as many as the app takes.",
};
const CALLS = {
  path: "calls_per_minute", kind: "json", label: "Calls per minute",
  about: "The limit of an operation by its name, such as {\"QueryUsers\": 60}. Production’s limits depend on the plan.",
};

export async function render(context) {
  const { app, root } = context;
  const own = await OWN.read(app).catch(() => ({}));
  if (context.signal.aborted) return;
  const specs = "calls_per_minute" in own ? [...EMULATOR, PUSH, CALLS_OF_USER, CALLS] : EMULATOR;
  let drawRevocation = () => {};
  const authentication = settingsForm(context, STREAMS, AUTHENTICATION, {
    onSaved: (settings) => drawRevocation(settings),
  });
  const revocation = revocationCard(context, authentication.load);
  drawRevocation = revocation.draw;
  fill(
    root,
    context.head(h("span", { class: "about" }, app.name)),
    h("div", { class: "columns" },
      h("div", { class: "column" },
        card("Authentication", { id: "authentication" }, authentication),
        revocation.element),
      h("div", { class: "column" },
        credentials(context),
        card("This emulator", { about: "millpond’s own settings: where production’s behaviour is not known, or is in the way of a test." }, settingsForm(context, OWN, specs)))),
  );
}

function credentials({ app }) {
  const secret = h("code", {}, "•".repeat(16));
  const shown = () => reveal.getAttribute("aria-pressed") === "true";
  const reveal = button("Show", () => {
    const next = !shown();
    reveal.setAttribute("aria-pressed", String(next));
    reveal.textContent = next ? "Hide" : "Show";
    secret.textContent = next ? app.api_secret : "•".repeat(16);
  }, { class: "small", "aria-pressed": "false", "aria-label": "Show the secret" });
  const row = (label, value, ...tools) => h("div", {}, h("dt", {}, label), h("dd", { class: "with-tools" }, value, h("span", { class: "actions" }, tools)));
  return card("Credentials", {}, h("dl", { class: "facts credentials" },
    row("Address", h("code", {}, location.origin), copyButton(location.origin, "the address")),
    row("API key", h("code", {}, app.api_key), copyButton(app.api_key, "the API key")),
    row("Secret", secret, reveal, copyButton(app.api_secret, "the secret"))));
}

/** Revoke all tokens issued before a moment, and undo. */
function revocationCard(context, reload) {
  const { app } = context;
  const status = statusLine();
  const state = h("p", { class: "state" }, "Reading…");
  const when = input({ class: "mono", placeholder: "now" });
  const undo = button("Undo the revocation", () => set(null, "Undone: tokens are no longer revoked by their time of issue."), { hidden: true });
  let current = null;

  async function set(value, what, isOfTheApp = true) {
    const line = cli(app, "revoke-all-tokens", ...(value === null ? ["--undo"] : ["--before", value]));
    const before = current === null ? null : rfc3339(current);
    await streamWrite(app, what, "PATCH", "/api/v2/app", { body: { [REVOCATION]: value }, line, headers: isOfTheApp ? OF_THE_APP : {}, undo: () => set(before, "Undone: revocation as before.") });
    if (!context.signal.aborted) await reload();
  }

  async function revoke(event) {
    event.preventDefault();
    status.say("");
    let time;
    try {
      time = await revocationTime(context, when);
    } catch (failure) {
      return tell(failure, status);
    }
    const { before: iso, isOfTheApp } = time;
    askForm("Revoke all tokens?", {
      about: `Every user token issued before ${iso}, and every one without iat, is refused from now on. Server tokens are spared. Affects ${await affected(app).catch(() => "every user of this app")}.`,
      action: "Revoke all tokens",
      danger: true,
      line: () => cli(app, "revoke-all-tokens", "--before", iso),
      submit: () => set(iso, `Revoked all user tokens issued before ${iso}.`, isOfTheApp),
    });
  }

  const element = card(
    "Revoke all tokens",
    { about: "Refuses every user token issued before a moment, and every one without iat: as updateApp with revoke_tokens_issued_before does. Production: the same, with code 40." },
    state,
    h("form", { novalidate: true, onsubmit: revoke },
      field("Issued before", when, { hint: "By the app’s clock, such as 2026-01-31T12:00:00Z; empty: now" }),
      status,
      h("div", { class: "actions" }, h("button", {}, "Revoke…"), undo)),
  );
  return {
    element,
    draw(settings) {
      current = settings[REVOCATION] ?? null;
      undo.hidden = current === null;
      state.className = `state ${current === null ? "" : "warn"}`;
      state.textContent = current === null ? "No token is revoked by its time of issue." : `Tokens issued before ${both(ms(current), context.clock())} are refused.`;
    },
  };
}
