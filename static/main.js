// The shell: which page is shown for which app, what time it is, whether millpond answers, what was last changed.
// The fragment holds it all: #/users?app=KEY&user=john

import { announce, button, copyButton, fill, h } from "./lib/dom.js";
import { count } from "./lib/app-settings.js";
import { onWrite, read } from "./lib/api.js";
import { followStatus } from "./lib/live.js";
import { listenToKeys, showHelp } from "./lib/keys.js";
import { AppClock, exact } from "./lib/time.js";
import * as apps from "./pages/apps.js";
import * as clockPage from "./pages/clock.js";
import * as connections from "./pages/connections.js";
import * as faults from "./pages/faults.js";
import * as overview from "./pages/overview.js";
import * as requests from "./pages/requests.js";
import * as start from "./pages/start.js";
import * as state from "./pages/state.js";
import * as tokens from "./pages/tokens.js";
import * as users from "./pages/users.js";

/** Name in the fragment, key after `g`, module, and whether it needs an app. */
const PAGES = [
  ["apps", "a", apps],
  ["overview", "o", overview],
  ["tokens", "t", tokens],
  ["users", "u", users],
  ["requests", "r", requests],
  ["connections", "c", connections],
  ["clock", "k", clockPage],
  ["faults", "f", faults],
  ["state", "s", state],
  ["start", "i", start],
];
const HELP = [
  [["/"], "Search"],
  [["?"], "These keys"],
  [["Esc"], "Close what is open"],
  [["↑", "↓", "j", "k", "Home", "End"], "Move in a list"],
  [["Enter"], "Open what is chosen"],
  ...PAGES.map(([, key, page]) => [["g", key], page.title]),
];
const REFRESH_MS = 3_000;
const GONE_MS = 1_000;
/** A change made so shortly before another page is shown may have led there: its bar stays. */
const WROTE_MS = 3_000;

const $ = (id) => document.getElementById(id);

const shown = { info: null, app: null, clock: null, name: null, leave: null, refreshed: new Set(), changed: new Set(), standings: [], gone: false, query: "" };

// ---- the fragment ----

function place() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { name: path || "apps", params: new URLSearchParams(query) };
}

function href(name, params = {}) {
  const query = new URLSearchParams();
  const all = { app: shown.app?.api_key, ...params };
  for (const [key, value] of Object.entries(all)) if (value !== undefined && value !== null && value !== "") query.set(key, value);
  return `#/${name}${query.size ? `?${query}` : ""}`;
}

function go(name, params) {
  const to = href(name, params);
  if (to === location.hash) show(true);
  else location.hash = to;
}

// ---- reading what runs here ----

let turn = 0;

async function refresh() {
  const mine = ++turn;
  clearTimeout(refresh.timer);
  let info = null;
  let failure;
  try {
    info = await read("/info?secrets=true");
  } catch (cause) {
    failure = cause;
  }
  if (mine !== turn) return;
  refresh.timer = setTimeout(refresh, info ? REFRESH_MS : GONE_MS);
  if (!info) return lost(failure);
  const back = shown.gone;
  const restarted = shown.info && shown.info.pid !== info.pid;
  if (back) found();
  shown.info = info;
  $("version").textContent = info.version;
  if (choose() || !shown.name) await show();
  else for (const hear of shown.refreshed) hear({ back: back || restarted });
}

function lost(failure) {
  if (shown.gone) return;
  shown.gone = true;
  const head = failure.gone ? `Disconnected: millpond does not answer at ${location.origin}.` : failure.message;
  const rest = shown.info ? "What is shown may be old. Start it again: this page goes on by itself." : "This page goes on by itself once it is there.";
  fill($("gone"), h("p", {}, h("strong", {}, head), " ", rest), button("Try now", refresh, { class: "small" }));
  $("gone").hidden = false;
  drawConnection("bad", "Disconnected");
}

function found() {
  shown.gone = false;
  $("gone").hidden = true;
  announce("millpond answers again");
}

