// Elements, and what is said to a person. Text goes in as text, never as markup.

/** An element with attributes (`onclick` and the like take functions) and children; strings become text nodes. */
export function h(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  put(made, ...children);
  return made;
}

/** Appends children; nothing for `null`, `undefined` and `false`. */
export function put(parent, ...children) {
  parent.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return parent;
}

/** Puts these children in place of all others. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  return put(parent, ...children);
}

let ids = 0;

/** An id that nothing else on the page has. */
export const newId = (prefix) => `${prefix}-${++ids}`;

/** Tells a screen reader. */
export function announce(text) {
  const target = document.getElementById("announce");
  target.textContent = "";
  requestAnimationFrame(() => { target.textContent = text; });
}

/** A line that says how something went; `say(text, tone)` with "", "good", "warn" or "bad". */
export function statusLine(id) {
  const line = h("p", { class: "status", role: "status", id });
  line.say = (text, tone = "") => {
    line.textContent = text;
    line.className = `status ${tone}`.trim();
  };
  return line;
}

/** A section with a head. */
export function card(title, { about, tools, id, level = "h2" } = {}, ...children) {
  const headId = newId("head");
  return h(
    "section", { class: "card", "aria-labelledby": headId, id },
    h("div", { class: "card-head" }, h(level, { id: headId }, title), tools ? h("div", { class: "tools" }, tools) : null),
    about ? h("p", { class: "about" }, about) : null,
    ...children,
  );
}

/** A labelled field around an input, or around one with a button (`box`); `hint` is one line below it. */
export function field(label, input, { hint, wide, box = input } = {}) {
  input.id ||= newId("field");
  const about = hint ? h("span", { class: "hint", id: `${input.id}-hint` }, hint) : null;
  if (about) input.setAttribute("aria-describedby", about.id);
  return h("div", { class: `field${wide ? " wide" : ""}` }, h("label", { for: input.id }, label), box, about);
}

export const button = (label, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, label);

/** A select of `[value, label]` pairs. */
export function select(options, value, attributes = {}) {
  const made = h("select", attributes, options.map(([key, label]) => h("option", { value: key }, label)));
  made.value = value;
  return made;
}

export const input = (attributes = {}) =>
  h("input", { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...attributes });

/** Rows of `[label, value]`, without those that have no value. */
export const facts = (rows) =>
  h("dl", { class: "facts" }, rows.filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))));

/** What stands where nothing is. */
export const empty = (title, text, ...more) =>
  h("div", { class: "empty" }, h("p", { class: "empty-title" }, title), text ? h("p", {}, text) : null, ...more);

export const loading = (text = "Reading…") => h("p", { class: "loading", role: "status" }, text);

/** The sentence of a failure, with what to do. */
export const failed = (failure, again) =>
  h("div", { class: "notice bad", role: "alert" }, h("p", {}, failure.message), again ? button("Try again", again, { class: "small" }) : null);

export const badge = (text, tone = "") => h("span", { class: `badge ${tone}`.trim() }, text);

/** A button that copies a text (or what a function gives), and says so. */
export function copyButton(text, what, { label = "Copy", ...attributes } = {}) {
  const made = button(label, async () => {
    const done = await toClipboard(typeof text === "function" ? await text() : text);
    made.textContent = done ? "Copied" : "Not copied";
    announce(done ? `Copied ${what}` : `The browser did not allow to copy ${what}`);
    clearTimeout(made.timer);
    made.timer = setTimeout(() => { made.textContent = label; }, 1500);
  }, { class: "small", "aria-label": label === "Copy" ? `Copy ${what}` : `${label}: copy ${what}`, ...attributes });
  if (label !== "Copy") made.removeAttribute("aria-label");
  return made;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A page that was not opened from a loopback name has no clipboard of that kind.
    const area = h("textarea", { class: "sr", "aria-hidden": "true" });
    area.value = text;
    const focused = document.activeElement;
    (focused?.closest("dialog") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return done;
  }
}

/** A block of code that scrolls by keyboard too. */
export const code = (text, label, attributes = {}) =>
  h("pre", { class: "code", tabindex: "0", role: "region", "aria-label": label, ...attributes }, h("code", {}, text));
