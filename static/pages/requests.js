// Every call and socket event as it happens. Before the first one: how to point an SDK here.

import { ofApp, read, write } from "../lib/api.js";
import { badge, button, empty, failed, field, fill, h, input, loading, select } from "../lib/dom.js";
import { follow } from "../lib/live.js";
import { drawRequest, reason, tone } from "../lib/request-view.js";
import { Table } from "../lib/table.js";
import { exact } from "../lib/time.js";
import { firstSteps } from "./start.js";

export const title = "Requests";

/** What the page holds at the most. */
const HELD_MAX = 2_000;
const FIRST = 200;
const TYPING_MS = 250;

const FILTERS = [["user", "user_id"], ["operation", "operation"], ["caller", "caller"], ["outcome", "outcome"], ["code", "code"]];

export async function render(context) {
  const { app, params, root, signal } = context;
  fill(root, context.head(), loading());
  if (!params.has("user") && !params.has("id") && await isUntouched(app, signal)) return waitForTheFirst(context);
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

/** Shows the first steps, and turns into the live view when the first request arrives. */
export function waitForTheFirst(context) {
  const { app, root, signal } = context;
  const waiting = new AbortController();
  signal.addEventListener("abort", () => waiting.abort());
  fill(root, context.head(), firstSteps(context, h("p", { class: "waiting", role: "status" }, h("span", { class: "dot", "aria-hidden": "true" }), " Waiting for the first request. This page turns into the live view when it arrives.")));
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

function drawLive(context) {
  const { app, params, root, signal } = context;
  let [held, paused, behind, missed, turn, timer, following] = [[], false, [], 0, 0, 0, null];

  const user = input({ value: params.get("user") ?? "", class: "mono", "data-search": true });
  const operation = input({ value: params.get("operation") ?? "", list: "operations" });
  const outcome = select([["", "Every outcome"], ["ok", "Let in"], ["refused", "Refused"], ["failed", "Failed"]], params.get("outcome") ?? "");
  const caller = select([["", "Every caller"], ["server", "Server"], ["user", "User"], ["guest", "Guest"], ["anonymous", "Anonymous"], ["none", "None"]], params.get("caller") ?? "");
  const code = input({ value: params.get("code") ?? "", class: "mono short", inputmode: "numeric" });
  const controls = { user, operation, outcome, caller, code };
  const pause = button("Pause", () => setPaused(!paused), { class: "small", "aria-pressed": "false" });
  const state = h("p", { class: "about", role: "status" });
  const names = h("datalist", { id: "operations" });
  const detail = h("aside", { class: "detail", "aria-label": "The request", hidden: true });
  const nothing = h("div");
  const problem = h("div");
  const table = new Table({
    label: "Requests", name: "t-requests", key: (entry) => entry.id, open: show, tone: (entry) => tone(entry),
    columns: [
      { title: "Time", name: "c-time", cell: (entry) => h("time", { datetime: entry.at, title: entry.at }, exact(Date.parse(entry.at), true).slice(11, 23)) },
      { title: "Operation", name: "c-operation", cell: (entry) => [h("strong", {}, entry.operation ?? "unknown"), h("span", { class: "path" }, `${entry.method} ${entry.path ?? ""}`)] },
      { title: "Caller", name: "c-caller", cell: (entry) => [entry.caller && entry.caller !== "none" ? entry.caller : "–", entry.user_id ? h("code", {}, entry.user_id) : null] },
      { title: "Status", name: "c-status", cell: (entry) => [entry.status && tone(entry) !== "event" ? badge(String(entry.status), tone(entry) === "ok" ? "good" : "bad") : null, entry.code > 0 ? h("code", {}, `code ${entry.code}`) : null] },
      { title: "Verdict", name: "c-verdict", cell: (entry) => [entry.fault ? badge("fault", "warn") : null, entry.stubbed ? badge("stub", "warn") : null, reason(entry)] },
      { title: "Took", name: "c-took", cell: (entry) => (entry.duration_ms ? `${entry.duration_ms.toFixed(1)} ms` : "") },
    ],
  });

  const query = () => Object.fromEntries(FILTERS.map(([key, name]) => [name, controls[key].value.trim()]).filter(([, value]) => value));
  const filtered = () => Object.keys(query()).length > 0;

  /** Reads what was, then follows what comes. */
  async function begin() {
    clearTimeout(timer);
    following?.abort();
    following = new AbortController();
    const mine = ++turn;
    context.set(Object.fromEntries(FILTERS.map(([key]) => [key, controls[key].value.trim()])));
    [held, behind, missed] = [[], [], 0];
    try {
      const search = new URLSearchParams({ ...query(), limit: FIRST, order: "desc" });
      const { requests } = await read(ofApp(app, `/requests?${search}`), { signal });
      if (mine !== turn) return;
      fill(problem);
      held = requests;
      draw();
      follow(ofApp(app, "/events"), {
        query: query(),
        after: requests[0]?.id ?? 0,
        signal: following.signal,
        onBatch: (entries, lost) => add(entries.reverse(), lost),
        onReset() { [held, behind, missed] = [[], [], 0]; draw(); },
        onState: (now) => { live = now; drawState(); },
      });
    } catch (failure) {
      if (mine !== turn || signal.aborted) return;
      fill(problem, failure.missing ? empty("No journal", "This millpond does not keep its requests.") : failed(failure, begin));
      table.element.hidden = true;
      timer = failure.gone ? setTimeout(begin, 1_000) : 0;
    }
  }
  let live = "";
  signal.addEventListener("abort", () => { following?.abort(); clearTimeout(timer); table.close(); });

  function add(entries, lost) {
    missed += lost;
    if (paused) {
      behind = [...entries, ...behind].slice(0, HELD_MAX);
    } else if (entries.length > 0) {
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
    table.set(held, added);
    drawState();
  }

  function drawState() {
    const parts = [paused ? `Paused, ${behind.length.toLocaleString("en")} new` : live === "live" ? "Live" : live === "broken" ? "Disconnected, trying again" : live === "gone" ? "The app is gone" : "Connecting"];
    parts.push(held.length >= HELD_MAX ? `the last ${HELD_MAX.toLocaleString("en")} are held` : `${held.length.toLocaleString("en")} shown`);
    if (missed > 0) parts.push(`${missed.toLocaleString("en")} came too fast to show`);
    const text = `${parts.join(" · ")}.`;
    if (state.textContent !== text) state.textContent = text;
  }

  function clearFilter() {
    for (const [key] of FILTERS) controls[key].value = "";
    begin();
  }

  function show(entry) {
    context.set({ id: entry.id });
    table.choose(entry.id);
    root.classList.add("has-detail");
    detail.hidden = false;
    drawRequest(context, detail, entry, hide);
  }

  function hide() {
    context.set({ id: "" });
    table.choose(null);
    root.classList.remove("has-detail");
    detail.hidden = true;
    fill(detail);
    table.scroller.focus();
  }

  async function clear() {
    try {
      await write("Cleared the journal.", "DELETE", ofApp(app, "/requests"));
      [held, behind, missed] = [[], [], 0];
      draw();
    } catch (failure) {
      fill(problem, failed(failure));
    }
  }

  user.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(begin, TYPING_MS); });
  for (const one of [operation, code, outcome, caller]) one.addEventListener("change", begin);
  read("/operations").then(({ operations }) => fill(names, operations.map(({ name }) => h("option", { value: name }))), () => {});
  fill(
    root,
    context.head(pause, button("Clear", clear, { class: "small" })),
    h("form", { class: "filters", role: "search", onsubmit: (event) => { event.preventDefault(); begin(); } },
      field("User", user), field("Operation", operation), field("Outcome", outcome), field("Caller", caller), field("Code", code), names, state),
    problem,
    h("div", { class: "split" }, h("div", { class: "list" }, table.element, nothing), detail),
  );
  begin();
  const id = params.get("id");
  if (id) read(ofApp(app, `/requests/${encodeURIComponent(id)}`), { signal }).then((answer) => show(answer), () => {});
}
