// What is wrong with a form stands beside the field that caused it, and goes when that is changed.

import { h, newId } from "./dom.js";

/** What a person has typed cannot be taken; `input` is where. */
export class Wrong extends Error {
  constructor(input, message) {
    super(message);
    this.input = input;
  }
}

/** Says beside an input what is wrong with it; with nothing to say, that nothing is. */
export function complain(input, message) {
  input.wrong?.remove();
  input.wrong = null;
  const described = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !id.startsWith("wrong-"));
  input.toggleAttribute("aria-invalid", Boolean(message));
  if (message) {
    input.setAttribute("aria-invalid", "true");
    input.wrong = h("p", { class: "wrong", id: newId("wrong"), role: "alert" }, message);
    described.push(input.wrong.id);
    const place = input.closest(".field, .setting");
    if (place) place.append(input.wrong);
    else input.after(input.wrong);
    for (const name of ["input", "change"]) input.addEventListener(name, () => complain(input), { once: true });
  }
  if (described.length > 0) input.setAttribute("aria-describedby", described.join(" "));
  else input.removeAttribute("aria-describedby");
}

/** The input that a failure is about: the one that threw, that of the field which the server names, or that its text names. */
function blamed(failure, inputs) {
  if (failure.input) return failure.input;
  const [, ...path] = (failure.field ?? "").split("/");
  const named = path.findLast((part) => part in inputs);
  if (named) return inputs[named];
  // Stream's API has the path in its sentence alone.
  const isRefusal = failure.code === 4;
  return isRefusal ? Object.entries(inputs).find(([name]) => new RegExp(`\\b${name}\\b`).test(failure.message))?.[1] : undefined;
}

/** Tells of a failure beside the field that caused it, one of `inputs` by their names in the body; else in the status line. */
export function tell(failure, status, inputs = {}, before = "") {
  const input = blamed(failure, inputs);
  if (!input || input.closest("[hidden]")) return status.say(`${before}${failure.message}`, "bad");
  status.say(before ? before.replace(/:? $/, ".") : "", "bad");
  input.closest("details")?.setAttribute("open", "");
  complain(input, failure.message);
  input.focus();
}

/** What is typed as a whole number, or `undefined` for nothing. */
export function wholeNumber(input) {
  const text = input.value.trim();
  if (text !== "" && !/^-?\d+$/.test(text)) throw new Wrong(input, "A whole number is needed.");
  return text === "" ? undefined : Number(text);
}

/** What is typed as JSON. */
export function json(input, fallback = "{}") {
  try {
    return JSON.parse(input.value.trim() || fallback);
  } catch (cause) {
    throw new Wrong(input, `This is not JSON: ${cause.message}`);
  }
}

/** What is typed as a time, or `undefined` for nothing. */
export function moment(input) {
  const text = input.value.trim();
  if (!text) return undefined;
  const date = new Date(text.replace(" UTC", "Z"));
  if (Number.isNaN(date.getTime())) throw new Wrong(input, "This is no time. Write it as 2026-01-31T12:00:00Z.");
  return date.toISOString();
}
