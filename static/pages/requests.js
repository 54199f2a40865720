// Every call and socket event as it happens. Before the first one: how to point an SDK here.

import { ofApp, read, write } from "../lib/api.js";
import { count } from "../lib/app-settings.js";
import { badge, button, empty, failed, field, fill, h, input, loading, select, statusLine } from "../lib/dom.js";
import { follow } from "../lib/live.js";
import { drawRequest, reason, tone } from "../lib/request-view.js";
import { Table } from "../lib/table.js";
import { exact } from "../lib/time.js";
import { complain, tell } from "../lib/wrong.js";
import { firstSteps } from "./start.js";

export const title = "Requests";

/** What the page holds at the most. */
const HELD_MAX = 2_000;
const FIRST = 200;
const TYPING_MS = 250;

const FILTERS = [["user", "user_id"], ["operation", "operation"], ["caller", "caller"], ["outcome", "outcome"], ["code", "code"]];
/** What stands in the address: the filters, and whose calls. */
const PLACE = ["journal", ...FILTERS.map(([key]) => key)];
const KEYLESS = "/requests?keyless=true";

/** A name as the journal's filters take it: a part in any case, or behind = as it is. */
const wantedName = (text) => (text.startsWith("=") ? text.slice(1) : text && `~${text}`);

export async function render(context) {
  const { app, params, root, signal } = context;
  fill(root, context.head(), loading());
  if (!params.has("user") && !params.has("id") && !params.has("journal") && await isUntouched(app, signal)) return waitForTheFirst(context);
  if (!signal.aborted) drawLive(context);
}

/** Whether nobody has called the app yet. This page's own calls are in no journal; events that a write sends out are. */
export async function isUntouched(app, signal) {
  try {
    const { requests } = await read(ofApp(app, `/requests?limit=${FIRST}&order=desc`), { signal });
    return !requests.some(isCall);
  } catch {
    return false;
  }
}

const isCall = (entry) => entry.method !== "EVENT";

/** In a line: why, where there is something to say. */
const said = (entry) => (["ok", "event"].includes(tone(entry)) && !entry.message ? "" : reason(entry));

/** Shows the first steps, and turns into the live view when the first request arrives. */
export function waitForTheFirst(context) {
  const { app, root, signal } = context;
  const waiting = new AbortController();
  signal.addEventListener("abort", () => waiting.abort());
  const elsewhere = h("div");
  fill(root, context.head(), elsewhere, firstSteps(context, h("p", { class: "waiting", role: "status" }, h("span", { class: "dot", "aria-hidden": "true" }), " Waiting for the first request. This page turns into the live view when it arrives.")));
  noteKeyless(context, elsewhere, waiting.signal);
  follow(ofApp(app, "/events"), {
    query: {},
    after: 0, // none has slipped in between
    signal: waiting.signal,
    onBatch(entries) {
      if (!entries.some(isCall)) return;
      waiting.abort();
      context.go("requests", { user: "" });
    },
    onReset() {},
    onState() {},
  });
}

/** Says that somebody calls with another key, which is why nothing comes here. */
function noteKeyless(context, target, signal) {
  let told = 0;
  const look = async () => {
    const { total } = await read(`${KEYLESS}&limit=1`, { signal }).catch(() => ({ total: 0 }));
    if (total === told) return;
    told = total;
    fill(target, h("div", { class: "notice bad", role: "status" },
      h("p", {}, `${count(total, "call")} came with no API key, or with one that no app has.`),
      h("a", { class: "button small", href: context.href("requests", { journal: "keyless" }) }, "Show them")));
  };
  look();
  follow("/events", { query: { keyless: true }, signal, onBatch: look, onReset: look, onState() {} });
}

/** A user whose client comes again and again with what is refused: who, how often, and why most likely. */
function loopNotice(context, loop) {
  const what = `${loop.user_id} is refused over and over: ${count(loop.refused, "time")} since ${exact(Date.parse(loop.since)).slice(11, 19)}, ${loop.operation} with code ${loop.code}.`;
  return h("div", { class: "notice bad", role: "status" },
    h("p", {}, h("strong", {}, what), ` Most likely ${loop.likely_cause}.`),
    h("a", { class: "button small", href: context.href("requests", { user: `=${loop.user_id}`, outcome: "refused" }) }, "Show its calls"));
}

