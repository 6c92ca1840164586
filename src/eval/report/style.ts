/** The style sheet of a report: calm, for light and dark, phone and paper. */

/** Twelve colours that stay apart for most eyes, on white and on near black. */
const CLASSES_LIGHT =
  "#3168be #e07722 #2c964c #d02e3a #8656b6 #895a44 #d95ea2 #5c6370 #9a9312 #1296ac #182a69 #7fb45f".split(" ");
const CLASSES_DARK =
  "#6ea2f2 #f0954a #58c07a #f06a72 #b48ae0 #c1917a #f08ac2 #a8b0bd #cfc84c #4cc6da #8e9fe8 #a9d98c".split(" ");

const classes = (colours: readonly string[]) => colours.map((colour, i) => `--class-${i}: ${colour};`).join(" ");

const LIGHT = `
  --page: #ffffff; --panel: #f6f7f9; --ink: #1d2129; --soft: #5b6472; --line: #e3e6eb; --accent: #2b62b8; --bar: #3c73c6; --idle: #b6bdc8;
  --train: #8a94a6; --validation: #2b62b8; --fault: #b3261e; --warning: #8a5300; --notice: #2b62b8; --well: #1f7a3d; --more: #d2601a; --less: #2b62b8;
  ${classes(CLASSES_LIGHT)}`;
const DARK = `
  --page: #14171c; --panel: #1c2027; --ink: #e8eaee; --soft: #a2abb9; --line: #2e343e; --accent: #7fb0ff; --bar: #5f93e3; --idle: #596373;
  --train: #8f9aad; --validation: #7fb0ff; --fault: #ff8a80; --warning: #f2b455; --notice: #7fb0ff; --well: #6fcf8d; --more: #f0954a; --less: #7fb0ff;
  ${classes(CLASSES_DARK)}`;

export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--page); color: var(--ink); line-height: 1.55; font-size: 16px; overflow-wrap: anywhere;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
.wrap { max-width: 60rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding: 3.5rem 0 0; }
.eyebrow { margin: 0 0 .4rem; color: var(--soft); font-size: .875rem; }
h1 { margin: 0 0 .9rem; font-size: 2.25rem; line-height: 1.15; letter-spacing: -.02em; font-weight: 650; }
h2 { margin: 0 0 .35rem; font-size: 1.3rem; line-height: 1.3; letter-spacing: -.01em; font-weight: 620; }
h3 { margin: 0 0 .3rem; font-size: 1rem; font-weight: 620; }
p { margin: 0 0 .8rem; max-width: 46rem; }
.lead { font-size: 1.125rem; color: var(--ink); max-width: 44rem; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, pre:focus-visible, .scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
nav { margin: 1.6rem 0 0; padding: .7rem 0; border-block: 1px solid var(--line); font-size: .875rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.25rem; margin: 0; padding: 0; }
nav a { color: var(--soft); text-decoration: none; }
nav a:hover { color: var(--accent); text-decoration: underline; }
section { padding: 2.4rem 0 0; }
section > p { color: var(--soft); }
footer { margin: 3rem 0 0; padding: 1.2rem 0 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }

.tiles { display: grid; grid-template-columns: repeat(var(--tiles), 1fr); gap: 1px; margin: 1rem 0 .7rem; background: var(--line); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.tiles > div { background: var(--page); padding: .95rem 1.1rem .85rem; }
.tiles dt { color: var(--soft); font-size: .8125rem; }
.tiles dd { margin: 0; font-size: 1.6rem; line-height: 1.25; font-weight: 620; font-variant-numeric: tabular-nums; letter-spacing: -.01em; white-space: nowrap; }
.tiles dd small { display: block; color: var(--soft); font-size: .8125rem; font-weight: 400; letter-spacing: 0; line-height: 1.4; white-space: normal; }
.note, figcaption { color: var(--soft); font-size: .875rem; line-height: 1.5; max-width: 46rem; }
.verdict { margin: 1rem 0 0; padding-left: .9rem; border-left: 3px solid var(--mark); color: var(--ink); }
.fault { --mark: var(--fault); } .warning { --mark: var(--warning); } .notice { --mark: var(--notice); } .well { --mark: var(--well); }

figure { margin: 1rem 0 0; }
figcaption { margin-top: .6rem; }
img { display: block; width: 100%; height: auto; }
.pixels img { image-rendering: pixelated; }
.grid { display: grid; grid-template-columns: repeat(var(--across), 1fr); gap: 4px; }
.grid img, .pair img, .strip { border-radius: 2px; }
.pair img + img { margin-top: 3px; }
.pair span { display: block; margin-top: .2rem; text-align: center; color: var(--soft); font-size: .75rem; line-height: 1.3; font-variant-numeric: tabular-nums; white-space: nowrap; }
.rows { display: grid; gap: 1.1rem; }
.row { display: grid; grid-template-columns: 8.5rem 1fr; gap: .3rem 1.2rem; align-items: center; }
.row > div:first-child { line-height: 1.35; }
.row small, .axis { color: var(--soft); font-size: .8125rem; font-variant-numeric: tabular-nums; }
.row small { display: block; }
.rows.tight { gap: .4rem; }
.axis { display: flex; justify-content: space-between; }
.axis span { flex: 1; } .axis span:nth-child(2) { text-align: center; } .axis span:nth-child(3) { text-align: right; }

.two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.6rem 2.2rem; align-items: start; margin-top: 1.2rem; }
.two figure { margin: 0; }
.three, .small-charts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1.6rem 1.8rem; align-items: start; margin-top: 1.2rem; }
.three figure, .small-charts figure { margin: 0; min-width: 0; }
.small-charts h3 { margin-bottom: .5rem; }
h3 small { color: var(--soft); font-weight: 400; font-size: .8125rem; white-space: nowrap; }
.small-charts + .note, .three + .note, .verdict + .note, .scroll + .note { margin-top: 1.2rem; }
.chart { display: block; width: 100%; height: auto; overflow: visible; font-family: inherit; }
.chart text { fill: var(--soft); stroke: none; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .5rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: .8125rem; }
.legend svg { width: .7em; height: .7em; margin-right: .4em; display: inline-block; vertical-align: baseline; }