function drawConnection(tone, text) {
  $("connection").className = `connection ${tone}`;
  if ($("connection-text").textContent !== text) $("connection-text").textContent = text;
}

/** Takes the app of the fragment, else the first; tells whether it is another than before. */
function choose() {
  const { apps: known } = shown.info;
  const wanted = place().params.get("app");
  const app = known.find((one) => one.api_key === wanted) ?? known[0] ?? null;
  const before = shown.app;
  shown.app = app;
  shown.clock = app && new AppClock(app.clock);
  drawPicker(known, app);
  drawClock();
  drawBadges();
  const changed = before?.api_key !== app?.api_key || before?.api_secret !== app?.api_secret;
  return changed && shown.name !== "apps";
}

function drawPicker(known, app) {
  const labels = known.map((one) => [one.api_key, known.some((other) => other !== one && other.name === one.name) ? `${one.name} · ${one.api_key}` : one.name]);
  const drawn = JSON.stringify(labels);
  const picker = $("app");
  if (picker.dataset.drawn !== drawn) {
    fill(picker, labels.map(([key, label]) => h("option", { value: key }, label)));
    picker.dataset.drawn = drawn;
  }
  if (app) picker.value = app.api_key;
  $("app-box").hidden = !app;
}

/** Every page says so when it is not real time. */
function drawClock() {
  const { clock } = shown;
  const badge = $("clock");
  const moved = Boolean(clock) && !clock.isReal;
  badge.hidden = !moved;
  if (moved) {
    const mode = clock.mode === "frozen" ? "Clock frozen" : "Clock moved";
    const text = `${mode}: ${exact(clock.now())}, ${clock.distance()}`;
    if (badge.textContent !== text) badge.textContent = text;
    badge.href = href("clock");
  }
  if (!shown.gone && shown.info) drawConnection("good", clock?.isReal ? `Connected · ${exact(clock.now())}` : "Connected");
}

// ---- how the apps stand ----

const standing = () => shown.standings.find((one) => one.api_key === shown.app?.api_key);

/** What is not as in production stands on every page. */
function drawBadges() {
  const now = standing();
  const badges = [
    ["open-badge", now?.auth_checks_disabled, "Auth checks disabled", "overview"],
    ["faults-badge", now?.faults, now && count(now.faults, "active fault"), "faults"],
    ["loops-badge", now?.loops, now && `${count(now.loops, "user")} refused over and over`, "requests"],
    ["stubs-badge", now?.stubs, now && count(now.stubs, "stub"), "faults"],
  ];
  for (const [id, isOn, text, page] of badges) {
    const badge = $(id);
    badge.hidden = !isOn;
    if (isOn && badge.textContent !== text) badge.textContent = text;
    badge.href = href(page);
  }
}

/** Takes over what the server says, and tells the page what of its app was written: settings and the like, or users. */
function takeStatus(standings) {
  const before = standing();
  const names = (apps) => JSON.stringify(apps.map((one) => [one.api_key, one.name]));
  shown.standings = standings;
  if (!shown.info) return;
  if (names(shown.info.apps) !== names(standings)) refresh();
  const now = standing();
  if (now && shown.app) {
    shown.clock = new AppClock(now.clock);
    drawClock();
  }
  drawBadges();
  const news = { settings: now?.revision !== before?.revision, users: now?.users_revision !== before?.users_revision || now?.users !== before?.users };
  for (const hear of shown.changed) hear(news);
}

// ---- pages ----

