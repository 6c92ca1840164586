/** A page of texts whose tokens are shaded by what they cost. */

import type { TextSurprise } from "../text/surprises.js";
import { type Html, html, trusted } from "./html.js";
import { STYLE } from "./style.js";

export interface HeatedText {
  readonly id: string;
  readonly nats: number;
  /** Null where the record is more than texts. */
  readonly natsPerToken: number | null;
  readonly pValue: number | null;
  readonly texts: readonly TextSurprise[];
}

export interface HeatPage {
  readonly title: string;
  /** How the records were chosen and scored, in a sentence. */
  readonly protocol: string;
  readonly records: readonly HeatedText[];
}

/** The darkest shade: a token e^10, some 20,000, times less likely than the likeliest. */
const DARKEST = 10;
const LEGEND = [0, 2, 4, 6, 8, 10];

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";
const HEAT_STYLE = `
.heated { list-style: none; margin: 1.5rem 0 0; padding: 0; }
.heated li { padding: .9rem 0; border-top: 1px solid var(--line); }
.heated small { color: var(--soft); font-variant-numeric: tabular-nums; }
.heated p { margin: .25rem 0 0; max-width: none; white-space: pre-wrap; line-height: 1.9; }
.shade { background: color-mix(in srgb, var(--more) calc(var(--share) * 75%), transparent); border-radius: 3px; padding: .12em 0; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem .35rem; margin: .6rem 0 0; padding: 0; font-size: .875rem; color: var(--soft); }
.legend .shade { padding-inline: .6em; color: var(--ink); }`;

export function textHeatPage({ title, protocol, records }: HeatPage): string {
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}: surprise token by token</title>
<style>${trusted(STYLE + HEAT_STYLE)}</style>
</head>
<body>
<div class="wrap">
<header>
<p class="eyebrow">vaekit score</p>
<h1>${title}</h1>
<p class="lead">Texts, the strangest first. The darker a token, the more it costs beyond the likeliest one in its place.</p>
<p class="legend">${LEGEND.map((nats) => html`${shade(String(nats), nats, null)} `)} nats</p>
</header>
<main><ol class="heated">
${records.map(item)}</ol></main>
<footer><p>${protocol}</p></footer>
</div>
</body>
</html>
`;
  return markup;
}

function item({ id, nats, natsPerToken, pValue, texts }: HeatedText): Html {
  const figures = [
    `${nats.toFixed(2)} nats`,
    ...(natsPerToken === null ? [] : [`${natsPerToken.toFixed(2)} per token`]),
    ...(pValue === null ? [] : [`p-value ${Number(pValue.toPrecision(2))}`]),
  ];
  return html`<li><small>${id} · ${figures.join(" · ")}</small>${texts.map(
    ({ field, tokens }) =>
      html`<p>${texts.length > 1 && html`<small>${field}</small> `}${tokens.map(({ text, nats: own, expected }) =>
        shade(text, own, `${own.toFixed(2)} nats; expected “${expected}”`),
      )}</p>`,
  )}</li>
`;
}

/** Blanks before a token are not shaded: at the end of a line they would stand alone. */
function shade(text: string, nats: number, title: string | null): Html {
  const blanks = text.slice(0, text.length - text.trimStart().length);
  const share = Math.min(1, Math.max(0, nats / DARKEST)).toFixed(2);
  const own = html`<span class="shade" style="--share: ${share}"${title !== null && html` title="${title}"`}>${text.slice(blanks.length)}</span>`;
  return html`${blanks}${own}`;
}
