// The JWT generator of Stream's docs, and what any token says and why it is refused.

import { ask, ofApp, read } from "../lib/api.js";
import { cli, ofStream } from "../lib/curl.js";
import { button, card, copyButton, empty, field, fill, h, input, select, statusLine } from "../lib/dom.js";
import { SDKS } from "../lib/snippets.js";
import { exact } from "../lib/time.js";
import { drawInspection, drawToken } from "../lib/token-view.js";
import { complain, json, tell } from "../lib/wrong.js";

export const title = "Tokens";

const VALIDITIES = [["1h", "1 hour"], ["6h", "6 hours"], ["1d", "1 day"], ["7d", "7 days"], ["30d", "30 days"], ["365d", "1 year"], ["", "never expires"]];
const TYPING_MS = 250;
/** More than any server's header takes, and less than what keeps a page busy. */
const PASTE_MAX = 256 * 1024;

export function render(context) {
  const inspector = inspectorCard(context);
  fill(
    context.root,
    context.head(),
    h("div", { class: "columns wide-last" },
      h("div", { class: "column" }, generatorCard(context, inspector), samplesCard(context, inspector)),
      h("div", { class: "column" }, inspector.element)),
  );
  context.onRefresh(inspector.judgeAgain);
}

// ---- generator ----

function generatorCard(context, inspector) {
  const { app, params } = context;
  const secret = input({ type: "password", class: "mono", value: app.api_secret, required: true });
  const user = input({ placeholder: "john", value: params.get("user") ?? "", required: true });
  const validity = select(VALIDITIES, "1h");
  const [iat, nbf] = [input({ class: "mono", placeholder: "now" }), input({ class: "mono", placeholder: "none" })];
  const claims = h("textarea", { class: "mono", rows: "3", spellcheck: "false", placeholder: '{"role": "admin"}' });
  const status = statusLine("generator-status");
  const out = h("div", { class: "token-out", hidden: true });
  const reveal = button("Show", () => {
    const hidden = secret.type === "password";
    secret.type = hidden ? "text" : "password";
    reveal.textContent = hidden ? "Hide" : "Show";
    reveal.setAttribute("aria-pressed", String(hidden));
  }, { class: "small", "aria-pressed": "false", "aria-label": "Show the secret" });
  const more = h(
    "details", { class: "more" }, h("summary", {}, "More"),
    h("div", { class: "fields" },
      field("Issued at (iat)", iat, { hint: "now, -1h, RFC 3339, seconds, or none" }),
      field("Not before (nbf)", nbf, { hint: "The same" }),
      field("Custom claims", claims, { hint: "A JSON object, laid over all others", wide: true })),
  );

  function wanted() {
    const body = { kind: "user", user_id: user.value, secret: secret.value };
    if (validity.value) body.ttl = validity.value;
    else body.no_expiry = true;
    if (iat.value.trim() === "none") body.no_iat = true;
    else if (iat.value.trim()) body.iat = time(iat.value);
    if (nbf.value.trim() && nbf.value.trim() !== "none") body.nbf = time(nbf.value);
    if (claims.value.trim()) body.claims = json(claims);
    return body;
  }

  async function generate(event) {
    event.preventDefault();
    out.hidden = true;
    const missing = [[secret, "A secret is needed."], [user, "A user id is needed."]].filter(([one]) => !one.value);
    for (const [one, text] of missing) complain(one, text);
    if (missing.length > 0) {
      status.say("Please enter a Secret and Stream User ID", "bad");
      return missing[0][0].focus();
    }
    status.say("");
    try {
      const minted = await ask(ofApp(app, "/tokens"), wanted());
      drawOut(minted);
      const seen = await ask("/tokens/inspect", { token: minted.token, api_key: app.api_key });
      if (seen.outcome !== "ok") status.say(`${app.name} refuses this token with code ${seen.code}: ${seen.message}`, "warn");
      else if (seen.kind === "dev") status.say(`${app.name} lets this token in, only because auth checks are disabled.`, "warn");
      else status.say(`${app.name} lets this token in.`, "good");
    } catch (failure) {
      tell(failure, status, { user_id: user, secret, ttl: validity, iat, nbf, claims });
    }
  }

  function drawOut({ token, claims: made }) {
    const values = { address: location.origin, key: app.api_key, token, userId: String(made.user_id ?? user.value) };
    const end = made.exp === undefined ? "never expires" : `expires ${exact(made.exp * 1000)}`;
    const flags = validity.value ? ["--ttl", validity.value] : ["--no-expiry"];
    fill(
      out,
      drawToken(token),
      h("p", { class: "about" }, `For ${values.userId}, ${end}.`),
      h("div", { class: "actions" },
        copyButton(token, "the token", { label: "Copy token" }),
        copyButton(ofStream(app, "GET", "/api/v2/app", { token }), "the curl line", { label: "Copy as curl" }),
        SDKS.filter((sdk) => sdk.withToken).map((sdk) => copyButton(sdk.withToken(values), `the ${sdk.name} lines`, { label: `Copy for ${sdk.short}` })),
        button("Inspect", () => inspector.show(token), { class: "small" })),
      h("code", { class: "line", tabindex: "0" }, cli(app, "token", values.userId, ...flags)),
    );
    out.hidden = false;
  }

  const form = h(
    "form", { novalidate: true, onsubmit: generate },
    h("div", { class: "fields" },
      field("Secret", secret, { box: h("span", { class: "with-button" }, secret, reveal), wide: true, hint: "This app’s; any other may be typed in" }),
      field("Stream User ID", user),
      field("Valid for", validity)),
    more,
    h("div", { class: "actions" }, h("button", { class: "primary" }, "Generate token"), status),
    out,
  );
  return card("JWT generator", { about: "Made and shown on this machine; nothing leaves it." }, form);
}

