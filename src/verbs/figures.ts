/** Figures for people: a column of names and a column of values. */

/** One line each; what is null is left out. */
export function figuresText(figures: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(figures).filter(([, value]) => value !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${valueText(value)}`).join("\n");
}

/** @example valueText({ name: "elbo", beta: 4 }) // "name elbo, beta 4" */
export function valueText(value: unknown): string {
  if (typeof value === "number") return numberText(value);
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${valueText(inner)}`)
    .join(", ");
}

/** Whole numbers in groups of three, others with four digits that say something, or two behind the point. */
function numberText(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return Math.abs(value) >= 10 ? value.toFixed(2) : String(Number(value.toPrecision(4)));
}
