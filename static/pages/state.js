// The state of an app as a whole: fixture, scenarios, snapshots, reset, clone.

import { ofApp, read, write } from "../lib/api.js";
import { count } from "../lib/app-settings.js";
import { cli, ofControl } from "../lib/curl.js";
import { button, card, copyButton, empty, failed, field, fill, h, input, loading, select, statusLine } from "../lib/dom.js";
import { askForm } from "../lib/dialog.js";
import { both } from "../lib/time.js";
import { tell, Wrong } from "../lib/wrong.js";
import { clone } from "./apps.js";

export const title = "Fixtures and snapshots";

export function render(context) {
  const fixture = fixtureCard(context);
  fill(
    context.root,
    context.head(),
    h("div", { class: "columns wide-first" },
      fixture.element,
      h("div", { class: "column" }, resetCard(context, fixture.load), snapshotsCard(context, fixture.load), cloneCard(context))),
  );
}

// ---- fixture ----

/** What a text field edits smoothly, in characters. */
const EDITED_MAX = 2 * 1024 * 1024;
const LONG_PASTE = 16 * 1024;

function lineCount(text) {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

const mebibytes = (text) => `${(text.length / 1024 / 1024).toFixed(1)} MiB`;

function fixtureCard(context) {
  const { app, signal } = context;
  const path = ofApp(app, "/fixture");
  const text = h("textarea", { class: "mono editor", spellcheck: "false", wrap: "off", id: "fixture-text", "aria-label": "Fixture" });
  const gutter = h("div", { class: "gutter", "aria-hidden": "true" });
  const mode = select([["replace", "Replace: the app becomes this"], ["merge", "Merge: what it names is added"]], "replace");
  const scenario = select([["", "Load a scenario…"]], "", { "aria-label": "Load a shipped scenario" });
  const status = statusLine("fixture-status");
  const problems = h("ol", { class: "problems", hidden: true, "aria-label": "Problems" });
  let exported = "";
  let wrong = new Set();

  let frame = 0;

  /** Numbers of the lines in sight alone: a key pressed in a long text costs no more than in a short one. */
  function drawGutter() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      const height = parseFloat(getComputedStyle(text).lineHeight);
      const first = Math.max(0, Math.floor(text.scrollTop / height) - 1);
      const last = Math.min(lineCount(text.value), first + Math.ceil(text.clientHeight / height) + 3);
      const numbers = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at + 1);
      const shown = h("div", {}, numbers.map((number) => h("div", { class: wrong.has(number) ? "bad" : "" }, String(number))));
      shown.style.transform = `translateY(${first * height - text.scrollTop}px)`;
      fill(gutter, shown);
    });
  }

  function set(value) {
    text.value = value;
    clearProblems();
  }

  function clearProblems() {
    wrong = new Set();
    problems.hidden = true;
    drawGutter();
  }

  async function load() {
    try {
      exported = await read(path, { signal, asText: true });
      const tooLong = exported.length > EDITED_MAX;
      set(tooLong ? "" : exported);
      status.say(tooLong ? `The app as it is now has ${mebibytes(exported)}: too much to edit here. Download it, edit it, and load it by the command line.` : "This is the app as it is now.", tooLong ? "warn" : "");
    } catch (failure) {
      if (signal.aborted || failure.gone) return;
      status.say(failure.missing ? "This millpond cannot export or import while it runs." : failure.message, failure.missing ? "warn" : "bad");
    }
  }

  async function apply() {
    clearProblems();
    status.say("Applying…");
    try {
      const line = cli(app, "fixture", "load", "FILE", ...(mode.value === "merge" ? ["--merge"] : []));
      const before = exported;
      const put = (what, body, how, undo) => write(what, "PUT", `${path}?mode=${how}`, body, { line, undo, type: body.trimStart().startsWith("{") ? "application/json" : "application/yaml" });
      await put(mode.value === "merge" ? "Merged the fixture." : "Replaced the app’s state by the fixture.", text.value, mode.value,
        before ? async () => { await put("The app is as it was before the fixture.", before, "replace"); await load(); } : undefined);
      await context.reload();
      await load();
      status.say("Applied. This is the app as it is now.", "good");
    } catch (failure) {
      if (failure.problems?.length) drawProblems(failure.problems);
      status.say(failure.problems?.length ? `Not applied: ${count(failure.problems.length, "problem")}. Nothing was changed.` : `Not applied: ${failure.message}`, "bad");
    }
  }

  function drawProblems(all) {
    wrong = new Set(all.map(({ line }) => line));
    fill(problems, all.map(({ line, column, field: where, message, hint }) => h("li", {},
      line ? button(`Line ${line}, column ${column ?? 1}`, () => goTo(line, column ?? 1), { class: "small" }) : null,
      h("span", {}, where ? h("code", {}, `${where} `) : null, message, hint ? `; ${hint}` : ""))));
    problems.hidden = false;
    drawGutter();
    if (all[0].line) goTo(all[0].line, all[0].column ?? 1);
  }

  function goTo(line, column) {
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    text.focus();
    text.setSelectionRange(start + column - 1, start + (lines[line - 1]?.length ?? 0));
    const height = parseFloat(getComputedStyle(text).lineHeight);
    text.scrollTop = Math.max(0, (line - 4) * height);
    drawGutter();
  }

  // A browser takes long texts line by line, and answers to nothing meanwhile.
  text.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    if (pasted.length < LONG_PASTE) return;
    event.preventDefault();
    text.setRangeText(pasted, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
  });
  text.addEventListener("input", () => { if (wrong.size > 0) clearProblems(); else drawGutter(); status.say(text.value === exported ? "This is the app as it is now." : "Not applied yet.", text.value === exported ? "" : "warn"); });
  text.addEventListener("scroll", drawGutter, { passive: true });
  read("/scenarios", { signal }).then(({ scenarios }) => {
    fill(scenario, h("option", { value: "" }, "Load a scenario…"), scenarios.map(({ name }) => h("option", { value: name }, name)));
    scenario.addEventListener("change", () => {
      const found = scenarios.find(({ name }) => name === scenario.value);
      if (!found) return;
      set(found.fixture);
      status.say(`${found.name}: not applied yet.`, "warn");
      scenario.value = "";
      text.focus();
    });
  }, () => scenario.remove());

  load();
  const element = card("Fixture", { about: "The app as a file, its secret included: edit and apply it, or keep it for your tests.", tools: [scenario, button("Read anew", load, { class: "small" }), copyButton(() => text.value, "the fixture")] },
    h("div", { class: "editor-box" }, gutter, text),
    problems,
    h("div", { class: "actions" }, field("How", mode), button("Apply", apply, { class: "primary" }), button("Download", download), h("div", { class: "say" }, status)));

  function download() {
    const url = URL.createObjectURL(new Blob([text.value || exported], { type: "application/octet-stream" }));
    const link = h("a", { href: url, download: `${app.name.replaceAll(/[^\w.-]+/g, "-")}.yaml` });
    link.click();
    URL.revokeObjectURL(url);
  }
  return { element, load };
}

