// Keys that work on every page, but not while one types.

import { h } from "./dom.js";
import { openDialog } from "./dialog.js";

const isTyping = (target) => target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");

let led = 0; // until when a `g` leads

/** `goes`: letter -> what to do after `g`. */
export function listenToKeys(goes, help) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const dialog = document.querySelector("dialog[open]");
    if (event.key === "Escape" && !dialog) return closeDetail(event);
    if (dialog || isTyping(event.target)) return;
    if (performance.now() < led && goes[event.key]) {
      led = 0;
      event.preventDefault();
      goes[event.key]();
    } else if (event.key === "g") led = performance.now() + 1500;
    else if (event.key === "/") focusSearch(event);
    else if (event.key === "?") {
      event.preventDefault();
      showHelp(help);
    }
  });
}

function focusSearch(event) {
  const search = document.querySelector("main [data-search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select?.();
}

/** Escape closes what is open beside a list, else leaves the field. */
function closeDetail(event) {
  const close = document.querySelector("main [data-close]");
  if (close) {
    event.preventDefault();
    close.click();
  } else if (isTyping(event.target)) event.target.blur();
}

export function showHelp(help) {
  const rows = help.map(([keys, what]) => h("div", {}, h("dt", {}, keys.map((key) => h("kbd", {}, key))), h("dd", {}, what)));
  openDialog("Keys", h("dl", { class: "facts keys" }, rows));
}
