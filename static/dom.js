// Small helpers around the document. Text goes in as text, never as markup.

export const $ = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text nodes. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Fills a status line; `tone` is "", "good", "bad" or "warn". */
export function say(target, text, tone = "") {
  target.textContent = text;
  target.classList.remove("good", "bad", "warn");
  if (tone) target.classList.add(tone);
}

/** Tells a screen reader. */
export function announce(text) {
  $("announce").textContent = "";
  requestAnimationFrame(() => { $("announce").textContent = text; });
}

/** Copies a text, and says so on the button. */
export async function copy(button, text, what) {
  const done = await write(text);
  const before = button.dataset.label ?? button.textContent;
  button.dataset.label = before;
  button.textContent = done ? "Copied" : "Not copied";
  button.classList.toggle("done", done);
  announce(done ? `Copied ${what}` : `The browser did not allow to copy ${what}`);
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = setTimeout(() => {
    button.textContent = before;
    button.classList.remove("done");
  }, 1500);
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A page that was not opened from a loopback name has no clipboard of that kind.
    const field = element("textarea", { class: "sr", "aria-hidden": "true" });
    field.value = text;
    const focused = document.activeElement;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return done;
  }
}
