/** The page's HTML: what is there before the script runs, with the style, the script and the data inside. */

import type { PageData } from "./page-data.js";

export interface PageFrame {
  readonly title: string;
  readonly summary: string;
  /** Small print, a paragraph each. */
  readonly notes: readonly string[];
  readonly style: string;
  readonly script: string;
}

/** Nothing may be fetched, whatever the page holds. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

export function skeleton({ title, summary, notes, style, script }: PageFrame, data: PageData): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="generator" content="vaekit">
<title>${escaped(title)} in latent space</title>
<style>${style}</style>
</head>
<body>
<main>
<section id="stage" aria-label="Map">
<canvas id="ground" aria-hidden="true"></canvas>
<canvas id="points" aria-hidden="true"></canvas>
<canvas id="top" tabindex="0" role="application" aria-roledescription="map" aria-label="Map of ${data.count.toLocaleString("en")} records" aria-describedby="keys"></canvas>
<canvas id="print" aria-hidden="true"></canvas>
<div id="tip" aria-hidden="true" hidden></div>
<div id="tools" role="toolbar" aria-label="View"></div>
<noscript><p class="noscript">This map is drawn by a script, which is switched off here.</p></noscript>
</section>
<aside>
<header>
<h1 title="${escaped(title)}">${escaped(title)}</h1>
<p>${escaped(summary)}</p>
</header>
<section id="inspector" aria-label="What lies here"></section>
<section id="search" role="search"></section>
<section id="legend" aria-label="Colours"></section>
<footer>
${notes.map((note) => `<p>${escaped(note)}</p>`).join("\n")}
<details><summary>Keys</summary><p id="keys">Arrows move the map, + and − zoom, 0 shows all. Shift and an arrow goes to the next record that way, N and P to the next and previous one. Enter zooms to it, / searches, Escape lets go.</p></details>
</footer>
</aside>
</main>
<p id="news" aria-live="polite"></p>
<script type="application/json" id="data">${jsonInHtml(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that may stand in HTML and in its attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** JSON that may stand in a script element: no text in it can end the element. */
export function jsonInHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
