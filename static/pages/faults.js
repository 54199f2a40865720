// What is broken on purpose (faults), and what is answered in place of an operation that is not built (stubs).

import { ofApp, read, write } from "../lib/api.js";
import { badge, button, card, empty, failed, field, fill, h, input, loading, select, statusLine } from "../lib/dom.js";
import { json, tell, wholeNumber } from "../lib/wrong.js";

export const title = "Faults and stubs";

const KINDS = [
  ["error", "Answer an error"], ["latency", "Wait"], ["cut", "Cut the connection"], ["rate_limit", "Rate limit"], ["socket", "On the socket"],
];
const CODES = [
  ["-1", "-1: internal error"], ["40", "40: token expired"], ["43", "43: signature is wrong"], ["41", "41: token not valid yet"], ["42", "42: token used before issue"],
  ["5", "5: authentication failed"], ["2", "2: API key not found"], ["4", "4: input error"], ["9", "9: rate limited"], ["16", "16: does not exist"],
  ["17", "17: not allowed"], ["22", "22: payload too big"], ["99", "99: app suspended"],
];
const SOCKET = [["close", "Close"], ["expire", "Expire its token"], ["silence", "Fall silent"], ["error", "Send an error"]];

export function render(context) {
  const operations = h("datalist", { id: "operation-names" });
  read("/operations").then(({ operations: known }) => fill(operations, ["*", "TokenProvider", ...known.map(({ name }) => name)].map((value) => h("option", { value }))), () => {});
  fill(context.root, context.head(), operations, h("div", { class: "columns" }, faultsCard(context), stubsCard(context)));
}

// ---- faults ----

function faultsCard(context) {
  const { app, signal } = context;
  const path = ofApp(app, "/faults");
  const list = h("div", {}, loading());
  let drawn = "";
  const status = statusLine();
  const operation = input({ value: "*", list: "operation-names" });
  const user = input({ class: "mono", placeholder: "anybody" });
  const caller = select([["", "Any caller"], ["server", "Server"], ["user", "User"], ["guest", "Guest"], ["anonymous", "Anonymous"]], "");
  const times = input({ class: "mono", inputmode: "numeric", value: "1" });
  const kind = select(KINDS, "error");
  const code = select(CODES, "-1");
  const duration = input({ class: "mono", value: "2s" });
  const socket = select(SOCKET, "close");
  const fields = { code: field("Code", code), duration: field("How long", duration, { hint: "Such as 500ms, 2s, 1m" }), socket: field("What", socket) };

  function choose() {
    fields.code.hidden = kind.value !== "error" && !(kind.value === "socket" && socket.value === "error");
    fields.duration.hidden = kind.value !== "latency" && kind.value !== "rate_limit";
    fields.socket.hidden = kind.value !== "socket";
  }
  function then() {
    if (kind.value === "error") return { error: { code: Number(code.value) } };
    if (kind.value === "cut") return { cut: true };
    if (kind.value === "socket") return { socket: socket.value === "error" ? { error: { code: Number(code.value) } } : socket.value };
    return { [kind.value]: duration.value.trim() };
  }
  async function add(event) {
    event.preventDefault();
    try {
      status.say("");
      const body = { operation: operation.value.trim() || "*", times: wholeNumber(times) ?? null, then: then() };
      if (user.value.trim()) body.user_id = user.value.trim();
      if (caller.value) body.caller = caller.value;
      const made = await write(`Set a fault on ${body.operation}.`, "POST", path, body, {
        undo: async () => { await write("Removed the fault.", "DELETE", `${path}/${encodeURIComponent(made.id)}`); await load(); },
      });
      await load();
    } catch (failure) {
      tell(failure, status, { operation, times, user_id: user, caller, code, latency: duration, rate_limit: duration, socket });
    }
  }
  async function load() {
    try {
      const { faults } = await read(path, { signal });
      if (JSON.stringify(faults) === drawn) return; // what has the focus stays
      drawn = JSON.stringify(faults);
      fill(list, faults.length === 0 ? empty("Nothing is broken", "Calls that match a fault fail, wait or are cut, as often as it says.")
        : [h("ul", { class: "lines" }, faults.map((fault) => h("li", {},
          h("span", { class: "name" }, describe(fault)),
          h("span", { class: "about" }, whom(fault)),
          h("span", { class: "actions" }, badge(`${fault.hits ?? 0} hit${fault.hits === 1 ? "" : "s"}`, fault.hits ? "warn" : ""),
            button("Remove", () => remove(fault), { class: "small", "aria-label": `Remove the fault on ${fault.operation}` }))))),
        h("div", { class: "actions" }, button("Remove all", () => remove(null), { class: "small" }))]);
    } catch (failure) {
      if (signal.aborted || failure.gone) return;
      fill(list, failure.missing ? empty("No faults here", "This millpond cannot break things on purpose.") : failed(failure, load));
    }
  }
  async function remove(fault) {
    try {
      await write(fault ? `Removed the fault on ${fault.operation}.` : "Removed all faults.", "DELETE", fault ? `${path}/${encodeURIComponent(fault.id)}` : path);
      await load();
    } catch (failure) {
      status.say(failure.message, "bad");
    }
  }
  kind.addEventListener("change", choose);
  socket.addEventListener("change", choose);
  choose();
  load();
  context.onChange(load);
  return card("Faults", { about: "The next calls that match fail, wait or are cut, behind real authentication where they can." },
    list,
    h("details", { class: "more", open: true }, h("summary", {}, "New fault"),
      h("form", { novalidate: true, onsubmit: add },
        h("div", { class: "fields" },
          field("Operation", operation, { hint: "* is every one" }), field("Then", kind),
          Object.values(fields),
          field("Times", times, { hint: "Empty: until removed" }), field("User", user), field("Caller", caller)),
        status,
        h("div", { class: "actions" }, h("button", { class: "primary" }, "Set fault")))));
}