/** Bare digits are seconds; all else goes to the server as text. */
const time = (text) => (/^-?\d+$/.test(text.trim()) ? Number(text) : text.trim());

// ---- inspector ----

function inspectorCard(context) {
  const { app } = context;
  const pasted = h("textarea", { class: "mono", rows: "3", spellcheck: "false", autocomplete: "off", autocapitalize: "off", placeholder: "Paste a token", "data-search": true });
  const authType = select([["jwt", "jwt"], ["anonymous", "anonymous"]], "jwt");
  const out = h("div", { class: "inspected" });
  let turn = 0;
  let timer;
  let lastClock = "";

  const nothing = () => empty("Why is a token refused?", "Paste one: its claims, its times by this app’s clock, and each check in order, with what was seen and what was wanted.");

  async function inspect() {
    const token = pasted.value.trim();
    const mine = ++turn;
    complain(pasted);
    if (!token) return fill(out, nothing());
    if (token.length > PASTE_MAX) {
      fill(out);
      return complain(pasted, `This is ${Math.round(token.length / 1024).toLocaleString("en")} KiB; a token has a few hundred bytes, and no server takes more than some KiB in a header. Paste the token alone.`);
    }
    try {
      const seen = await ask("/tokens/inspect", { token, api_key: app.api_key, auth_type: authType.value });
      if (mine === turn) fill(out, drawInspection(seen, { app, apps: context.apps() }));
    } catch (failure) {
      if (mine !== turn) return;
      fill(out);
      complain(pasted, failure.message);
    }
  }

  const form = h(
    "form", { onsubmit: (event) => { event.preventDefault(); inspect(); } },
    field("Token", pasted),
    out,
    h("div", { class: "inline" }, field("Shown with the auth type", authType), h("button", {}, "Inspect")),
    h("p", { class: "about" }, "Nothing leaves this machine: a token of a real app is safe here. To check its signature too, make an app with that key and secret."),
  );
  pasted.addEventListener("input", (event) => {
    clearTimeout(timer);
    // What is pasted or dropped is whole at once.
    if (/^insertFrom/.test(event.inputType ?? "")) inspect();
    else timer = setTimeout(inspect, TYPING_MS);
  });
  fill(out, nothing());
  authType.addEventListener("change", inspect);
  const show = (token, shownWith = "jwt") => {
    pasted.value = token;
    authType.value = shownWith;
    inspect();
    pasted.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
  };
  const element = card("Token inspector", {}, form);
  return {
    element,
    show,
    /** The clock was moved. */
    judgeAgain() {
      const clock = context.clock();
      const now = JSON.stringify([clock?.mode, Math.round((clock?.offset ?? 0) / 1000)]);
      if (lastClock && lastClock !== now && pasted.value && clock?.mode !== "frozen") inspect();
      lastClock = now;
    },
  };
}

// ---- ready ones ----

function samplesCard(context, inspector) {
  const { app } = context;
  const list = h("div", { class: "samples" });
  const element = card("Ready-made tokens", { about: "Those that a fixture named, and good and bad ones to try an app’s error handling with." }, list);
  const line = (name, token, about, tone, authType) => h(
    "li", {},
    h("span", { class: "name" }, name),
    h("span", { class: `about ${tone ?? ""}` }, about),
    h("span", { class: "actions" }, copyButton(token, `the token ${name}`), button("Inspect", () => inspector.show(token, authType), { class: "small", "aria-label": `Inspect ${name}` })));
  const user = () => context.params.get("user") || "john";
  Promise.all([
    read(ofApp(app, "/tokens")).then(({ tokens }) => Object.entries(tokens)).catch(() => []),
    read(ofApp(app, `/tokens/samples?user_id=${encodeURIComponent(user())}`)).then(({ samples }) => samples).catch(() => []),
  ]).then(([named, samples]) => {
    if (named.length + samples.length === 0) return element.remove();
    fill(
      list,
      named.length > 0 ? [h("h3", {}, "Named by the fixture"), h("ul", { class: "lines" }, named.map(([name, token]) => line(name, token, "")))] : null,
      samples.length > 0 ? h("details", {}, h("summary", {}, `${samples.length} samples for ${user()}, good and bad`), h("ul", { class: "lines" }, samples.map(({ name, auth_type: authType, token, expect }) =>
        line(name.replaceAll("_", " "), token, expect.code ? `code ${expect.code}: ${expect.message}` : "let in", expect.code ? "bad" : "good", authType)))) : null,
    );
  });
  return element;
}
