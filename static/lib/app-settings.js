// Stream's settings of an app and millpond's own, as a form: what each does here and in production, who is affected, undo.

import { ofApp, read, stream, streamWrite, write } from "./api.js";
import { announce, badge, button, h, select, statusLine } from "./dom.js";
import { complain, tell } from "./wrong.js";

export const getSettings = async (app) => (await stream(app, "GET", "/api/v2/app")).app;

/** Where settings are kept: how they are read, and how a patch is written. */
export const STREAMS = {
  read: getSettings,
  write: (app, patch, what, undo) => streamWrite(app, what, "PATCH", "/api/v2/app", { body: patch, undo }),
};
export const OWN = {
  read: (app) => read(ofApp(app, "/settings")),
  write: (app, patch, what, undo) => write(what, "PATCH", ofApp(app, "/settings"), patch, { undo }),
};

/** Whom a change of the app reaches: `12 users, 3 open connections`. */
export async function affected(app) {
  const { users, connections } = await read(ofApp(app));
  if (users === undefined) return "every user of this app";
  return `${count(users, "user")}, ${count(connections, "open connection")}`;
}

export const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

const valueAt = (settings, path) => path.split(".").reduce((inner, key) => inner?.[key], settings);

/** `{a: {b: value}}` of `a.b`. */
function nested(path, value) {
  return path.split(".").reduceRight((inner, key) => ({ [key]: inner }), value);
}

function merged(into, patch) {
  for (const [key, value] of Object.entries(patch)) {
    if (value && typeof value === "object" && into[key] && typeof into[key] === "object") merged(into[key], value);
    else into[key] = value;
  }
  return into;
}

const show = (value) => (typeof value === "boolean" ? (value ? "on" : "off") : JSON.stringify(value));
const same = (left, right) => JSON.stringify(left) === JSON.stringify(right);

/**
 * A form of `specs`: `{path, label, about, kind: "switch" | "select" | "number" | "json", options}`.
 * `onSaved(settings)` hears of what is set now, also when another has set it.
 */
