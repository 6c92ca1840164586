/** HTML from templates in which all that is filled in is escaped, unless it is HTML already. */

/** Markup that is safe to stand in a page. */
export interface Html {
  readonly markup: string;
}
/** What may be filled in; null and false leave nothing. */
export type Content = Html | string | number | null | false | readonly Content[];

/** @example html`<p>${"a < b"}</p>`.markup // "<p>a &lt; b</p>" */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return { markup: strings.reduce((text, part, i) => text + textOf(values[i - 1]) + part) };
}

/** Markup made elsewhere (a drawn chart, a style sheet), taken as it is. */
export function trusted(markup: string): Html {
  return { markup };
}

function textOf(value: Content): string {
  if (value === null || value === false) return "";
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return "markup" in value ? value.markup : value.map(textOf).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For text and for attributes in quotes. Control characters, which no page may hold, become spaces. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]).replace(CONTROL, " ");
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Bytes of a file as an address that needs no network. */
export function dataUri(type: string, bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return `data:${type};base64,${btoa(binary)}`;
}
/** More arguments than this overflow the stack of some engines. */
const CHUNK = 8192;