async function show(again = false) {
  if (!shown.info) return;
  const { name, params } = place();
  const query = params.toString();
  if (!again && name === shown.name && query === shown.query && shown.drawnFor === shown.app?.api_key) return;
  const found = PAGES.find(([known]) => known === name);
  const page = found?.[2] ?? apps;
  shown.leave?.abort();
  shown.leave = new AbortController();
  shown.refreshed.clear();
  shown.changed.clear();
  Object.assign(shown, { name, query, drawnFor: shown.app?.api_key });
  drawRail(found ? name : "apps");
  document.title = `${page.title} · ${shown.app?.name ?? "millpond"} · millpond`;
  const main = $("main");
  const root = h("div", { class: `page page-${found ? name : "apps"}` });
  fill(main, root);
  closeMenu();
  if (shown.lastShown !== name && performance.now() - wroteAt > WROTE_MS) $("wrote").hidden = true;
  if (shown.lastShown !== undefined && shown.lastShown !== name) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
    announce(page.title);
  }
  shown.lastShown = name;
  const head = (...tools) => h("div", { class: "page-head" }, h("h1", {}, page.title), h("div", { class: "tools" }, tools));
  if (!shown.app && page !== apps) {
    fill(root, head(), h("div", { class: "empty" }, h("p", { class: "empty-title" }, "No app yet"), h("p", {}, "Make one first."), h("a", { class: "button primary", href: "#/apps" }, "Apps")));
    return;
  }
  const { signal } = shown.leave;
  await page.render({
    app: shown.app,
    get info() { return shown.info; },
    params,
    root,
    signal,
    head,
    href,
    go,
    /** The app's clock as it was last read. */
    clock: () => shown.clock,
    apps: () => shown.info.apps,
    /** Reads what runs here anew, after a change of it. */
    reload: refresh,
    /** Changes the fragment without showing the page anew. */
    set(changes) {
      const next = Object.fromEntries([...place().params, ...Object.entries(changes)]);
      const to = href(name, next);
      shown.query = to.split("?")[1] ?? "";
      history.replaceState(null, "", to);
    },
    /** Calls back after each reading, with `{back}` when millpond was away; until the page is left. */
    onRefresh(hear) { if (!signal.aborted) shown.refreshed.add(hear); },
    /** How the apps stand, the same as the server says it; and this one. */
    standings: () => shown.standings,
    standing,
    /** Calls back whenever that changes, with `{settings, users}`: what of this app was written; until the page is left. */
    onChange(hear) { if (!signal.aborted) shown.changed.add(hear); },
  });
}

function drawRail(current) {
  fill($("pages"), h("ul", {}, PAGES.map(([name, , page]) =>
    h("li", {}, h("a", { href: href(name), "aria-current": name === current ? "page" : null }, page.title)))));
  $("home").href = href("apps");
}

function closeMenu() {
  $("rail").classList.remove("open");
  $("menu").setAttribute("aria-expanded", "false");
}

// ---- the last change ----

let wroteAt = 0;

onWrite(({ what, line, undo }) => {
  wroteAt = performance.now();
  announce(what);
  const bar = $("wrote");
  fill(
    bar,
    h("p", { class: "what" }, what),
    h("code", { class: "line", tabindex: "0" }, line),
    h("div", { class: "actions" },
      undo ? button("Undo", async (event) => {
        event.target.disabled = true;
        try {
          await undo();
        } catch (failure) {
          fill(bar.firstElementChild, `Not undone: ${failure.message}`);
        }
      }, { class: "small" }) : null,
      copyButton(line, "the command line"),
      button("Hide", () => { bar.hidden = true; $("main").focus({ preventScroll: true }); }, { class: "small" })),
  );
  bar.hidden = false;
  refresh();
});

// ---- begin ----

addEventListener("hashchange", () => {
  if (!shown.info) return;
  choose();
  show();
});
$("app").addEventListener("change", () => go(shown.name === "apps" ? "overview" : shown.name, { app: $("app").value }));
$("help").addEventListener("click", () => showHelp(HELP));
$("menu").addEventListener("click", () => {
  const open = $("rail").classList.toggle("open");
  $("menu").setAttribute("aria-expanded", String(open));
});
$("rail").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !$("rail").classList.contains("open")) return;
  event.preventDefault();
  closeMenu();
  $("menu").focus();
});
$("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the fragment is the address of the page
  $("main").focus();
});
addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
setInterval(drawClock, 1_000);
listenToKeys(Object.fromEntries(PAGES.map(([name, key]) => [key, () => go(name)])), HELP);
followStatus({ signal: new AbortController().signal, onStatus: takeStatus, onBroken: refresh });
refresh();
