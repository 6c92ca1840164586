/** Finds records by id: a field, a list of finds, a flight to the one that is chosen. */

import { byId, counted, element } from "./elements.js";
import type { State } from "./state.js";

/** Finds that are listed, and rings that are drawn. */
const LISTED = 8;
const MARKED = 300;

/** `onChosen` is called with the record that was chosen. */
export function search(state: State, onChosen: (record: number) => void): { focus(): void } {
  const input = element("input", {
    type: "search",
    id: "query",
    placeholder: "Search by id",
    "aria-label": "Search by id",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": "finds",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
  });
  const list = element("ul", { id: "finds", role: "listbox", "aria-label": "Finds" });
  const status = element("p", { class: "soft", "aria-live": "polite" });
  byId("search").append(input, list, status);
  list.hidden = true;
  let listed: readonly number[] = [];
  let active = -1;

  function look(): void {
    const query = input.value.trim();
    const found = query === "" ? [] : findIds(state.data.ids, query, MARKED);
    listed = found.slice(0, LISTED);
    active = listed.length > 0 ? 0 : -1;
    state.found = found;
    status.textContent =
      query === "" ? "" : found.length === 0 ? "No such id" : found.length < MARKED ? "" : `${counted(MARKED)} or more`;
    render();
    state.onChange();
  }

  function render(): void {
    list.replaceChildren(
      ...listed.map((record, i) => {
        const label = state.labelOf(record);
        const option = element(
          "li",
          { role: "option", id: `find-${i}`, "aria-selected": String(i === active) },
          element("span", { class: "id" }, state.data.ids[record]),
          element("span", { class: "soft" }, label ?? ""),
        );
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          choose(record);
        });
        return option;
      }),
    );
    list.hidden = listed.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (active >= 0) input.setAttribute("aria-activedescendant", `find-${active}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function choose(record: number): void {
    listed = [];
    render();
    if (!state.isVisible(record)) state.showAll();
    onChosen(record);
  }

  input.addEventListener("input", look);
  input.addEventListener("focus", () => {
    if (input.value !== "") look();
  });
  input.addEventListener("blur", () => {
    listed = [];
    render();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (listed.length > 0) active = (active + step + listed.length) % listed.length;
      render();
    } else if (event.key === "Enter") {
      const record = listed[active] ?? state.found[0];
      if (record !== undefined) choose(record);
    } else if (event.key === "Escape") {
      input.value = "";
      look();
    } else return;
    event.preventDefault();
  });
  return { focus: () => input.focus() };
}

/** Records whose id is the query, begins with it or holds it, in this order; at most `most`. */
export function findIds(ids: readonly string[], query: string, most: number): number[] {
  const wanted = query.toLowerCase();
  const ranked: number[][] = [[], [], []];
  ids.forEach((id, record) => {
    const at = id.toLowerCase().indexOf(wanted);
    if (at < 0) return;
    const rank = id.length === query.length ? 0 : at === 0 ? 1 : 2;
    if (ranked[rank].length < most) ranked[rank].push(record);
  });
  return ranked.flat().slice(0, most);
}