.findings { display: grid; gap: 1rem; margin: 1rem 0 0; padding: 0; list-style: none; }
.findings li { border: 1px solid var(--line); border-left: 4px solid var(--mark); border-radius: 6px; padding: .9rem 1.1rem; }
.findings .kind { color: var(--mark); font-size: .8125rem; font-weight: 620; }
.findings p { margin: .1rem 0 .5rem; }
.findings dl, .facts { display: grid; grid-template-columns: minmax(6.5rem, max-content) 1fr; gap: .25rem 1.2rem; margin: 0; font-size: .9375rem; }
.texts { margin: .8rem 0; padding: 0; list-style: none; }
.texts li { padding: .45rem 0; border-top: 1px solid var(--line); white-space: pre-wrap; }
.pairs dt small { display: block; }
.pairs dd { padding-bottom: .7rem; white-space: pre-wrap; }
.facts { grid-template-columns: minmax(9rem, max-content) 1fr; margin-top: .8rem; }
.findings dt, .facts dt { color: var(--soft); }
.findings dd, .facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.facts dd small { display: block; color: var(--soft); font-size: .875rem; }
.facts dt, .facts dd { padding-bottom: .25rem; }

details { margin-top: 1.2rem; }
summary { cursor: pointer; color: var(--soft); font-size: .875rem; }
.scroll { overflow-x: auto; margin-top: .6rem; }
table { border-collapse: collapse; width: 100%; font-size: .8125rem; font-variant-numeric: tabular-nums; }
th, td { padding: .28rem .7rem .28rem 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
.two > figure > table th, .two > figure > table td { white-space: normal; }
.two + .note { margin-top: 1.2rem; }
.three + .note + h3 { margin-top: 1.6rem; }
.words { width: auto; } .words th[scope="row"], .words th:first-child { text-align: left; font-weight: 400; white-space: normal; } .words td:last-child, .words th:last-child { text-align: left; }
thead th { color: var(--soft); font-weight: 500; vertical-align: bottom; }
pre { margin: .35rem 0 1rem; padding: .7rem .9rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; font: .84375rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.command span { white-space: nowrap; }
.use + h3 { margin-top: 1.2rem; }
.two h3 { margin-bottom: .4rem; }

@media (max-width: 44rem) {
  body { font-size: 15px; }
  .wrap { padding: 0 1.1rem; }
  header { padding-top: 2rem; }
  h1 { font-size: 1.75rem; }
  .lead { font-size: 1.0625rem; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  .grid { grid-template-columns: repeat(var(--across-phone), 1fr); gap: 3px; }
  .row { grid-template-columns: 1fr; }
  .row h3, .row > div:first-child small { display: inline; }
  .row > div:first-child small { margin-left: .5rem; }
  .two, .three, .small-charts { grid-template-columns: minmax(0, 1fr); }
  .pair span { font-size: .625rem; }
  .facts, .findings dl { grid-template-columns: 1fr; gap: 0; }
  .facts dd, .findings dd { padding-bottom: .55rem; }
}
@media print {
  @page { margin: 16mm 14mm; }
  body { font-size: 10.5pt; }
  .wrap { max-width: none; padding: 0; }
  header { padding-top: 0; }
  h1 { font-size: 20pt; }
  h2 { font-size: 13pt; break-after: avoid; }
  nav, details { display: none; }
  section { padding-top: 16pt; }
  .three, .small-charts { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 12pt 14pt; }
  .two figure, .three figure, .small-charts figure, .row, .tiles, .grid, .findings li, .facts dt, .facts dd, pre, p { break-inside: avoid; }
  section > p, .legend, .row.head, .facts dt { break-after: avoid; }
  footer { margin-top: 16pt; padding: 8pt 0 0; }
  .tiles { gap: 0; }
  .tiles > div { box-shadow: inset 0 0 0 .5px var(--line); }
  a { color: inherit; text-decoration: none; }
  pre { background: none; }
}
`;
