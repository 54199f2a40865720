// A list of any length of which only the rows in sight are in the document. By keyboard: arrows, Page, Home, End, Enter.

import { h, newId } from "./dom.js";

const SPARE = 6; // rows above and below those in sight

export class Table {
  #drawn = new Map(); // key -> element
  #active = -1;
  #activeKey = null; // stays when its row is away for a while, as in a list that is read anew

  /** `columns`: `{title, name, cell(row)}`; `key(row)`; `open(row)`; `tone(row)`: a class; `near()`: the end is near. */
  constructor({ label, name, columns, key, open, tone = () => "", near = () => {}, search = false }) {
    Object.assign(this, { columns, key, open, tone, near, rows: [], chosen: null });
    this.id = newId("table");
    this.body = h("div", { class: "rows", role: "rowgroup" });
    this.scroller = h(
      "div", { class: "scroller", tabindex: "0", role: "grid", "aria-label": label, "aria-rowcount": "-1" },
      h("div", { class: "row head", role: "row" }, columns.map(({ title, name: column }) => h("div", { class: `cell ${column}`, role: "columnheader" }, title))),
      this.body,
    );
    this.element = h("div", { class: `table ${name}` }, this.scroller);
    if (search) this.scroller.dataset.search = "";
    this.scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    this.scroller.addEventListener("keydown", (event) => this.#keydown(event));
    this.body.addEventListener("click", (event) => this.#click(event));
    this.resize = new ResizeObserver(() => this.draw(true));
    this.resize.observe(this.scroller);
  }

  /** Shows these rows; `added` of them are new on top, which must not move what is being read. */
  set(rows, added = 0) {
    this.rows = rows;
    const height = this.rowHeight();
    const at = this.#activeKey === null ? -1 : rows.findIndex((row) => this.key(row) === this.#activeKey);
    this.#active = at >= 0 ? at : Math.min(this.#active, rows.length - 1);
    this.body.style.height = `${rows.length * height}px`;
    if (added > 0 && this.scroller.scrollTop > 0) this.scroller.scrollTop += added * height;
    this.scroller.setAttribute("aria-rowcount", String(rows.length + 1));
    this.draw();
  }

  /** Draws anew what has changed in place. */
  refresh() {
    this.draw(true);
  }

  choose(key) {
    this.chosen = key;
    for (const [drawn, element] of this.#drawn) element.setAttribute("aria-selected", String(drawn === key));
  }

  rowHeight() {
    return parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 34;
  }

  draw(anew = false) {
    const height = this.rowHeight();
    if (anew) {
      this.#drawn.forEach((element) => element.remove());
      this.#drawn.clear();
      this.body.style.height = `${this.rows.length * height}px`;
    }
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.max(0, Math.floor(scrollTop / height) - SPARE);
    const last = Math.min(this.rows.length, Math.ceil((scrollTop + clientHeight) / height) + SPARE);
    const kept = new Map();
    for (let index = first; index < last; index += 1) {
      const row = this.rows[index];
      const key = this.key(row);
      let element = this.#drawn.get(key);
      if (!element || element.row !== row) {
        element?.remove();
        element = this.#row(row, key);
        this.body.append(element);
      }
      this.#drawn.delete(key);
      kept.set(key, element);
      if (element.index !== index) {
        element.index = index;
        element.style.transform = `translateY(${index * height}px)`;
        element.setAttribute("aria-rowindex", String(index + 2));
      }
      element.classList.toggle("active", index === this.#active);
    }
    this.#drawn.forEach((element) => element.remove());
    this.#drawn = kept;
    const active = this.rows[this.#active];
    const activeElement = active && kept.get(this.key(active));
    if (activeElement) this.scroller.setAttribute("aria-activedescendant", activeElement.id);
    else this.scroller.removeAttribute("aria-activedescendant");
    if (last > this.rows.length - 30) this.near();
  }

  #row(row, key) {
    const element = h(
      "div", { class: `row ${this.tone(row)}`.trim(), role: "row", id: newId(this.id), "aria-selected": String(key === this.chosen) },
      this.columns.map(({ name, cell }) => h("div", { class: `cell ${name}`, role: "gridcell" }, cell(row))),
    );
    element.row = row;
    return element;
  }

  #click(event) {
    if (event.target.closest("a, button")) return;
    const element = event.target.closest(".row");
    if (!element) return;
    this.#active = element.index;
    this.draw();
    this.open?.(element.row);
  }

  #keydown(event) {
    if (event.target !== this.scroller) return;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / this.rowHeight()) - 2);
    const last = this.rows.length - 1;
    const to = {
      ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, j: this.#active + 1, k: this.#active - 1,
      PageDown: this.#active + page, PageUp: this.#active - page, Home: 0, End: last,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.#go(Math.max(0, Math.min(last, to)));
    } else if (event.key === "Enter" && this.rows[this.#active]) {
      event.preventDefault();
      this.open?.(this.rows[this.#active]);
    }
  }

  #go(index) {
    if (index < 0) return;
    this.#active = index;
    this.#activeKey = this.key(this.rows[index]);
    const height = this.rowHeight();
    const head = this.scroller.firstElementChild.offsetHeight;
    const { scrollTop, clientHeight } = this.scroller;
    const [top, bottom] = [index * height, (index + 1) * height];
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (bottom + head > scrollTop + clientHeight) this.scroller.scrollTop = bottom + head - clientHeight;
    this.draw();
  }

  close() {
    this.resize.disconnect();
  }
}
