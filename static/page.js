// The first page: credentials, SDKs, the Authentication section, the JWT generator, the token inspector.
// Its state (which app, which SDK) stands in the fragment: #/?app=KEY&sdk=go

import { $, announce, copy, element, say } from "./dom.js";
import * as client from "./client.js";
import { SDKS, curl } from "./snippets.js";

const REFRESH_MS = 3_000;
const TYPING_MS = 300;
const MASK = "•".repeat(12);

const state = {
  info: null, // what GET /info last said
  app: null, // the app that is shown
  readAt: 0, // when its clock was read, on the browser's monotonic clock
  serverToken: "", // for the curl line
  saved: null, // disable_auth_checks as it is saved; null while unknown
  revealed: false,
  token: "", // the last generated one
  inspected: 0, // counts inspections, so that a late answer to an earlier one is dropped
};

// ---- the fragment ----

function fragment() {
  const query = location.hash.startsWith("#/") ? location.hash.split("?")[1] : "";
  return new URLSearchParams(query ?? "");
}

function setFragment(changes, push = false) {
  const params = fragment();
  for (const [key, value] of Object.entries(changes)) params.set(key, value);
  history[push ? "pushState" : "replaceState"](null, "", `#/?${params}`);
}

// ---- reading ----

/** Reads what runs here; draws only what has changed. */
async function refresh() {
  let info;
  try {
    info = await client.info();
  } catch (failure) {
    return lost(failure);
  }
  const back = !$("gone").hidden;
  $("gone").hidden = true;
  $("loading").hidden = true;
  if (back) announce("millpond answers again");
  state.info = info;
  $("version").textContent = info.version;
  $("at").textContent = location.origin;
  const known = info.apps.length > 0;
  $("empty").hidden = known;
  $("board").hidden = !known;
  $("app-box").hidden = !known;
  if (known) {
    await choose(back);
  } else {
    state.app = null;
    $("clock").hidden = true;
    $("notice").hidden = true;
    $("open-badge").hidden = true;
  }
}

function lost(failure) {
  $("gone").firstElementChild.firstElementChild.textContent = failure.message;
  $("gone-detail").textContent = state.info
    ? "What is shown may be old. This page goes on by itself once it is back."
    : "This page goes on by itself once it is there.";
  $("gone").hidden = false;
  $("loading").hidden = true;
}

/** Shows the app of the fragment, else the first. */
async function choose(again) {
  const { apps } = state.info;
  const wanted = fragment().get("app");
  const found = apps.find((app) => app.api_key === wanted);
  const app = found ?? apps[0];
  $("notice").hidden = !wanted || Boolean(found);
  if (wanted && !found) $("notice").textContent = `No app has the api key “${wanted}”. This is ${app.name}.`;
  drawPicker(apps, app);
  const before = state.app;
  const isNew = again || before?.api_key !== app.api_key || before.api_secret !== app.api_secret;
  const clockMoved = before && (before.clock.mode !== app.clock.mode || before.clock.offset_seconds !== app.clock.offset_seconds);
  state.app = app;
  state.readAt = performance.now();
  drawClock();
  if (isNew) await showApp();
  else if (clockMoved) judgeAgain();
}

async function showApp() {
  const { app } = state;
  document.title = `millpond · ${app.name}`;
  state.serverToken = "";
  $("token-out").hidden = true;
  say($("generator-status"), "");
  $("generator-secret").value = app.api_secret;
  drawCredentials();
  drawSnippet();
  if (!$("inspection").hidden) inspect();
  await readSettings();
  try {
    const token = await client.serverToken(app);
    if (app.api_key !== state.app?.api_key) return;
    state.serverToken = token;
  } catch {
    // The next refresh says so.
  }
  drawSnippet();
}

// ---- drawing ----