function describe({ operation, then: what = {} }) {
  const name = operation === "*" ? "Every operation" : operation;
  if (what.error) return `${name}: code ${what.error.code}`;
  if (what.latency) return `${name}: waits ${what.latency}`;
  if (what.cut) return `${name}: is cut`;
  if (what.rate_limit) return `${name}: rate limited for ${what.rate_limit}`;
  if (what.socket) return `${name}: socket ${what.socket.error ? `error ${what.socket.error.code}` : typeof what.socket === "string" ? what.socket : Object.keys(what.socket)[0]}`;
  return name;
}

function whom(fault) {
  const left = fault.times === null || fault.times === undefined ? "until removed" : fault.times === 1 ? "once" : `${fault.times} times`;
  return [left, fault.user_id ? `for ${fault.user_id}` : null, fault.caller ? `from a ${fault.caller}` : null].filter(Boolean).join(", ");
}

// ---- stubs ----

function stubsCard(context) {
  const { app, signal } = context;
  const path = ofApp(app, "/stubs");
  const list = h("div", {}, loading());
  let drawn = "";
  const status = statusLine();
  const how = select([["path", "A path"], ["operation", "A known operation"]], "path");
  const operation = input({ list: "operation-names" });
  const method = select(["GET", "POST", "PUT", "PATCH", "DELETE"].map((one) => [one, one]), "POST");
  const where = input({ class: "mono", placeholder: "/api/v2/chat/channels" });
  const code = input({ class: "mono", inputmode: "numeric", value: "200" });
  const body = h("textarea", { class: "mono", rows: "6", spellcheck: "false" });
  body.value = '{\n  "duration": "1ms"\n}';
  const fields = { operation: field("Operation", operation), method: field("Method", method), where: field("Path", where, { hint: "{name} stands for any segment", wide: true }) };
  function choose() {
    fields.operation.hidden = how.value !== "operation";
    fields.method.hidden = fields.where.hidden = how.value === "operation";
  }
  async function add(event) {
    event.preventDefault();
    const target = how.value === "operation" ? { operation: operation.value.trim() } : { method: method.value, path: where.value.trim() };
    try {
      status.say("");
      await write(`Set a stub for ${target.operation ?? `${target.method} ${target.path}`}.`, "PUT", path, { ...target, status: wholeNumber(code) ?? 200, body: json(body) });
      await load();
    } catch (failure) {
      tell(failure, status, { operation, method, path: where, status: code, body });
    }
  }
  const nameOf = (stub) => stub.operation ?? `${stub.method} ${stub.path}`;
  async function load() {
    try {
      const { stubs } = await read(path, { signal });
      if (JSON.stringify(stubs) === drawn) return; // what has the focus stays
      drawn = JSON.stringify(stubs);
      fill(list, stubs.length === 0 ? empty("No stub", "A fixed answer for an operation that is not built; authentication before it is real.")
        : [h("ul", { class: "lines" }, stubs.map((stub) => h("li", {},
          h("span", { class: "name mono" }, nameOf(stub)),
          h("span", { class: "about" }, `answers ${stub.status ?? 200}`),
          h("span", { class: "actions" }, button("Edit", () => edit(stub), { class: "small", "aria-label": `Edit the stub of ${nameOf(stub)}` }),
            button("Remove", () => remove(stub), { class: "small", "aria-label": `Remove the stub of ${nameOf(stub)}` }))))),
        h("div", { class: "actions" }, button("Remove all", () => remove(null), { class: "small" }))]);
    } catch (failure) {
      if (signal.aborted || failure.gone) return;
      fill(list, failure.missing ? empty("No stubs here", "This millpond cannot answer in place of what is not built.") : failed(failure, load));
    }
  }
  function edit(stub) {
    how.value = stub.operation ? "operation" : "path";
    choose();
    [operation.value, where.value, code.value] = [stub.operation ?? "", stub.path ?? "", String(stub.status ?? 200)];
    if (stub.method) method.value = stub.method;
    body.value = JSON.stringify(stub.body ?? {}, null, 2);
    body.focus();
  }
  async function remove(stub) {
    const which = stub && new URLSearchParams(stub.operation ? { operation: stub.operation } : { method: stub.method, path: stub.path });
    try {
      await write(stub ? `Removed the stub of ${nameOf(stub)}.` : "Removed all stubs.", "DELETE", stub ? `${path}?${which}` : path);
      await load();
    } catch (failure) {
      status.say(failure.message, "bad");
    }
  }
  how.addEventListener("change", choose);
  choose();
  load();
  context.onChange(({ settings }) => { if (settings) load(); });
  return card("Stubs", { about: "A fixed answer behind real authentication. Setting one again replaces it." },
    list,
    h("details", { class: "more", open: true }, h("summary", {}, "New stub"),
      h("form", { novalidate: true, onsubmit: add },
        h("div", { class: "fields" }, field("For", how), Object.values(fields), field("Status", code), field("Body", body, { wide: true, hint: "JSON" })),
        status,
        h("div", { class: "actions" }, h("button", { class: "primary" }, "Set stub")))));
}
