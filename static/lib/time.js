// Times in words. Stream's v2 API gives nanoseconds since the epoch, the control API RFC 3339.

/** A time of either API in milliseconds. */
export function ms(time) {
  if (typeof time === "number") return time / 1e6;
  return /^-?\d+$/.test(time) ? Number(time) / 1e6 : Date.parse(time);
}

/** A time in nanoseconds (as text, so that none are lost) as RFC 3339. */
export function rfc3339(ns) {
  const text = String(ns);
  if (text.includes("T")) return text; // as it is already
  return `${new Date(Number(text.slice(0, -9)) * 1000).toISOString().slice(0, 19)}.${text.slice(-9)}Z`;
}

/** `2026-01-31 12:00:00 UTC`; with `fine`, milliseconds too. */
export function exact(millis, fine = false) {
  const date = new Date(millis);
  if (Number.isNaN(date.getTime())) return String(millis);
  return `${date.toISOString().slice(0, fine ? 23 : 19).replace("T", " ")} UTC`;
}

/** A length of time in its two largest units. */
export function span(millis) {
  let rest = Math.round(Math.abs(millis) / 1000);
  const words = [];
  for (const [unit, size] of [["y", 31_536_000], ["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]]) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${unit}`);
    else if (words.length > 0) break;
  }
  return words.slice(0, 2).join(" ") || "0 s";
}

/** `in 5 min`, `3 s ago`, `now`. */
export function relative(millis) {
  if (Math.abs(millis) < 1000) return "now";
  return millis > 0 ? `in ${span(millis)}` : `${span(millis)} ago`;
}

/** An app's clock as it was read, going on since then unless it is frozen. */
export class AppClock {
  constructor({ mode, now, offset_seconds: offset }) {
    Object.assign(this, { mode, offset: offset * 1000, base: Date.parse(now), readAt: performance.now() });
  }

  now() {
    return this.base + (this.mode === "frozen" ? 0 : performance.now() - this.readAt);
  }

  get isReal() {
    return this.mode === "system" || (this.mode === "offset" && this.offset === 0);
  }

  /** How it stands to the system's time. */
  distance() {
    const offset = this.mode === "frozen" ? this.base - Date.now() : this.offset;
    if (Math.abs(offset) < 1000) return "at system time";
    return `${span(offset)} ${offset > 0 ? "ahead of" : "behind"} system time`;
  }
}

/** A time both ways: `3 min ago`, and the exact one. */
export const both = (millis, clock) => `${relative(millis - clock.now())} · ${exact(millis)}`;