function drawPicker(apps, app) {
  const shown = apps.map((one) => [one.api_key, one.name === one.api_key ? one.name : `${one.name} · ${one.api_key}`]);
  const drawn = JSON.stringify(shown);
  const picker = $("app");
  if (picker.dataset.drawn !== drawn) {
    picker.replaceChildren(...shown.map(([key, label]) => element("option", { value: key }, label)));
    picker.dataset.drawn = drawn;
  }
  picker.value = app.api_key;
  picker.hidden = apps.length === 1;
  $("app-only").hidden = apps.length > 1;
  $("app-only").textContent = app.name;
}

function drawClock() {
  const { clock } = state.app;
  $("clock").hidden = clock.mode === "system";
  if (clock.mode === "system") return;
  const { offset_seconds: offset } = clock;
  const distance = offset === 0 ? "at system time" : `${span(offset)} ${offset > 0 ? "ahead of" : "behind"} system time`;
  $("clock-mode").textContent = clock.mode === "frozen" ? "This app’s clock is frozen." : "This app’s clock is moved.";
  $("clock-detail").textContent = `It is ${distance}. Tokens are made and judged by it.`;
  drawClockTime();
}

/** The app's clock goes on between two readings, unless it is frozen. */
function drawClockTime() {
  const { clock } = state.app ?? {};
  if (!clock || clock.mode === "system") return;
  const passed = clock.mode === "frozen" ? 0 : performance.now() - state.readAt;
  $("clock-now").textContent = exact((Date.parse(clock.now) + passed) / 1000);
}

function drawCredentials() {
  const { app, revealed } = state;
  $("address").textContent = location.origin;
  $("api-key").textContent = app.api_key;
  const hidden = [element("span", { "aria-hidden": "true" }, MASK), element("span", { class: "sr" }, "hidden")];
  $("secret").replaceChildren(...(revealed ? [app.api_secret] : hidden));
  drawReveal($("reveal"), revealed);
}

function drawReveal(button, revealed) {
  button.textContent = revealed ? "Hide" : "Show";
  button.setAttribute("aria-pressed", String(revealed));
}

const sdk = () => SDKS.find((one) => one.id === fragment().get("sdk")) ?? SDKS[0];

function snippet(revealed) {
  const { app, serverToken } = state;
  const hide = (text) => (revealed ? text : MASK);
  return sdk().code({
    address: location.origin, key: app.api_key, secret: hide(app.api_secret), serverToken: hide(serverToken),
  });
}

function drawSnippet() {
  const chosen = sdk();
  for (const tab of $("tabs").children) {
    const selected = tab.dataset.sdk === chosen.id;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    if (selected) $("panel").setAttribute("aria-labelledby", tab.id);
  }
  $("package").textContent = chosen.package;
  $("snippet").textContent = snippet(state.revealed);
  const masked = !state.revealed && $("snippet").textContent.includes(MASK);
  $("snippet-note").textContent = `${chosen.note}${masked ? " The secret is hidden here and copied in full." : ""}`;
  $("copy-snippet").setAttribute("aria-label", `Copy the ${chosen.name} lines`);
}

// ---- Authentication ----

async function readSettings() {
  const { app } = state;
  state.saved = null;
  $("disable").disabled = true;
  $("save").disabled = true;
  say($("settings-status"), "Reading…");
  try {
    const settings = await client.getSettings(app);
    if (app.api_key !== state.app?.api_key) return;
    state.saved = Boolean(settings.disable_auth_checks);
    $("disable").checked = state.saved;
    $("disable").disabled = false;
    $("save").disabled = false;
    drawSettings();
  } catch (failure) {
    say($("settings-status"), failure.message, "bad");
    $("open-badge").hidden = true;
    if (failure.gone) lost(failure);
  }
}