// ---- reset ----

function resetCard(context, after) {
  const { app } = context;
  return card("Reset", { about: "Back to the last import, else to how the app began. Open connections are closed; requests that began before are refused." },
    h("div", { class: "actions" }, button("Reset…", () => askForm(`Reset ${app.name}?`, {
      about: "Users, settings, clock, faults and stubs go back to the last import, else to the start. What was done since is gone: take a snapshot first to keep it.",
      action: "Reset the app",
      danger: true,
      line: () => ofControl("POST", ofApp(app, "/reset"), {}),
      submit: async () => {
        await write(`Reset ${app.name}.`, "POST", ofApp(app, "/reset"), {});
        await context.reload();
        await after();
      },
    }))));
}

// ---- snapshots ----

function snapshotsCard(context, after) {
  const { app, signal } = context;
  const path = ofApp(app, "/snapshots");
  const list = h("div", {}, loading());
  const status = statusLine();
  const name = input({ placeholder: "before-the-test" });
  async function load() {
    try {
      const { snapshots } = await read(path, { signal });
      fill(list, snapshots.length === 0 ? empty("No snapshot", "A named state to come back to.")
        : h("ul", { class: "lines" }, snapshots.map((one) => h("li", {},
          h("span", { class: "name" }, one.name),
          h("span", { class: "about" }, `${count(one.users, "user")}, ${both(Date.parse(one.created_at), context.clock())}`),
          h("span", { class: "actions" },
            button("Restore…", () => restore(one), { class: "small", "aria-label": `Restore ${one.name}` }),
            button("Delete", () => doing(() => write(`Deleted the snapshot ${one.name}.`, "DELETE", `${path}/${encodeURIComponent(one.name)}`)), { class: "small", "aria-label": `Delete ${one.name}` }))))));
    } catch (failure) {
      if (signal.aborted || failure.gone) return;
      fill(list, failure.missing ? empty("No snapshots here", "This millpond cannot keep named states.") : failed(failure, load));
    }
  }
  async function doing(act) {
    try {
      status.say("");
      await act();
      await load();
    } catch (failure) {
      tell(failure, status, { name });
    }
  }
  function restore(one) {
    askForm(`Restore ${one.name}?`, {
      about: `The app goes back to ${count(one.users, "user")} of ${both(Date.parse(one.created_at), context.clock())}. What was done since is gone; open connections are closed.`,
      action: "Restore",
      danger: true,
      line: () => ofControl("POST", `${path}/${encodeURIComponent(one.name)}/restore`, {}),
      submit: async () => {
        await write(`Restored ${one.name}.`, "POST", `${path}/${encodeURIComponent(one.name)}/restore`, {});
        await context.reload();
        await after();
      },
    });
  }
  load();
  return card("Snapshots", {}, list,
    h("form", { class: "inline", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      const wanted = name.value.trim();
      doing(async () => {
        if (!wanted) throw new Wrong(name, "A snapshot needs a name.");
        await write(`Took the snapshot ${wanted}.`, "POST", path, { name: wanted });
        name.value = "";
      });
    } }, field("Name", name), h("button", {}, "Take a snapshot")),
    status);
}

function cloneCard(context) {
  return card("Clone", { about: "A copy of the app under a key of its own, such as one for each test worker; with a time to live it removes itself." },
    h("div", { class: "actions" }, button("Clone…", () => clone(context, context.app))));
}
