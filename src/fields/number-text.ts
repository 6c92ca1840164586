/** Numbers as a source writes them: decimals, decimal sign, and back. */

export interface NumberFormat {
  readonly decimal: "." | ",";
  /** Digits behind the decimal sign, at the most. */
  readonly decimals: number;
  /** Whether every number has just so many. */
  readonly fixed: boolean;
}

const WITH_POINT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const WITH_COMMA = /^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$/;
/** With so many decimals, or more, all digits that a double has are written. */
const MAX_DECIMALS = 15;
/** Whole numbers beyond this are no longer all there. */
const LARGEST_WHOLE = Number.MAX_SAFE_INTEGER;

/** NaN where it is none. */
export function parseNumber(text: string, decimal: "." | ","): number {
  if (decimal === ".") return WITH_POINT.test(text) ? Number(text) : Number.NaN;
  return WITH_COMMA.test(text) ? Number(text.replace(",", ".")) : Number.NaN;
}

/** How these texts, with how often each occurs, are numbers; null where fewer than the share `least` are any. */
export function numberFormatOf(counts: ReadonlyMap<string, number>, least: number): NumberFormat | null {
  let total = 0;
  for (const count of counts.values()) total += count;
  for (const decimal of [".", ","] as const) {
    let numbers = 0;
    let decimals = 0;
    let fewest = MAX_DECIMALS;
    for (const [text, count] of counts) {
      if (Number.isNaN(parseNumber(text, decimal))) continue;
      numbers += count;
      const own = decimalsOf(text, decimal);
      decimals = Math.max(decimals, own);
      fewest = Math.min(fewest, own);
    }
    if (numbers >= least * total && numbers > 0) return { decimal, decimals, fixed: fewest === decimals };
  }
  return null;
}

function decimalsOf(text: string, decimal: string): number {
  const [mantissa, exponent] = text.toLowerCase().split("e");
  const point = mantissa.indexOf(decimal);
  const digits = point < 0 ? 0 : mantissa.length - point - 1;
  return Math.min(MAX_DECIMALS, Math.max(0, digits - Number(exponent ?? 0)));
}

/** The nearest number that its source would write. */
export function rounded(value: number, { decimals }: NumberFormat): number {
  const scale = 10 ** decimals;
  const whole = Math.round(value * scale);
  return decimals >= MAX_DECIMALS || !(Math.abs(whole) < LARGEST_WHOLE) ? value : whole / scale + 0; // no -0
}

/** As the source writes its numbers. */
export function numberText(value: number, format: NumberFormat): string {
  const { decimal, decimals, fixed } = format;
  const isAsItIs = decimals >= MAX_DECIMALS || Math.abs(value) >= 1e21;
  const text = isAsItIs ? String(value) : fixed ? value.toFixed(decimals) : String(Number(value.toFixed(decimals)));
  const unsigned = Number(text) === 0 ? text.replace("-", "") : text;
  return decimal === "." ? unsigned : unsigned.replace(".", decimal);
}