/** Another tab may have saved meanwhile; what is being changed here stays. */
async function readSettingsAgain() {
  const { app, saved } = state;
  const isTouched = () => state.saved !== saved || $("disable").checked !== saved || app.api_key !== state.app?.api_key;
  if (saved === null || isTouched()) return;
  try {
    const now = Boolean((await client.getSettings(app)).disable_auth_checks);
    if (isTouched() || now === saved) return;
    state.saved = now;
    $("disable").checked = now;
    drawSettings();
    judgeAgain();
  } catch {
    // The next refresh says so.
  }
}

function drawSettings(justSaved = false) {
  const { saved } = state;
  const changed = $("disable").checked !== saved;
  $("save").classList.toggle("primary", changed);
  $("authentication").classList.toggle("alert", saved || $("disable").checked);
  $("open-badge").hidden = !saved;
  const prefix = justSaved ? "Saved. " : "";
  if (changed) say($("settings-status"), "Not saved yet.", "warn");
  else if (saved) say($("settings-status"), `${prefix}Auth checks are disabled: anyone who names a user is let in.`, "warn");
  else say($("settings-status"), `${prefix}Auth checks are on: a token’s signature must be right.`, "good");
}

async function save(event) {
  event.preventDefault();
  const { app } = state;
  const wanted = $("disable").checked;
  if (state.saved === null) return;
  say($("settings-status"), "Saving…");
  $("save").disabled = true;
  try {
    await client.saveSettings(app, { disable_auth_checks: wanted });
    if (app.api_key !== state.app?.api_key) return;
    state.saved = wanted;
    drawSettings(true);
    judgeAgain();
  } catch (failure) {
    say($("settings-status"), `Not saved: ${failure.message}`, "bad");
    if (failure.gone) lost(failure);
  } finally {
    const focused = document.activeElement === document.body;
    $("save").disabled = false;
    if (focused) $("save").focus();
  }
}

// ---- JWT generator ----

async function generate(event) {
  event.preventDefault();
  const { app } = state;
  const [secret, userId, ttl] = ["generator-secret", "user-id", "validity"].map((id) => $(id).value);
  const missing = [["generator-secret", secret], ["user-id", userId]].filter(([id, value]) => {
    $(id).toggleAttribute("aria-invalid", !value);
    return !value;
  });
  if (missing.length > 0) {
    say($("generator-status"), "Please enter a Secret and Stream User ID.", "bad");
    $(missing[0][0]).focus();
    return;
  }
  say($("generator-status"), "");
  try {
    const wanted = { kind: "user", user_id: userId, secret, ...(ttl ? { ttl } : { no_expiry: true }) };
    const { token, claims } = await client.mint(app, wanted);
    if (app.api_key !== state.app?.api_key) return;
    state.token = token;
    drawToken(token);
    const end = claims.exp === undefined ? "never expires" : `expires ${exact(claims.exp)}`;
    $("token-about").textContent = `For ${userId}, ${end}.`;
    $("token-out").hidden = false;
    await judge();
  } catch (failure) {
    $("token-out").hidden = true;
    say($("generator-status"), failure.message, "bad");
    if (failure.gone) lost(failure);
  }
}

/** Says whether the app lets the generated token in. */
async function judge() {
  const { app, token } = state;
  const { outcome, kind, message, code } = await client.inspect(app, token);
  if (token !== state.token || app.api_key !== state.app?.api_key) return;
  const status = $("generator-status");
  if (outcome !== "ok") say(status, `${app.name} refuses this token with code ${code}: ${message}`, "warn");
  else if (kind === "dev") say(status, `${app.name} lets this token in, only because auth checks are disabled.`, "warn");
  else say(status, `${app.name} lets this token in.`, "good");
}

/** Looks again at what was judged: the app's settings or its clock are others now. */
async function judgeAgain() {
  if (!$("inspection").hidden) await inspect();
  if (!$("token-out").hidden) await judge().catch(() => say($("generator-status"), ""));
}

