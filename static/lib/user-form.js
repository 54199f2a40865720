// The fields of a user, with custom data as JSON.

import { field, h, input, select } from "./dom.js";
import { json, Wrong } from "./wrong.js";

/** A form part for a user: `element`, its `inputs`, `changes()` as `{set, unset}` against what was shown; both may throw `Wrong`. */
export function userFields(user, roles) {
  const options = [...new Set([...roles, user.role ?? "user"])].map((role) => [role, role]);
  const controls = {
    name: input({ value: user.name ?? "" }),
    role: select(options, user.role ?? "user"),
    teams: input({ value: (user.teams ?? []).join(", "), class: "mono" }),
    language: input({ value: user.language ?? "", class: "mono" }),
    image: input({ value: user.image ?? "", class: "mono" }),
    invisible: h("input", { type: "checkbox" }),
    custom: h("textarea", { class: "mono", rows: "6", spellcheck: "false" }),
  };
  controls.invisible.checked = Boolean(user.invisible);
  controls.custom.value = JSON.stringify(user.custom ?? {}, null, 2);
  const element = h(
    "div", { class: "fields" },
    field("Name", controls.name),
    field("Role", controls.role),
    field("Teams", controls.teams, { hint: "Separated by commas" }),
    field("Language", controls.language, { hint: "Two letters, such as en" }),
    field("Image", controls.image, { wide: true }),
    field("Custom data", controls.custom, { wide: true, hint: "A JSON object" }),
    h("label", { class: "check-line wide" }, controls.invisible, " Invisible"),
  );

  function values() {
    const teams = controls.teams.value.split(",").map((team) => team.trim()).filter(Boolean);
    return {
      name: controls.name.value, role: controls.role.value, teams, language: controls.language.value,
      image: controls.image.value, invisible: controls.invisible.checked,
    };
  }

  function custom() {
    const value = json(controls.custom);
    if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Wrong(controls.custom, "This is not JSON of an object.");
    return value;
  }

  return {
    element,
    custom,
    inputs: controls,
    all: () => {
      const given = Object.fromEntries(Object.entries(values()).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value)));
      return { ...given, custom: custom() };
    },
    changes() {
      const [set, unset] = [{}, []];
      const was = { name: user.name ?? "", role: user.role, teams: user.teams ?? [], language: user.language ?? "", image: user.image ?? "", invisible: Boolean(user.invisible) };
      for (const [key, value] of Object.entries(values())) {
        if (JSON.stringify(value) === JSON.stringify(was[key])) continue;
        if (value === "" && key !== "language") unset.push(key);
        else set[key] = value;
      }
      const change = customChange(user.custom ?? {}, custom());
      if (change.set) set.custom = change.set;
      return { set, unset: [...unset, ...change.unset] };
    },
  };
}

/** How custom data become others: `set` is laid over them key by key, keys that are gone are unset by their path. */
export function customChange(before, after) {
  const changed = Object.entries(after).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key]));
  const gone = Object.keys(before).filter((key) => !(key in after));
  return { set: changed.length > 0 ? Object.fromEntries(changed) : undefined, unset: gone.map((key) => `custom.${key}`) };
}
