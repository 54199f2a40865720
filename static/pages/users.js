// Users: search, filter and sort as QueryUsers does; what can be done to one stands beside the list.

import { ofApp, read } from "../lib/api.js";
import { count } from "../lib/app-settings.js";
import { button, empty, failed, field, fill, h, input, select } from "../lib/dom.js";
import { askForm } from "../lib/dialog.js";
import { Table } from "../lib/table.js";
import { exact, ms, relative } from "../lib/time.js";
import { userFields } from "../lib/user-form.js";
import { drawUser, states } from "../lib/user-view.js";
import * as api from "../lib/users-api.js";
import { complain, Wrong } from "../lib/wrong.js";

export const title = "Users";

const TYPING_MS = 200;

export function render(context) {
  const { app, params, root, signal } = context;
  const wanted = {
    text: params.get("q") ?? "", role: params.get("role") ?? "", state: params.get("state") ?? "",
    field: params.get("sort") ?? "created_at", direction: params.get("dir") === "asc" ? 1 : -1,
  };
  let [users, complete, reading, turn, timer] = [[], false, false, 0, 0];

  const search = input({ type: "search", value: wanted.text, placeholder: "ID or name, or a filter: {\"role\": \"admin\"}", "data-search": true });
  const role = select([["", "Every role"]], "");
  const state = select(api.STATES, wanted.state);
  const sort = select(api.SORTS, wanted.field);
  const direction = button("", () => { wanted.direction = -wanted.direction; begin(); }, { class: "small" });
  const total = h("p", { class: "about", role: "status" });
  const problem = h("div");
  const detail = h("aside", { class: "detail", "aria-label": "The user", hidden: true });
  const nothing = h("div", { hidden: true });
  const now = () => context.clock().now();
  const table = new Table({
    label: "Users", name: "t-users", key: (user) => user.id, open: (user) => show(user.id), near: () => readMore(),
    columns: [
      { title: "User", name: "c-user", cell: (user) => [h("span", { class: "avatar", "aria-hidden": "true" }, initial(user)), h("span", { class: "who" }, h("strong", {}, user.name || user.id), h("code", {}, user.id))] },
      { title: "Role", name: "c-role", cell: (user) => user.role },
      { title: "State", name: "c-state", cell: (user) => states(user) },
      { title: "Teams", name: "c-teams", cell: (user) => user.teams.join(", ") },
      { title: "Last active", name: "c-active", cell: (user) => (user.last_active ? h("span", { title: exact(ms(user.last_active)) }, relative(ms(user.last_active) - now())) : "never") },
      { title: "Created", name: "c-created", cell: (user) => exact(ms(user.created_at)).slice(0, 16) },
    ],
  });

  async function begin() {
    clearTimeout(timer);
    Object.assign(wanted, { text: search.value, role: role.value || wanted.role, state: state.value, field: sort.value });
    context.set({ q: wanted.text, role: wanted.role, state: wanted.state, sort: wanted.field === "created_at" ? "" : wanted.field, dir: wanted.direction === 1 ? "asc" : "" });
    direction.textContent = wanted.direction === 1 ? "↑ Ascending" : "↓ Descending";
    turn += 1;
    complain(search);
    [reading, complete] = [false, false];
    await readMore(true);
  }

  const readPage = async (last) => api.queryUsers(app, { ...wanted, filter: api.filterOf(wanted), last, signal });

  async function readMore(fresh = false) {
    if (reading || complete) return;
    reading = true;
    const mine = turn;
    try {
      const more = await readPage(fresh ? undefined : users.at(-1));
      if (mine !== turn) return;
      fill(problem);
      users = fresh ? more : [...users, ...more];
      complete = more.length < api.PAGE;
      reading = false;
      if (fresh) table.scroller.scrollTop = 0;
      table.set(users);
      drawTotal();
    } catch (failure) {
      if (mine !== turn || signal.aborted) return;
      reading = false;
      complete = true; // until it is tried again
      if (failure instanceof SyntaxError) return complain(search, `The filter is not JSON: ${failure.message}`);
      if (failure.field === "/filter" || (failure.code === 4 && wanted.text.trim().startsWith("{"))) return complain(search, failure.message);
      fill(problem, failed(failure, begin));
    }
  }

  /** Reads anew as many as are held, where they are few enough: what has changed is shown, what is being read stays. */
  async function followUsers() {
    if (reading) return;
    if (users.length > api.PAGE) return drawTotal();
    const mine = turn;
    const now = await readPage().catch(() => null);
    if (!now || mine !== turn || reading || signal.aborted || same(now, users)) return;
    const known = new Map(users.map((user) => [JSON.stringify(user), user]));
    users = now.map((user) => known.get(JSON.stringify(user)) ?? user);
    complete = now.length < api.PAGE;
    table.set(users);
    drawTotal();
  }

  async function drawTotal() {
    const filtered = wanted.text || wanted.role || wanted.state;
    nothing.hidden = users.length > 0;
    table.element.hidden = users.length === 0;
    if (users.length === 0) {
      fill(nothing, filtered
        ? empty("No user matches", "Try another filter.", button("Show every user", () => { [search.value, role.value, state.value, wanted.role] = ["", "", "", ""]; begin(); }))
        : empty("No user yet", "They come with the first sign-in, with updateUsers, or from a fixture.", button("New user", create, { class: "primary" })));
    }
    if (complete || filtered) total.textContent = `${users.length.toLocaleString("en")}${complete ? "" : "+"} ${users.length === 1 ? "user" : "users"}`;
    else {
      const { users: all } = await read(ofApp(app)).catch(() => ({}));
      if (!complete) total.textContent = all === undefined ? `${users.length}+ users` : count(all, "user");
    }
  }

  /** Reads one user anew into its row and beside the list; without one, the list is read anew. */
  async function changed(id, gone = false) {
    const at = users.findIndex((user) => user.id === id);
    const user = gone ? undefined : await api.getUser(app, id, signal);
    if (at >= 0 && user) users = users.with(at, user);
    else if (at >= 0) users = users.toSpliced(at, 1);
    table.set(users);
    if (gone) hide();
    drawTotal();
  }

  async function show(id) {
    context.set({ user: id });
    table.choose(id);
    root.classList.add("has-detail");
    detail.hidden = false;
    await drawUser(context, detail, id, { changed, close: hide, roles: allRoles });
  }

  function hide() {
    context.set({ user: "" });
    table.choose(null);
    root.classList.remove("has-detail");
    detail.hidden = true;
    fill(detail);
    table.scroller.focus();
  }

  function create() {
    const id = input({ class: "mono", required: true });
    const form = userFields({ role: "user" }, allRoles);
    askForm("New user", {
      fields: [field("ID", id), form.element],
      inputs: { ...form.inputs, id },
      action: "Create",
      submit: async () => {
        if (!id.value) throw new Wrong(id, "A user needs an id.");
        const fields = form.all();
        const there = await api.getUser(app, id.value, signal);
        if (there) throw new Wrong(id, `${id.value} is there already. Choose another id, or edit that user.`);
        await api.upsert(app, { id: id.value, ...fields });
        await begin();
        await show(id.value);
      },
    });
  }

  function restoreDeleted() {
    const ids = input({ class: "mono" });
    askForm("Restore deleted users", {
      about: "Takes back a deletion that was not hard. The state “Deleted” above the list finds them.",
      fields: [field("IDs", ids, { hint: "Separated by commas" })],
      inputs: { user_ids: ids },
      action: "Restore",
      submit: async () => {
        if (!ids.value.trim()) throw new Wrong(ids, "Name at least one user.");
        await api.restore(app, ids.value.split(",").map((id) => id.trim()).filter(Boolean));
        await begin();
      },
    });
  }

  let allRoles = ["user", "admin"];
  api.roles(app, signal).then((names) => {
    allRoles = names.filter((name) => name !== "anonymous");
    fill(role, [["", "Every role"], ...allRoles.map((name) => [name, name])].map(([value, label]) => h("option", { value }, label)));
    role.value = wanted.role;
  }, () => {});

  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(begin, TYPING_MS); });
  for (const one of [state, sort]) one.addEventListener("change", begin);
  role.addEventListener("change", () => { wanted.role = role.value; begin(); });
  signal.addEventListener("abort", () => table.close());
  context.onRefresh(({ back }) => { if (back) begin(); });
  context.onChange((news) => { if (news.users) followUsers(); });

  fill(
    root,
    context.head(button("Restore deleted…", restoreDeleted), button("New user", create, { class: "primary" })),
    h("form", { class: "filters", role: "search", onsubmit: (event) => { event.preventDefault(); begin(); } },
      field("Search", search), field("Role", role), field("State", state), field("Sort by", sort), direction, total),
    problem,
    h("div", { class: "split" }, h("div", { class: "list" }, table.element, nothing), detail),
  );
  const first = begin();
  if (params.get("user")) return show(params.get("user"));
  return first;
}

const same = (left, right) => JSON.stringify(left) === JSON.stringify(right);
const initial = (user) => [...(user.name || user.id)][0]?.toUpperCase() ?? "?";