/** The three segments, told apart by colour. */
function drawToken(token) {
  const parts = token.split(".").flatMap((part, index) => {
    const piece = element("span", { class: `segment-${index}` }, part);
    return index === 0 ? [piece] : [".", piece];
  });
  $("token").replaceChildren(...parts);
}

// ---- Token inspector ----

async function inspect() {
  const token = $("pasted").value.trim();
  const turn = ++state.inspected;
  say($("inspector-status"), "");
  if (!token || !state.app) {
    showInspection(false);
    return;
  }
  try {
    const seen = await client.inspect(state.app, token);
    if (turn === state.inspected) drawInspection(seen);
  } catch (failure) {
    if (turn !== state.inspected) return;
    showInspection(false);
    say($("inspector-status"), failure.message, "bad");
    if (failure.gone) lost(failure);
  }
}

const KINDS = {
  server: "a server", user: "a user", guest: "a guest", anonymous: "an anonymous caller",
  dev: "a user, only because auth checks are disabled",
};

function drawInspection(seen) {
  const good = seen.outcome === "ok";
  const user = typeof seen.claims?.user_id === "string" ? seen.claims.user_id : "";
  const head = good
    ? `Let in as ${KINDS[seen.kind] ?? seen.kind}${user ? `: ${user}` : ""}`
    : `Refused with code ${seen.code}, HTTP ${seen.status}`;
  $("verdict").className = `verdict ${good ? (seen.kind === "dev" ? "warn" : "good") : "bad"}`;
  $("verdict").replaceChildren(element("strong", {}, head), ...(seen.message ? [element("p", {}, seen.message)] : []));
  $("hint").hidden = !seen.hint;
  $("hint").textContent = seen.hint ? `Hint: ${seen.hint}.` : "";
  drawFacts(seen);
  $("claims").textContent = pretty(seen.claims);
  $("header").textContent = pretty(seen.header);
  const deciding = seen.checks.findIndex((check) => check.outcome === "fail");
  $("checks").replaceChildren(...seen.checks.map((check, index) => drawCheck(check, index === deciding)));
  showInspection(true);
}

function showInspection(shown) {
  $("inspection").hidden = !shown;
  $("checks").hidden = !shown;
  $("no-checks").hidden = shown;
}

function drawFacts(seen) {
  const signer = state.info.apps.find((app) => app.api_key === seen.matched_secret);
  const now = Date.parse(seen.now) / 1000;
  const facts = [
    ["Judged by", `${state.app.name}, ${exact(now)}`],
    ["Signed with", signer ? `the secret of ${signer.name}` : "no secret that is known here"],
  ];
  for (const [claim, label] of [["iat", "Issued"], ["nbf", "Not before"], ["exp", "Expires"]]) {
    const value = seen.claims?.[claim];
    if (typeof value === "number") facts.push([label, `${relative(value - now)}, ${exact(value)}`]);
  }
  $("facts").replaceChildren(...facts.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]));
}

const MARKS = { pass: "✓", fail: "✕", skipped: "–", not_reached: "·" };

function drawCheck(check, decides) {
  const outcome = check.outcome.replaceAll("_", " ");
  const texts = [element("span", { class: "seen" }, check.seen)];
  if (check.outcome === "fail") texts.push(element("span", { class: "wanted" }, `Wanted: ${check.wanted}`));
  return element(
    "li", { class: `check ${check.outcome}${decides ? " decides" : ""}` },
    element("span", { class: "mark", "aria-hidden": "true" }, MARKS[check.outcome] ?? "·"),
    element("span", { class: "name" }, check.name.replaceAll("_", " ").replace(/^api /, "API ")),
    element("span", { class: "outcome" }, decides ? `${outcome}, decides` : outcome),
    ...texts,
  );
}

// ---- words ----

const pretty = (value) => (value === null || value === undefined ? "not readable" : JSON.stringify(value, null, 2));

