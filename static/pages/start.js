// First steps: how to point each SDK here, with this app's key already in it.

import { copyButton, card, code, fill, h, button } from "../lib/dom.js";
import { SDKS } from "../lib/snippets.js";
import { isUntouched, waitForTheFirst } from "./requests.js";

export const title = "First steps";

const MASK = "•".repeat(12);

export async function render(context) {
  fill(context.root, context.head(), firstSteps(context));
  if (await isUntouched(context.app, context.signal) && !context.signal.aborted) waitForTheFirst(context);
}

/** A line for a shell, to be copied. */
const shell = (line) => h("div", { class: "with-tools" }, h("code", { class: "line", tabindex: "0" }, line), copyButton(line, `the line ${line}`));

export function firstSteps(context, waiting) {
  const { app, params } = context;
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "SDKs" });
  const panel = h("div", { class: "panel", role: "tabpanel", id: "sdk-panel", tabindex: "0" });
  const values = (hide) => ({ app, address: location.origin, key: app.api_key, secret: hide ? MASK : app.api_secret });
  let chosen = SDKS.find(({ id }) => id === params.get("sdk")) ?? SDKS[0];

  function draw() {
    for (const tab of tabs.children) {
      const selected = tab.dataset.sdk === chosen.id;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      if (selected) panel.setAttribute("aria-labelledby", tab.id);
    }
    const shown = chosen.code(values(true));
    fill(
      panel,
      h("div", { class: "card-head" }, h("code", {}, chosen.package), copyButton(() => chosen.code(values(false)), `the ${chosen.name} lines`)),
      code(shown, `${chosen.name} lines`),
      h("p", { class: "about" }, `${chosen.note}${shown.includes(MASK) ? " The secret is hidden here and copied in full." : ""}`),
    );
  }

  function choose(sdk) {
    chosen = sdk;
    context.set({ sdk: sdk.id });
    draw();
  }

  fill(tabs, SDKS.map((sdk) => button(sdk.name, () => choose(sdk), { role: "tab", id: `tab-${sdk.id}`, "data-sdk": sdk.id, "aria-controls": "sdk-panel" })));
  tabs.addEventListener("keydown", (event) => {
    const at = SDKS.indexOf(chosen);
    const last = SDKS.length - 1;
    const next = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    choose(SDKS[next]);
    tabs.children[next].focus();
  });
  draw();
  return h(
    "div", { class: "steps" },
    waiting,
    card("1. Point your SDK here", { about: `The lines for ${app.name}, ready to paste.` }, tabs, panel),
    h("div", { class: "columns" },
      card("2. Get a token", {},
        h("p", {}, "Your own token provider works as it is: it signs with this app’s secret. Without one:"),
        h("ul", { class: "plain-list" },
          h("li", {}, "millpond is one: the client lines above ask ", h("code", {}, "…/token-provider"), "."),
          h("li", {}, "The ", h("a", { href: context.href("tokens") }, "JWT generator"), " makes one to paste."),
          h("li", {}, "Or turn on ", h("a", { href: context.href("overview") }, "Disable Auth Checks"), " and use a developer token."))),
      card("3. Watch", {},
        h("p", {}, "Each call and socket event appears under ", h("a", { href: context.href("requests") }, "Requests"), ", with every check of its authentication, and who is connected under ", h("a", { href: context.href("connections") }, "Connections"), "."),
        h("p", {}, "In a shell, the same variables for every SDK:"),
        shell('eval "$(millpond env)"'))),
    card("4. Set up your project", {},
      h("div", { class: "columns" },
        h("div", { class: "column" },
          h("p", {}, "In its folder: a fixture, a first test for vitest, jest, Playwright, node:test or pytest, and a workflow; shown first."),
          shell("millpond init")),
        h("div", { class: "column" },
          h("p", {}, "And which SDK clients of its code would still call production, with what to write."),
          shell("millpond doctor --project ."))),
      h("p", { class: "about" }, "For a coding agent: ", h("a", { href: "/_millpond/llms.txt" }, "llms.txt"), "."))
  );
}
