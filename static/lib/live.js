// What happens, by SSE: how the apps stand, and an app's requests. Resumes after a break, hands over in batches, holds no
// more than it was told. A tab that nobody sees lets go of its streams: a browser has six connections for all tabs.

/** What waits for the next frame at the most; older ones are counted as lost. */
const WAITING_MAX = 2_000;
const RETRY_MS = 1_000;
/** While much arrives nobody reads along: drawn less often. */
const BUSY = 200;
const BUSY_MS = 250;

/** Calls `open` and `close` as the tab is seen and hidden, until `signal` aborts. */
function whileSeen(signal, open, close) {
  document.addEventListener("visibilitychange", () => { close(); if (!document.hidden) open(); }, { signal });
  signal.addEventListener("abort", close);
  if (!document.hidden) open();
}

/** How the apps stand, now and whenever that changes. `onBroken()`: nobody answers; it is tried again. */
export function followStatus({ signal, onStatus, onBroken }) {
  let [source, timer] = [null, 0];
  const close = () => { source?.close(); clearTimeout(timer); };
  function open() {
    close();
    source = new EventSource("/_millpond/status/events");
    source.addEventListener("status", (event) => onStatus(JSON.parse(event.data).apps));
    source.onerror = () => {
      close();
      timer = setTimeout(open, RETRY_MS);
      onBroken();
    };
  }
  whileSeen(signal, open, close);
}

/**
 * Listens until `signal` aborts. `query` are the journal's filters; `after` the id that was seen last.
 * `onBatch(entries, lost)`: oldest first. `onReset()`: ids begin anew. `onState("live" | "broken" | "missing" | "gone")`.
 */
export function follow(path, { query, after, signal, onBatch, onReset, onState }) {
  let [source, timer, frame, last, waiting, lost, drawnAt, isOver] = [null, 0, 0, after, [], 0, 0, false];

  function open() {
    if (isOver) return;
    const search = new URLSearchParams(query);
    if (last !== undefined) search.set("after", last);
    source = new EventSource(`/_millpond${path}?${search}`);
    source.onopen = () => onState("live");
    source.onerror = () => {
      source.close();
      onState("broken");
      timer = setTimeout(open, RETRY_MS);
    };
    source.addEventListener("request", (event) => {
      last = event.lastEventId || last;
      if (waiting.length >= WAITING_MAX) {
        waiting = waiting.slice(WAITING_MAX / 2);
        lost += WAITING_MAX / 2;
      }
      waiting.push(event.data);
      draw();
    });
    source.addEventListener("lost", (event) => {
      lost += JSON.parse(event.data).lost;
      draw();
    });
    source.addEventListener("reset", () => {
      [last, waiting, lost] = ["0", [], 0];
      onReset();
    });
    source.addEventListener("gone", () => {
      isOver = true;
      source.close();
      onState("gone");
    });
  }

  function draw() {
    if (frame) return;
    const busy = waiting.length > BUSY || performance.now() - drawnAt < BUSY_MS;
    frame = busy ? setTimeout(hand, BUSY_MS) : requestAnimationFrame(hand);
  }

  function hand() {
    frame = 0;
    drawnAt = performance.now();
    const batch = waiting.map((data) => JSON.parse(data));
    const missed = lost;
    [waiting, lost] = [[], 0];
    if (!signal.aborted) onBatch(batch, missed);
  }

  whileSeen(signal, open, () => { source?.close(); clearTimeout(timer); });
}
