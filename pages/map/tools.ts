/** Buttons on the map: zoom, and what is drawn. */

import { byId, element, icon } from "./elements.js";
import type { State } from "./state.js";
import type { View } from "./view.js";

const STEP = 1.6;

export function tools(state: State, view: View): void {
  const button = (name: string, path: string, act: () => void) => {
    const made = element("button", { type: "button", title: name, "aria-label": name }, icon(path, 18));
    made.addEventListener("click", act);
    return made;
  };
  const zoom = (factor: number) => () => view.zoomAt(view.width / 2, view.height / 2, factor);
  const toggle = (name: string, title: string, key: "showsPictures" | "showsDecoder") => {
    const made = element("button", { type: "button", title, "aria-pressed": String(state[key]) }, name);
    made.addEventListener("click", () => {
      state[key] = !state[key];
      made.setAttribute("aria-pressed", String(state[key]));
      state.onChange();
    });
    return made;
  };
  const { thumbnails, lattice } = state.data;
  byId("tools").append(
    element(
      "div",
      {},
      button("Zoom in", "M-6 0H6M0-6V6", zoom(STEP)),
      button("Zoom out", "M-6 0H6", zoom(1 / STEP)),
      button("Show all", "M-6-2V-6H-2M2-6H6V-2M6 2V6H2M-2 6H-6V2", () => view.fit()),
    ),
    element(
      "div",
      {},
      thumbnails && toggle("Pictures", "Show records as pictures once there is room", "showsPictures"),
      lattice && toggle("Decoder", `Show under the dots what the decoder makes of ${lattice.inverse}`, "showsDecoder"),
    ),
  );
}
