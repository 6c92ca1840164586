/** Makes elements of the page. Text is only ever set as text, never as HTML. */

/** An element that the page's HTML holds. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element "${id}"`);
  return found as Kind;
}

type Content = Node | string | null;

/** @example element("button", { type: "button", title: "Show all" }, "All") */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content.filter((part) => part !== null));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** A small drawing of one path. */
export function icon(path: string, side: number, attributes: Readonly<Record<string, string>> = {}): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const half = side / 2;
  const all = {
    width: `${side}`,
    height: `${side}`,
    viewBox: `${-half} ${-half} ${side} ${side}`,
    "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries({ ...all, ...attributes })) svg.setAttribute(key, value);
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

export const counted = (count: number): string => count.toLocaleString("en");
