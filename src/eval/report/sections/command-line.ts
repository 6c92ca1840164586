/** A command in a text: broken between its words only, as a flag in two lines cannot be read. */

import { type Html, html } from "../html.js";

/** Longer words (paths) may be broken where the line ends. */
const MAX_WORD = 24;

export function commandLine(command: string): Html {
  const words = command
    .split(" ")
    .map((word, i) => html`${i > 0 && " "}${word.length > MAX_WORD ? word : html`<span>${word}</span>`}`);
  return html`<code class="command">${words}</code>`;
}