export function settingsForm(context, place, specs, { onSaved = () => {} } = {}) {
  const { app, signal } = context;
  const status = statusLine();
  const who = h("p", { class: "affected", hidden: true });
  const save = h("button", { disabled: true }, "Save");
  const discard = button("Discard", () => { base && take(base); }, { hidden: true });
  const controls = specs.map((spec) => {
    const one = control(spec, () => { one.touched = true; changed(); });
    one.note = badge("", "warn");
    one.note.hidden = true;
    one.element.querySelector("label").after(one.note);
    return one;
  });
  let [base, isSaving, reading] = [null, false, 0];

  const isChanged = (one) => base && !same(one.get(), valueAt(base, one.spec.path));
  const changes = () => controls.filter(isChanged);

  function changed() {
    const some = changes();
    discard.hidden = some.length === 0;
    save.disabled = base === null;
    save.classList.toggle("primary", some.length > 0);
    for (const one of controls) mark(one);
    who.hidden = some.length === 0;
    if (some.length === 0) return;
    status.say("Not saved yet.", "warn");
    affected(app).then((text) => { who.textContent = `Affects ${text}.`; }, () => { who.textContent = ""; });
  }

  /** Says beside a field that it is not saved, and what is set by now if another has set it meanwhile. */
  function mark(one) {
    const isNew = Boolean(base === null ? one.touched : isChanged(one));
    one.element.classList.toggle("changed", isNew);
    one.note.hidden = !isNew;
    one.isOvertaken &&= isNew;
    const text = one.isOvertaken ? `not saved, and ${show(valueAt(base, one.spec.path))} by now` : "not saved";
    if (one.note.textContent !== text) one.note.textContent = text;
  }

  /** Shows what is set, and keeps what is being changed here. */
  function take(settings, keep = []) {
    base = settings;
    for (const one of controls) {
      if (keep.includes(one)) continue;
      one.set(valueAt(settings, one.spec.path));
      one.touched = one.isOvertaken = false;
    }
    if (keep.length === 0) status.say("");
    changed();
    onSaved(settings);
  }

  async function load() {
    try {
      const settings = await place.read(app);
      // What was changed before the first reading arrived is kept as well.
      take(settings, base === null ? controls.filter((one) => one.touched) : changes());
    } catch (failure) {
      if (!signal.aborted) status.say(failure.message, "bad");
    }
  }

  /** What others have set meanwhile to what is being changed here. */
  const overtaken = (now) => changes().filter((one) => one.isOvertaken || !same(valueAt(now, one.spec.path), valueAt(base, one.spec.path)));

  async function submit(event) {
    event.preventDefault();
    const wrong = controls.find((one) => one.problem());
    if (wrong) {
      status.say("Not saved.", "bad");
      complain(wrong.box, wrong.problem());
      return wrong.box.focus();
    }
    const some = changes();
    if (base === null || some.length === 0) return status.say("Nothing is changed.");
    save.disabled = isSaving = true;
    status.say("Saving…");
    try {
      const now = await place.read(app);
      const conflicts = overtaken(now);
      if (conflicts.length > 0) {
        const words = conflicts.map((one) => `“${one.spec.label}” is ${show(valueAt(now, one.spec.path))} by now`);
        conflicts.forEach((one) => { one.isOvertaken = false; }); // told: the next time it is meant
        take(now, some);
        const text = `Not saved: somebody else changed this meanwhile. ${words.join(", ")}. Save again to set yours, or discard.`;
        status.say(text, "bad");
        announce(text);
        return;
      }
      const patch = some.reduce((all, one) => merged(all, nested(one.spec.path, one.get())), {});
      const before = some.reduce((all, one) => merged(all, nested(one.spec.path, valueAt(now, one.spec.path) ?? null)), {});
      const words = some.map((one) => `“${one.spec.label}” is ${show(one.get())}`).join(", ");
      await place.write(app, patch, `Saved: ${words}.`, async () => {
        await place.write(app, before, `Undone: ${some.map((one) => `“${one.spec.label}”`).join(", ")} as before.`);
        if (!signal.aborted) await load();
      });
      take(await place.read(app));
      status.say("Saved.", "good");
    } catch (failure) {
      tell(failure, status, Object.fromEntries(controls.map((one) => [one.spec.path.split(".").at(-1), one.box])), "Not saved: ");
    } finally {
      isSaving = false;
      save.disabled = base === null;
      if (document.activeElement === document.body) save.focus();
    }
  }

  const form = h(
    "form", { class: "settings", novalidate: true, onsubmit: submit },
    h("div", { class: "setting-rows" }, controls.map((one) => one.element)),
    h("div", { class: "actions" }, save, discard, h("div", { class: "say" }, status, who)),
  );
  load();
  context.onRefresh(({ back }) => {
    if (back && base === null) load();
    else if (back) reloadQuietly();
  });
  context.onChange(({ settings }) => { if (settings) reloadQuietly(); });

  async function reloadQuietly() {
    if (base === null || isSaving) return;
    const turn = ++reading;
    try {
      const now = await place.read(app);
      if (signal.aborted || isSaving || turn !== reading || same(now, base)) return;
      const conflicts = changes().filter((one) => !same(valueAt(now, one.spec.path), valueAt(base, one.spec.path)));
      conflicts.forEach((one) => { one.isOvertaken = true; });
      take(now, changes());
      if (conflicts.length > 0) status.say(`Somebody else changed this meanwhile: “${conflicts[0].spec.label}” is ${show(valueAt(now, conflicts[0].spec.path))} by now.`, "warn");
    } catch {
      // The next refresh says so.
    }
  }
  return Object.assign(form, { load });
}

function control(spec, changed) {
  const id = `setting-${spec.path.replaceAll(/[._]/g, "-")}`;
  const about = h("p", { class: "about", id: `${id}-about` }, spec.about);
  if (spec.kind === "switch") {
    const box = h("input", { type: "checkbox", role: "switch", class: "switch", id, "aria-describedby": about.id, onchange: changed });
    return {
      spec, box, element: h("div", { class: "setting" }, box, h("div", {}, h("label", { for: id }, spec.label), about)),
      get: () => box.checked, set: (value) => { box.checked = Boolean(value); }, problem: () => null,
    };
  }
  const box = spec.kind === "select"
    ? select(spec.options, spec.options[0][0], { id, onchange: changed })
    : spec.kind === "number"
      ? h("input", { id, type: "number", min: spec.min, max: spec.max, step: "1", inputmode: "numeric", oninput: changed })
      : h("textarea", { id, class: "mono", rows: "3", spellcheck: "false", oninput: changed });
  box.setAttribute("aria-describedby", about.id);
  const parsed = () => { try { return JSON.parse(box.value || "null"); } catch { return box.value; } };
  return {
    spec, box, element: h("div", { class: `setting ${spec.kind === "json" ? "tall" : "pick"}` }, h("div", {}, h("label", { for: id }, spec.label), about), box),
    get: () => (spec.kind === "select" ? box.value : spec.kind !== "number" ? parsed() : box.value ? Number(box.value) : null),
    set: (value) => { box.value = spec.kind === "json" ? JSON.stringify(value ?? {}, null, 1) : String(value ?? ""); },
    problem: () => {
      if (spec.kind === "number" && (box.value ? !Number.isInteger(Number(box.value)) : !spec.optional)) return "A whole number is needed.";
      if (spec.kind !== "json") return null;
      try { JSON.parse(box.value || "{}"); return null; } catch (cause) { return `This is not JSON: ${cause.message}`; }
    },
  };
}
