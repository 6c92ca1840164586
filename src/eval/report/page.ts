/** The report as one HTML page that needs no network and no script. */

import { paper } from "./charts.js";
import type { ReportFacts } from "./facts.js";
import { type Html, html, trusted } from "./html.js";
import { counted, duration, whole } from "./numbers.js";
import { sections } from "./sections/list.js";
import { STYLE } from "./style.js";

/** No address is asked for anything, whatever a name that came from outside might say. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

export async function reportPage(facts: ReportFacts): Promise<string> {
  const document = await paper();
  const rendered = sections.flatMap(({ id, title, render }) => {
    const content = render(facts, document);
    return content ? [{ id, title, content }] : [];
  });
  const name = shortName(facts.config.data.name);
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${name}: a variational autoencoder</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<div class="wrap">
<header>
<p class="eyebrow">vaekit report, ${dateText(facts.madeOn)}</p>
<h1>${name}</h1>
<p class="lead">${lead(facts)}</p>
<nav aria-label="Sections"><ul>${rendered.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${rendered.map(
  ({ id, title, content }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${content}
</section>
`,
)}</main>
<footer>${footer(facts)}</footer>
</div>
</body>
</html>
`;
  return markup;
}

/** The last part of an address: a data set, a folder or a file. @example shortName("data/faces/") // "faces" */
export function shortName(address: string): string {
  return (
    address
      .replace(/[/\\]+$/, "")
      .split(/[/\\]/)
      .at(-1) || address
  );
}

function lead({ config, parameters, what, history }: ReportFacts): string {
  const { count } = config.data;
  const trained =
    history.length > 0
      ? `, trained for ${counted(history.length, "epoch")} in ${duration(history.reduce((sum, { seconds }) => sum + seconds, 0))}`
      : "";
  return `A variational autoencoder of ${whole(count)} ${what}: each is told in ${counted(config.latent, "number")} by ${counted(parameters, "parameter")}${trained}.`;
}

function footer({ madeBy, madeOn, config }: ReportFacts): Html {
  const by = config.vaekitVersion === madeBy ? "" : ` of a model trained by vaekit ${config.vaekitVersion}`;
  return html`<p>Made by vaekit ${madeBy}${by} on <time datetime="${madeOn.toISOString()}">${dateText(madeOn)}, ${madeOn.toISOString().slice(11, 16)} UTC</time>. Everything on this page is in this file; it asks for nothing from the network.</p>`;
}

function dateText(date: Date): string {
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}
