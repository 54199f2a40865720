// The app's clock, which all its tokens are judged by: freeze, advance, set, back to real.

import { ofApp, write } from "../lib/api.js";
import { cli } from "../lib/curl.js";
import { badge, button, card, field, fill, h, input, statusLine } from "../lib/dom.js";
import { exact } from "../lib/time.js";
import { tell, Wrong } from "../lib/wrong.js";

export const title = "Clock";

const STEPS = [["1 min", "1m"], ["1 h", "1h"], ["1 day", "1d"]];

export function render(context) {
  const { app, root, signal } = context;
  const status = statusLine();
  const now = h("p", { class: "big-clock", "aria-live": "off" });
  const mode = h("p", { class: "with-tools" });
  const at = input({ class: "mono", placeholder: "2026-01-31T12:00:00Z" });
  const by = input({ class: "mono", placeholder: "90s, 15m, -1h, 2d" });

  const path = ofApp(app, "/clock");
  const doing = (act) => async (event) => {
    event?.preventDefault();
    status.say("");
    try {
      await act();
      await context.reload();
      draw();
    } catch (failure) {
      tell(failure, status, { frozen: at, by });
    }
  };
  /** What sets the clock back to how it is now. */
  function undone() {
    const before = context.clock();
    const body = before.isReal ? { system: true }
      : before.mode === "frozen" ? { frozen: new Date(before.now()).toISOString() } : { offset: `${Math.round(before.offset / 1000)}s` };
    return () => write("The clock is as before.", "PUT", path, body);
  }
  const put = (what, body, ...words) => write(what, "PUT", path, body, { line: cli(app, "clock", ...words), undo: undone() });
  const moved = (by) => write(`Advanced the clock by ${by}.`, "POST", `${path}/advance`, { by }, { line: cli(app, "clock", "advance", by), undo: undone() });
  const advance = (by) => doing(() => moved(by));

  function draw() {
    const clock = context.clock();
    if (!clock) return;
    const text = exact(clock.now());
    if (now.textContent !== text) now.textContent = text;
    const words = clock.isReal ? "real" : clock.mode === "frozen" ? "frozen" : "moved";
    const key = `${words} ${clock.distance()}`;
    if (mode.dataset.key !== key) {
      mode.dataset.key = key;
      fill(mode, badge(words, clock.isReal ? "good" : "warn"), h("span", { class: "about" }, clock.isReal ? "The system’s time." : `${clock.distance()}.`));
      freeze.hidden = clock.mode === "frozen";
      back.hidden = clock.isReal;
    }
  }
  const freeze = button("Freeze", doing(() => put("Froze the clock.", { frozen: true }, "freeze")));
  const back = button("Back to real time", doing(() => put("The clock shows real time.", { system: true }, "system")), { class: "primary" });

  fill(
    root,
    context.head(),
    h("div", { class: "narrow" },
      card(`The time for ${app.name}`, { about: "Tokens are made and judged by it; so are revocations, bans and the life of open connections." },
        now, mode,
        h("div", { class: "actions" },
          STEPS.map(([label, duration]) => button(`+ ${label}`, advance(duration))), freeze, back),
        status),
      card("Set", {},
        h("form", { class: "inline", novalidate: true, onsubmit: doing(async () => {
          if (!at.value.trim()) throw new Wrong(at, "Give a time, such as 2026-01-31T12:00:00Z.");
          await put(`Froze the clock at ${at.value.trim()}.`, { frozen: at.value.trim() }, "freeze", at.value.trim());
        }) }, field("Freeze at", at, { hint: "The clock stands still there" }), h("button", {}, "Freeze at this time")),
        h("form", { class: "inline", novalidate: true, onsubmit: doing(async () => {
          if (!by.value.trim()) throw new Wrong(by, "Give a length of time, such as 90s or -1h.");
          await moved(by.value.trim());
        }) }, field("Advance by", by, { hint: "A minus goes back" }), h("button", {}, "Advance")))),
  );
  draw();
  context.onChange(draw);
  const timer = setInterval(draw, 250);
  signal.addEventListener("abort", () => clearInterval(timer));
}
