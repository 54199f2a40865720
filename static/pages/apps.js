// What runs here and how each app stands; until one has been called, the first steps. An app's name leads to its Chat Overview.

import { ofApp, write } from "../lib/api.js";
import { count } from "../lib/app-settings.js";
import { badge, button, card, copyButton, empty, facts, field, fill, h, input } from "../lib/dom.js";
import { askForm } from "../lib/dialog.js";
import { AppClock, exact, relative } from "../lib/time.js";
import { firstSteps } from "./start.js";

export const title = "Apps";

/** What is counted of an app, and the page that tells more. */
const NUMBERS = { users: "users", connections: "connections", calls: "requests", refusals: "requests", faults: "faults" };

export function render(context) {
  const process = h("div");
  const list = h("div", { class: "app-list" });
  const steps = h("div");
  let [drawn, told, cards] = ["", "", []];
  fill(context.root, context.head(button("New app", () => create(context), { class: "primary" })), process, list, steps);

  function draw() {
    const { info } = context;
    const apps = context.apps();
    const running = JSON.stringify([info.pid, info.url, info.db, info.version]);
    if (running !== told) fill(process, processCard(context, info));
    told = running;
    const state = JSON.stringify(apps.map(({ clock, ...app }) => app));
    if (state !== drawn) {
      drawn = state;
      cards = apps.map((app) => appCard(context, app));
      fill(list, apps.length > 0 ? h("ul", { class: "cards" }, cards.map((one) => one.element))
        : empty("No app yet", "An app is an API key and a secret, with users and settings of its own.", button("Create an app", () => create(context), { class: "primary" })));
    }
    const standings = context.standings();
    for (const one of cards) one.draw(standings.find((standing) => standing.api_key === one.app.api_key));
    drawSteps(standings);
  }

  /** Nobody has called yet: how to. What was chosen there stays as long as it is so. */
  function drawSteps(standings) {
    const { app } = context;
    const isQuiet = Boolean(app) && standings.length > 0 && standings.every((one) => one.calls === 0);
    if (!isQuiet) fill(steps);
    else if (!steps.firstElementChild) fill(steps, h("h2", { class: "over" }, "First steps"), firstSteps(context));
  }
  draw();
  context.onRefresh(draw);
  context.onChange(draw);
}

function processCard(context, info) {
  const { origin, port, protocol } = new URL(info.url);
  const keyless = h("a", { href: context.href("requests", { journal: "keyless" }) }, "calls with no API key, or with one that no app has");
  const address = h("span", { class: "with-tools" }, h("code", {}, origin), copyButton(origin, "the address"));
  const number = port || (protocol === "https:" ? "443" : "80");
  return card("This millpond", {}, facts([
    ["Address", address],
    ["Port", `${number}: HTTP and sockets of every product, the control API and this page`],
    ["Kept in", info.db ? h("code", {}, info.db) : "memory alone: gone when it stops"],
    ["Unknown keys", keyless],
    ["Process", `${info.pid}, version ${info.version}, since ${exact(Date.parse(info.started_at))}`],
  ]));
}

