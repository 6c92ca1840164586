/** What the colours mean: a list of groups to hide, show and isolate, or a scale. */

import type { Colouring } from "./colouring.js";
import { byId, counted, element, icon } from "./elements.js";
import { amountColour, classColour, classShape, css, SHAPES, type Theme } from "./palette.js";
import { shapePath } from "./shapes.js";
import type { State } from "./state.js";

export interface Legend {
  /** Follows the state and the theme. */
  update(theme: Theme): void;
}

/** `onColouring` is called with the way of colouring that was chosen. */
export function legend(state: State, ways: readonly Colouring[], onColouring: (chosen: Colouring) => void): Legend {
  const root = byId("legend");
  const chooser = element("select", { id: "colouring" }, ...ways.map(({ name }) => element("option", {}, name)));
  const all = element("button", { type: "button", class: "quiet" }, "Show all");
  const list = element("ul");
  const bar = element("div", { class: "bar" });
  const ends = [element("span"), element("span")] as const;
  const amounts = element("div", { class: "amounts" }, bar, element("p", {}, ...ends));
  const hint = element("p", { class: "hint" }, "Click hides or shows, double-click shows only that one.");
  root.append(
    element("div", { class: "head" }, element("label", { for: "colouring" }, "Colour by"), chooser, all),
    amounts,
    list,
    hint,
  );
  const items = state.data.labels ? state.groups.map((group, i) => item(group.name, group.count, i)) : [];
  list.append(...items.map(({ row }) => row));
  let colouring = ways[0];
  chooser.addEventListener("change", () => {
    colouring = ways[chooser.selectedIndex];
    onColouring(colouring);
  });
  all.addEventListener("click", () => state.showAll());

  function item(name: string, count: number, group: number) {
    const swatch = icon(shapePath(SHAPES.indexOf(classShape(state.groups[group].look)), 5), 14);
    const button = element(
      "button",
      { type: "button", title: name },
      swatch,
      element("span", { class: "name" }, name),
      element("span", { class: "count" }, counted(count)),
    );
    const only = element("button", { type: "button", class: "only", "aria-label": `Only ${name}` }, "only");
    const row = element("li", {}, button, only);
    button.addEventListener("click", (event) => (event.altKey ? state.isolate(group) : state.toggle(group)));
    button.addEventListener("dblclick", () => state.isolate(group));
    only.addEventListener("click", () => state.isolate(group));
    const point = (pointed: number) => () => {
      state.pointed = pointed;
      state.onChange();
    };
    for (const event of ["pointerenter", "focusin"]) row.addEventListener(event, point(group));
    for (const event of ["pointerleave", "focusout"]) row.addEventListener(event, point(-1));
    return { row, button, swatch };
  }

  return {
    update(theme) {
      all.hidden = state.hidden.size === 0;
      amounts.hidden = colouring.byGroup;
      hint.hidden = items.length < 2;
      const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => css(amountColour(share, theme)));
      bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
      colouring.ends.forEach((text, i) => {
        ends[i].textContent = text;
      });
      items.forEach(({ button, swatch }, group) => {
        button.setAttribute("aria-pressed", String(!state.hidden.has(group)));
        const colour = colouring.byGroup ? css(classColour(state.groups[group].look, theme)) : "currentColor";
        swatch.style.fill = colour;
      });
    },
  };
}