function exact(seconds) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A length of time in its two largest units. */
function span(seconds) {
  let rest = Math.round(Math.abs(seconds));
  const words = [];
  for (const [unit, size] of [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]]) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${unit}`);
    else if (words.length > 0) break;
  }
  return words.slice(0, 2).join(" ") || "0 s";
}

function relative(seconds) {
  if (Math.abs(seconds) < 1) return "now";
  return seconds > 0 ? `in ${span(seconds)}` : `${span(seconds)} ago`;
}

// ---- what a person does ----

function select(id) {
  setFragment({ sdk: id });
  drawSnippet();
}

function moveTab(event) {
  const tabs = [...$("tabs").children];
  const at = tabs.indexOf(document.activeElement);
  const last = tabs.length - 1;
  const next = {
    ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last,
  }[event.key];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  select(tabs[next].dataset.sdk);
  tabs[next].focus();
}

async function create() {
  say($("create-status"), "");
  try {
    const app = await client.createApp();
    setFragment({ app: app.api_key });
    await refresh();
  } catch (failure) {
    say($("create-status"), failure.message, "bad");
  }
}

/** Goes to a part of the page without touching the fragment, which is the page's state. */
function go(event) {
  event.preventDefault();
  const target = $(event.currentTarget.hash.slice(1));
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}

$("tabs").append(...SDKS.map(({ id, name }) =>
  element("button", { type: "button", role: "tab", id: `tab-${id}`, "data-sdk": id, "aria-controls": "panel" }, name)));
$("tabs").addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab && state.app) select(tab.dataset.sdk);
});
$("tabs").addEventListener("keydown", moveTab);
$("skip").addEventListener("click", go);
$("open-badge").addEventListener("click", go);
$("retry").addEventListener("click", refresh);
$("create").addEventListener("click", create);
$("app").addEventListener("change", () => {
  setFragment({ app: $("app").value }, true);
  refresh();
});
for (const event of ["hashchange", "popstate"]) addEventListener(event, () => state.app && refresh().then(() => state.app && drawSnippet()));
$("reveal").addEventListener("click", () => {
  state.revealed = !state.revealed;
  drawCredentials();
  drawSnippet();
});
const COPIES = {
  address: [() => location.origin, "the address"],
  "api-key": [() => state.app.api_key, "the api key"],
  secret: [() => state.app.api_secret, "the secret"],
};
for (const button of document.querySelectorAll("[data-copy]")) {
  const [text, what] = COPIES[button.dataset.copy];
  button.addEventListener("click", () => copy(button, text(), what));
}
$("copy-snippet").addEventListener("click", (event) => copy(event.currentTarget, snippet(true), `the ${sdk().name} lines`));
$("settings-form").addEventListener("submit", save);
$("disable").addEventListener("change", () => drawSettings());
$("generator-reveal").addEventListener("click", (event) => {
  const hidden = $("generator-secret").type === "password";
  $("generator-secret").type = hidden ? "text" : "password";
  drawReveal(event.currentTarget, hidden);
});
$("generator").addEventListener("submit", generate);
$("copy-token").addEventListener("click", (event) => copy(event.currentTarget, state.token, "the token"));
$("copy-curl").addEventListener("click", (event) =>
  copy(event.currentTarget, curl({ address: location.origin, key: state.app.api_key, token: state.token }), "the curl line"));
$("to-inspector").addEventListener("click", async () => {
  $("pasted").value = state.token;
  await inspect();
  $("pasted").focus({ preventScroll: true });
  $("inspector-title").scrollIntoView({ block: "nearest" });
});
$("inspector").addEventListener("submit", (event) => {
  event.preventDefault();
  inspect();
});
let typing;
$("pasted").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(inspect, TYPING_MS);
});
addEventListener("focus", readSettingsAgain);

setInterval(drawClockTime, 1_000);
async function keepUp() {
  if (document.visibilityState === "visible") await refresh();
  setTimeout(keepUp, REFRESH_MS);
}
keepUp();
