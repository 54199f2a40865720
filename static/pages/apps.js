// The list of apps: the way in. Click an app's name to enter its Chat Overview.

import { ofApp, write } from "../lib/api.js";
import { badge, button, copyButton, empty, fill, h, input, field } from "../lib/dom.js";
import { askForm } from "../lib/dialog.js";
import { AppClock, exact, both } from "../lib/time.js";

export const title = "Apps";

export function render(context) {
  const list = h("div", { class: "app-list" });
  let drawn = "";
  fill(context.root, context.head(button("New app", () => create(context), { class: "primary" })), list);

  function draw() {
    const apps = context.apps();
    const state = JSON.stringify(apps.map(({ clock, ...app }) => [app, clock.mode]));
    if (state === drawn) return;
    drawn = state;
    if (apps.length === 0) {
      return fill(list, empty("No app yet", "An app is an API key and a secret, with users and settings of its own.", button("Create an app", () => create(context), { class: "primary" })));
    }
    fill(list, h("p", { class: "about" }, "Click an app’s name to enter its Chat Overview."), h("ul", { class: "cards" }, apps.map((app) => row(context, app))));
  }
  draw();
  context.onRefresh(draw);
}

function row(context, app) {
  const clock = new AppClock(app.clock);
  return h(
    "li", { class: "card app-row" },
    h("div", {},
      h("a", { class: "app-name", href: `#/overview?${new URLSearchParams({ app: app.api_key })}` }, app.name),
      h("p", { class: "about" }, "API key ", h("code", {}, app.api_key), copyButton(app.api_key, `the API key of ${app.name}`)),
      h("p", { class: "about" }, `Created ${exact(Date.parse(app.created_at))}`, app.expires_at ? `, ends ${both(Date.parse(app.expires_at), new AppClock({ mode: "system", now: new Date().toISOString(), offset_seconds: 0 }))}` : ""),
      clock.isReal ? null : badge(clock.mode === "frozen" ? "Clock frozen" : "Clock moved", "warn")),
    h("div", { class: "actions" },
      button("Clone", () => clone(context, app), { class: "small", "aria-label": `Clone ${app.name}` }),
      button("Delete", () => remove(context, app), { class: "small danger-text", "aria-label": `Delete ${app.name}` })),
  );
}

const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value));

function create(context) {
  const [name, key, secret] = [input({ placeholder: "my-app" }), input({ class: "mono" }), input({ class: "mono" })];
  const body = () => given({ name: name.value, api_key: key.value, api_secret: secret.value });
  askForm("New app", {
    about: "Without a pair of its own it gets one that is made up. Give the pair of a real app to judge that app’s tokens; nothing leaves this machine.",
    fields: [field("Name", name), field("API key", key, { hint: "Both or neither" }), field("Secret", secret)],
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