function drawLive(context) {
  const { app, params, root, signal } = context;
  let [held, paused, behind, missed, turn, timer, following, isWhole, isReading] = [[], false, [], 0, 0, 0, null, false, false];

  const journal = select([["", "Of this app"], ["keyless", "Without a known key"]], params.get("journal") ?? "");
  const user = input({ value: params.get("user") ?? "", class: "mono", placeholder: "a part, or =john", "data-search": true });
  const operation = input({ value: params.get("operation") ?? "", list: "operations", placeholder: "a part" });
  const outcome = select([["", "Every outcome"], ["ok", "Let in"], ["refused", "Refused"], ["failed", "Failed"]], params.get("outcome") ?? "");
  const caller = select([["", "Every caller"], ["server", "Server"], ["user", "User"], ["guest", "Guest"], ["anonymous", "Anonymous"], ["none", "None"]], params.get("caller") ?? "");
  const code = input({ value: params.get("code") ?? "", class: "mono short", inputmode: "numeric" });
  const controls = { journal, user, operation, outcome, caller, code };
  const status = statusLine();
  const loops = h("div", { class: "stack" });
  const pause = button("Pause", () => setPaused(!paused), { class: "small", "aria-pressed": "false" });
  const state = h("p", { class: "about", role: "status" });
  const names = h("datalist", { id: "operations" });
  const detail = h("aside", { class: "detail", "aria-label": "The request", hidden: true });
  const nothing = h("div");
  const problem = h("div");
  const table = new Table({
    label: "Requests", name: "t-requests", key: (entry) => entry.id, open: show, tone: (entry) => tone(entry), near: readOlder,
    columns: [
      { title: "Time", name: "c-time", cell: (entry) => h("time", { datetime: entry.at, title: entry.at }, exact(Date.parse(entry.at), true).slice(11, 23)) },
      { title: "Operation", name: "c-operation", cell: (entry) => [h("strong", {}, entry.operation ?? "unknown"), h("span", { class: "path" }, `${entry.method} ${entry.path ?? ""}`)] },
      { title: "Caller", name: "c-caller", cell: (entry) => [entry.caller && entry.caller !== "none" ? entry.caller : "–", entry.user_id ? h("code", {}, entry.user_id) : null] },
      { title: "Status", name: "c-status", cell: (entry) => [entry.status && tone(entry) !== "event" ? badge(String(entry.status), tone(entry) === "ok" ? "good" : "bad") : null, entry.code > 0 ? h("code", {}, `code ${entry.code}`) : null] },
      { title: "Verdict", name: "c-verdict", cell: (entry) => [entry.fault ? badge("fault", "warn") : null, entry.stubbed ? badge("stub", "warn") : null, h("span", { title: said(entry) }, said(entry))] },
      { title: "Took", name: "c-took", cell: (entry) => (entry.duration_ms ? `${entry.duration_ms.toFixed(1)} ms` : "") },
    ],
  });

  const isKeyless = () => journal.value === "keyless";
  const typed = (key) => controls[key].value.trim();
  const query = () => Object.fromEntries(FILTERS
    .map(([key, name]) => [name, key === "user" || key === "operation" ? wantedName(typed(key)) : typed(key)])
    .filter(([, value]) => value));
  const readPage = (further = {}) => {
    const search = new URLSearchParams({ ...query(), limit: FIRST, order: "desc", ...further });
    return read(isKeyless() ? `${KEYLESS}&${search}` : ofApp(app, `/requests?${search}`), { signal });
  };
  const filtered = () => Object.keys(query()).length > 0;

  /** Reads what was, then follows what comes. */
  async function begin() {
    clearTimeout(timer);
    following?.abort();
    following = new AbortController();
    const mine = ++turn;
    context.set(Object.fromEntries(PLACE.map((key) => [key, typed(key)])));
    [behind, missed, isReading] = [[], 0, false];
    for (const [key] of FILTERS) complain(controls[key]);
    status.say("");
    try {
      const { requests } = await readPage();
      if (mine !== turn) return;
      fill(problem);
      isWhole = isKeyless() || requests.length < FIRST;
      held = requests;
      draw();
      if (held.length === 0) doubt();
      follow(isKeyless() ? "/events" : ofApp(app, "/events"), {
        query: isKeyless() ? { ...query(), keyless: true } : query(),
        after: isKeyless() ? undefined : requests[0]?.id ?? 0,
        signal: following.signal,
        onBatch: (entries, lost) => add(entries.reverse(), lost),
        onReset() { [held, behind, missed] = [[], [], 0]; draw(); },
        onState: (now) => { live = now; drawState(); if (now === "live" && isKeyless()) catchUp(mine); },
      });
    } catch (failure) {
      if (mine !== turn || signal.aborted) return;
      if (failure.field) {
        const fields = Object.fromEntries(FILTERS.map(([key, name]) => [name, controls[key]]));
        [held, live] = [[], "wrong"];
        draw();
        return tell(failure, status, fields);
      }
      fill(problem, failure.missing ? empty("No journal", "This millpond does not keep its requests.") : failed(failure, begin));
      table.element.hidden = true;
      timer = failure.gone ? setTimeout(begin, 1_000) : 0;
    }
  }
  let live = "";

  /** That view begins with what comes, whenever it begins: what came before is read. */
  async function catchUp(mine) {
    const { requests } = await readPage().catch(() => ({ requests: [] }));
    if (mine !== turn || signal.aborted) return;
    const known = new Set([...behind, ...held].map(({ id }) => id));
    add(requests.filter(({ id }) => !known.has(id)), 0);
  }

  /** The page before the oldest that is held. */
  async function readOlder() {
    if (isWhole || isReading || held.length === 0 || held.length >= HELD_MAX) return;
    isReading = true;
    const mine = turn;
    const older = await readPage({ before: held.at(-1).id }).catch(() => null);
    if (mine !== turn || signal.aborted) return;
    isReading = false;
    if (!older) return;
    isWhole = older.requests.length < FIRST;
    held = [...held, ...older.requests];
    draw();
  }

  /** Nothing was found: says so beside a name that nothing has. */
  function doubt() {
    const name = typed("operation").toLowerCase();
    const known = [...names.children].some((one) => one.value.toLowerCase().includes(name.replace(/^=/, "")));
    if (name && names.children.length > 0 && !known) complain(operation, `No operation has “${typed("operation")}” in its name, and no event so far.`);
  }
  signal.addEventListener("abort", () => { following?.abort(); clearTimeout(timer); table.close(); });

  function add(entries, lost) {
    missed += lost;
    if (paused) {
      behind = [...entries, ...behind].slice(0, HELD_MAX);
    } else if (entries.length > 0) {
      if (held.length + entries.length > HELD_MAX) isWhole = true; // the oldest are let go of
      held = [...entries, ...held].slice(0, HELD_MAX);
      draw(entries.length);
    }
    drawState();
  }

  function setPaused(now) {
    paused = now;
    pause.textContent = now ? "Resume" : "Pause";
    pause.setAttribute("aria-pressed", String(now));
    if (!now) {
      const added = behind.length;
      held = [...behind, ...held].slice(0, HELD_MAX);
      behind = [];
      draw(added);
    }
    drawState();
  }

  function draw(added = 0) {
    table.element.hidden = held.length === 0;
    nothing.hidden = held.length > 0;
    if (held.length === 0) fill(nothing, filtered() ? empty("No request matches", "The filter is in the address; the next one that matches appears here.", button("Show every request", clearFilter)) : empty("No request yet", "The next call or socket event appears here."));
    table.element.classList.toggle("no-verdict", !held.some(said));
    table.set(held, added);
    drawState();
  }

  function drawState() {
    const parts = [paused ? `Paused, ${behind.length.toLocaleString("en")} new` : live === "live" ? "Live" : live === "broken" ? "Disconnected, trying again" : live === "gone" ? "The app is gone" : live === "wrong" ? "Not looked for" : "Connecting"];
    parts.push(held.length >= HELD_MAX ? `the last ${HELD_MAX.toLocaleString("en")} are held` : `${held.length.toLocaleString("en")} shown`);
    if (missed > 0) parts.push(`${missed.toLocaleString("en")} came too fast to show`);
    const text = `${parts.join(" · ")}.`;
    if (state.textContent !== text) state.textContent = text;
  }

  function clearFilter() {
    for (const [key] of FILTERS) controls[key].value = "";
    begin();
    user.focus();
  }

  function show(entry) {
    context.set({ id: entry.id });
    table.choose(entry.id);
    root.classList.add("has-detail");
    detail.hidden = false;
    drawRequest(context, detail, entry, hide, { isOfApp: !isKeyless() });
  }

  function hide() {
    context.set({ id: "" });
    table.choose(null);
    root.classList.remove("has-detail");
    detail.hidden = true;
    fill(detail);
    table.scroller.focus();
  }

  const clear = button("Clear", async () => {
    try {
      await write("Cleared the journal.", "DELETE", ofApp(app, "/requests"));
      [held, behind, missed] = [[], [], 0];
      draw();
    } catch (failure) {
      fill(problem, failed(failure));
    }
  }, { class: "small", hidden: isKeyless() });

  /** Who is refused over and over, as the server tells. */
  async function drawLoops() {
    const { loops: now } = await read(ofApp(app), { signal }).catch(() => ({}));
    if (now && !signal.aborted) fill(loops, now.map((one) => loopNotice(context, one)));
  }

  for (const one of [user, operation, code]) one.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(begin, TYPING_MS); });
  for (const one of [journal, outcome, caller]) one.addEventListener("change", begin);
  journal.addEventListener("change", () => { clear.hidden = isKeyless(); });
  let looping;
  const watchLoops = () => { const now = context.standing()?.loops; if (now !== looping) { looping = now; drawLoops(); } };
  context.onChange(watchLoops);
  watchLoops();
  read("/operations").then(({ operations }) => fill(names, operations.map(({ name }) => h("option", { value: name }))), () => {});
  fill(
    root,
    context.head(pause, clear),
    loops,
    h("form", { class: "filters", role: "search", onsubmit: (event) => { event.preventDefault(); begin(); } },
      field("User", user), field("Operation", operation), field("Outcome", outcome), field("Caller", caller), field("Code", code), field("Calls", journal), names, status, state),
    problem,
    h("div", { class: "split" }, h("div", { class: "list" }, table.element, nothing), detail),
  );
  begin();
  const id = params.get("id");
  if (id) read(ofApp(app, `/requests/${encodeURIComponent(id)}`), { signal }).then((answer) => show(answer), () => {});
}