/** An app, and how it stands: only what has changed is drawn anew, so that what has the focus stays. */
function appCard(context, app) {
  const href = (page, more = {}) => `#/${page}?${new URLSearchParams({ app: app.api_key, ...more })}`;
  const links = Object.fromEntries(Object.entries(NUMBERS).map(([name, page]) =>
    [name, h("a", { class: "number", href: href(page, name === "refusals" ? { outcome: "refused" } : {}) })]));
  const [clock, notes, never] = [h("p", { class: "about" }), h("p", { class: "notes" }), h("p", { class: "about never", hidden: true }, "Not called yet. ", h("a", { href: href("start") }, "First steps"))];
  const element = h(
    "li", { class: "card app-row" },
    h("div", { class: "card-head" },
      h("a", { class: "app-name", href: href("overview") }, app.name),
      h("div", { class: "actions" },
        button("Clone", () => clone(context, app), { class: "small", "aria-label": `Clone ${app.name}` }),
        button("Delete", () => remove(context, app), { class: "small danger-text", "aria-label": `Delete ${app.name}` }))),
    h("p", { class: "about with-tools" }, "API key ", h("code", {}, app.api_key), copyButton(app.api_key, `the API key of ${app.name}`)),
    h("div", { class: "numbers" }, Object.values(links)),
    clock, notes, never,
  );
  const say = (target, text) => { if (target.textContent !== text) target.textContent = text; };

  function draw(now) {
    if (!now) return;
    const shown = {
      users: [now.users, "user"], connections: [now.connections, "connection"],
      calls: [now.calls_last_minute, "call", "last minute"], refusals: [now.refusals_last_minute, "refusal", "last minute"], faults: [now.faults, "active fault"],
    };
    for (const [name, [number, noun, when]] of Object.entries(shown)) {
      const link = links[name];
      const text = count(number, noun);
      if (link.dataset.told === text) continue;
      link.dataset.told = text;
      const [value, ...words] = text.split(" ");
      fill(link, h("strong", {}, value), " ", h("span", {}, [...words, when].filter(Boolean).join(" ")));
      link.classList.toggle("bad", name === "refusals" && number > 0);
      link.classList.toggle("warn", name === "faults" && number > 0);
    }
    const time = new AppClock(now.clock);
    say(clock, time.isReal ? "Clock: real time" : `Clock: ${time.mode === "frozen" ? "frozen" : "moved"}, ${exact(time.now())}, ${time.distance()}`);
    clock.classList.toggle("warn", !time.isReal);
    const ends = app.expires_at ? `ends ${relative(Date.parse(app.expires_at) - Date.now())}` : null;
    const loops = now.loops ? `${count(now.loops, "user")} refused over and over` : null;
    const words = [loops, now.auth_checks_disabled ? "auth checks disabled" : null, now.stubs ? count(now.stubs, "stub") : null, ends].filter(Boolean);
    if (notes.textContent !== words.join("")) fill(notes, words.map((text) => badge(text, "warn")));
    never.hidden = now.calls > 0;
  }
  return { app, element, draw };
}

const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value));

function create(context) {
  const [name, key, secret] = [input({ placeholder: "my-app" }), input({ class: "mono" }), input({ class: "mono" })];
  const body = () => given({ name: name.value, api_key: key.value, api_secret: secret.value });
  askForm("New app", {
    about: "Without a pair of its own it gets one that is made up. Give the pair of a real app to judge that app’s tokens; nothing leaves this machine.",
    fields: [field("Name", name), field("API key", key, { hint: "Both or neither" }), field("Secret", secret)],
    inputs: { name, api_key: key, api_secret: secret },
    action: "Create",
    submit: async () => {
      const made = await write("Created the app.", "POST", "/apps", body());
      await context.reload();
      context.go("overview", { app: made.api_key });
    },
  });
}

export function clone(context, app) {
  const [name, ttl] = [input({ value: `${app.name} copy` }), input({ placeholder: "1h", class: "mono" })];
  askForm(`Clone ${app.name}`, {
    about: "A copy with a key and a secret of its own: users, settings, clock, as they are now.",
    fields: [field("Name", name), field("Time to live", ttl, { hint: "Such as 15m or 2d; empty: until it is deleted" })],
    inputs: { name, ttl },
    action: "Clone",
    submit: async () => {
      const made = await write(`Cloned ${app.name}.`, "POST", ofApp(app, "/clone"), given({ name: name.value, ttl: ttl.value }));
      await context.reload();
      context.go("overview", { app: made.api_key });
    },
  });
}

function remove(context, app) {
  askForm(`Delete ${app.name}?`, {
    about: `The app ${app.api_key}, with all its users and settings, is gone for good. Its open connections are closed.`,
    action: "Delete the app",
    danger: true,
    submit: async () => {
      await write(`Deleted ${app.name}.`, "DELETE", ofApp(app));
      await context.reload();
      context.go("apps", { app: undefined });
    },
  });
}
