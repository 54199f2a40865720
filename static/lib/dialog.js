// Modal dialogs: the browser's own keep the focus inside and close by Escape.

import { button, h, newId, statusLine } from "./dom.js";
import { tell } from "./wrong.js";

/** Opens a dialog with a head and a way out. Closing it removes it and gives the focus back. */
export function openDialog(title, ...children) {
  const headId = newId("dialog");
  const dialog = h(
    "dialog", { "aria-labelledby": headId },
    h("div", { class: "card-head" }, h("h2", { id: headId }, title), button("Close", () => dialog.close(), { class: "small" })),
    ...children,
  );
  const back = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (back?.isConnected) back.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A dialog that is a form: `submit` may throw, which is told beside the field of `inputs` that caused it; else it closes. */
export function askForm(title, { about, fields = [], inputs = {}, action, danger, line, submit }) {
  const status = statusLine();
  const shown = line ? h("code", { class: "line" }) : null;
  const drawLine = () => { if (shown) shown.textContent = line(); };
  const act = h("button", { class: danger ? "danger" : "primary" }, action);
  const form = h(
    "form", {
      novalidate: true,
      oninput: drawLine,
      onsubmit: async (event) => {
        event.preventDefault();
        act.disabled = true;
        status.say("");
        try {
          await submit();
          dialog.close();
        } catch (failure) {
          act.disabled = false;
          act.focus();
          tell(failure, status, inputs);
        }
      },
    },
    about ? h("p", { class: "about" }, about) : null,
    ...fields,
    shown,
    status,
    h("div", { class: "actions end" }, button("Cancel", () => dialog.close()), act),
  );
  drawLine();
  const dialog = openDialog(title, form);
  form.querySelector("input, textarea, select")?.focus();
  return dialog;
}
