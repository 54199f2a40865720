// Who is connected: by which SDK, since when, until when the token is good. Close, expire, send an error.

import { ofApp, read, write } from "../lib/api.js";
import { count } from "../lib/app-settings.js";
import { closeConnection, expireConnection, sendTo } from "../lib/connection-actions.js";
import { askForm } from "../lib/dialog.js";
import { badge, button, empty, failed, field, fill, h, input, loading, select } from "../lib/dom.js";
import { sdkName } from "../lib/sdk.js";
import { Table } from "../lib/table.js";
import { exact, relative } from "../lib/time.js";
import { json } from "../lib/wrong.js";

export const title = "Connections";

const ERRORS = [["40", "40: token expired"], ["43", "43: signature is wrong"], ["5", "5: authentication failed"], ["9", "9: rate limited"], ["-1", "-1: internal error"], ["99", "99: app suspended"]];

export function render(context) {
  const { app, params, root, signal } = context;
  const user = input({ value: params.get("user") ?? "", class: "mono", "data-search": true });
  const state = h("p", { class: "about", role: "status" });
  const nothing = h("div", {}, loading());
  const problem = h("div");
  let all = [];
  const doing = (act) => async () => {
    try {
      fill(problem);
      await act();
      await load();
    } catch (failure) {
      fill(problem, failed(failure));
    }
  };
  const when = (text) => { const at = Date.parse(text); return h("span", { title: exact(at) }, relative(at - context.clock().now())); };
  const table = new Table({
    label: "Connections", name: "t-connections", key: (one) => one.id, open: (one) => one.user_id && context.go("users", { user: one.user_id }),
    columns: [
      { title: "User", name: "c-user", cell: (one) => h("span", { class: "who" }, h("strong", {}, one.user_id ?? "anonymous"), h("code", {}, one.id)) },
      { title: "SDK", name: "c-sdk", cell: (one) => [h("span", { title: one.sdk }, sdkName(one.sdk)), " ", one.dialect ? badge(one.dialect) : null] },
      { title: "Since", name: "c-since", cell: (one) => when(one.opened_at) },
      { title: "Token ends", name: "c-ends", cell: (one) => (one.token_expires_at ? when(one.token_expires_at) : "never") },
      { title: "Actions", name: "c-tools", cell: (one) => h("span", { class: "actions" },
        button("Close", doing(() => closeConnection(app, one)), { class: "small", "aria-label": `Close the connection of ${one.user_id ?? one.id}` }),
        button("Expire now", doing(() => expireConnection(app, one)), { class: "small", "aria-label": `Expire now the connection of ${one.user_id ?? one.id}` }),
        button("Send…", () => askSend(one), { class: "small", "aria-label": `Send to the connection of ${one.user_id ?? one.id}` })) },
    ],
  });

  async function load() {
    try {
      const { connections } = await read(ofApp(app, "/connections"), { signal });
      fill(problem);
      // The same objects for the same connections: what has the focus in a row stays.
      const known = new Map(all.map((one) => [JSON.stringify(one), one]));
      all = connections.map((one) => known.get(JSON.stringify(one)) ?? one);
      draw();
    } catch (failure) {
      if (signal.aborted || failure.gone) return;
      table.element.hidden = true;
      fill(nothing);
      fill(problem, failure.missing ? empty("No list", "This millpond does not tell who is connected.") : failed(failure, load));
    }
  }

  function draw() {
    const wanted = user.value.trim().toLowerCase();
    context.set({ user: user.value.trim() });
    const shown = all.filter((one) => !wanted || (one.user_id ?? "").toLowerCase().includes(wanted));
    table.element.hidden = shown.length === 0;
    fill(nothing, shown.length > 0 ? null : all.length === 0
      ? empty("Nobody is connected", "A user who connects a socket appears here: connectUser in any SDK.", h("a", { class: "button", href: context.href("start") }, "First steps"))
      : empty("No connection matches", "Nobody of that name is connected."));
    state.textContent = count(shown.length, "open connection");
    closeAll.hidden = shown.length === 0;
    table.set(shown);
    if (!table.body.contains(document.activeElement)) table.refresh(); // relative times
  }

  function askSend(one) {
    const kind = select([["error", "An error"], ["event", "An event"]], "error");
    const code = select(ERRORS, "40");
    const event = h("textarea", { class: "mono", rows: "5", spellcheck: "false" });
    event.value = '{"type": "health.check"}';
    const [codeField, eventField] = [field("Code", code), field("Event", event, { hint: "JSON with a type", wide: true })];
    const choose = () => { codeField.hidden = kind.value !== "error"; eventField.hidden = kind.value === "error"; };
    kind.addEventListener("change", choose);
    choose();
    askForm(`Send to ${one.user_id ?? one.id}`, {
      fields: [field("What", kind), codeField, eventField],
      inputs: kind.value === "error" ? { error: code, code } : { type: event, "": event },
      action: "Send",
      submit: async () => {
        await sendTo(app, one, kind.value === "error" ? { type: "connection.error", error: { code: Number(code.value) } } : json(event));
      },
    });
  }

  const closeAll = button("Close all…", () => askForm("Close connections?", {
    about: user.value.trim() ? `Every open connection of ${user.value.trim()} is closed.` : `${count(all.length, "open connection")} are closed.`,
    action: "Close them",
    danger: true,
    submit: async () => {
      const of = user.value.trim() ? `?user_id=${encodeURIComponent(user.value.trim())}` : "";
      await write("Closed connections.", "POST", ofApp(app, `/connections/close${of}`), {});
      await load();
    },
  }), { hidden: true });
  user.addEventListener("input", draw);
  context.onRefresh(load);
  context.onChange(load);
  signal.addEventListener("abort", () => table.close());
  fill(
    root,
    context.head(closeAll),
    h("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() }, field("User", user), state),
    problem,
    h("div", { class: "list" }, table.element, nothing),
  );
  load();
}
