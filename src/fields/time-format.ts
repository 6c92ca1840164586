/** Dates and times as sources write them, by formats in the words of C's strftime. All times are UTC. */

/** Formats that are looked for, the likelier first: a day before a month where both are possible. */
export const TIME_FORMATS: readonly string[] = [
  "%Y-%m-%d",
  "%Y-%m-%d %H:%M:%S",
  "%Y-%m-%dT%H:%M:%S",
  "%Y-%m-%dT%H:%M:%SZ",
  "%Y-%m-%d %H:%M:%S.%f",
  "%Y-%m-%dT%H:%M:%S.%f",
  "%Y-%m-%dT%H:%M:%S.%gZ",
  "%Y-%m-%d %H:%M",
  "%Y-%m-%dT%H:%M",
  "%Y/%m/%d",
  "%Y/%m/%d %H:%M:%S",
  "%Y/%m/%d %H:%M",
  "%d.%m.%Y",
  "%d.%m.%Y %H:%M",
  "%d.%m.%Y %H:%M:%S",
  "%d/%m/%Y",
  "%d/%m/%Y %H:%M",
  "%d/%m/%Y %H:%M:%S",
  "%m/%d/%Y",
  "%m/%d/%Y %H:%M",
  "%m/%d/%Y %H:%M:%S",
  "%d-%b-%Y",
  "%d %b %Y",
  "%b %d %Y",
];

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Directives with the pattern of their text. */
const PATTERNS: Readonly<Record<string, string>> = {
  Y: "(\\d{4})",
  m: "(\\d{1,2})",
  d: "(\\d{1,2})",
  H: "(\\d{1,2})",
  M: "(\\d{2})",
  S: "(\\d{2})",
  f: "(\\d{1,6})",
  g: "(\\d{3})",
  b: `(${MONTHS.join("|")})`,
};

export interface TimeFormat {
  /** Milliseconds since 1970; NaN for another text, or a day that no calendar has. */
  parse(text: string): number;
  text(milliseconds: number): string;
  /** Whether it says more than the day. */
  readonly hasTime: boolean;
  /** Milliseconds of the last thing it says. */
  readonly resolution: number;
}

const DAY = 86_400_000;

/** Whether it has directives, and only such as are known. */
export function isTimeFormat(format: unknown): format is string {
  if (typeof format !== "string") return false;
  const directives = [...format.matchAll(/%(.?)/g)].map(([, directive]) => directive);
  return directives.length > 0 && directives.every((directive) => Object.hasOwn(PATTERNS, directive));
}

export function timeFormat(format: string): TimeFormat {
  const directives = [...format.matchAll(/%(.)/g)].map(([, directive]) => directive);
  const pattern = format.split(/(%.)/).map((part) => (part.startsWith("%") ? PATTERNS[part[1]] : escaped(part)));
  const expression = new RegExp(`^${pattern.join("")}$`, "i");
  const has = (directive: string) => directives.includes(directive);
  const resolution = has("f") || has("g") ? 1 : has("S") ? 1000 : has("M") ? 60_000 : has("H") ? 3_600_000 : DAY;
  return {
    hasTime: has("H"),
    resolution,
    parse(text) {
      const found = expression.exec(text);
      if (!found) return Number.NaN;
      const part = (directive: string, standard: number) => {
        const at = directives.indexOf(directive);
        return at < 0 ? standard : Number(found[at + 1]);
      };
      const name = found[directives.indexOf("b") + 1]?.toLowerCase();
      const month = has("b") ? MONTHS.findIndex((known) => known.toLowerCase() === name) + 1 : part("m", 1);
      const [year, day] = [part("Y", 1970), part("d", 1)];
      const fraction = has("f") ? Number(`0.${found[directives.indexOf("f") + 1]}`) * 1000 : part("g", 0);
      const [hour, minute, second] = [part("H", 0), part("M", 0), part("S", 0)];
      const time = new Date(0);
      time.setUTCFullYear(year, month - 1, day);
      const isDay = time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
      if (!isDay || hour > 23 || minute > 59 || second > 59) return Number.NaN;
      return time.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(fraction);
    },
    text(milliseconds) {
      const time = new Date(milliseconds);
      const two = (value: number) => String(value).padStart(2, "0");
      const written: Readonly<Record<string, () => string>> = {
        Y: () => String(time.getUTCFullYear()).padStart(4, "0"),
        m: () => two(time.getUTCMonth() + 1),
        d: () => two(time.getUTCDate()),
        H: () => two(time.getUTCHours()),
        M: () => two(time.getUTCMinutes()),
        S: () => two(time.getUTCSeconds()),
        f: () => String(time.getUTCMilliseconds() * 1000).padStart(6, "0"),
        g: () => String(time.getUTCMilliseconds()).padStart(3, "0"),
        b: () => MONTHS[time.getUTCMonth()],
      };
      return format.replace(/%(.)/g, (_, directive: string) => written[directive]());
    },
  };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The first format in which all of these texts are times; null where there is none. */
export function timeFormatOf(texts: Iterable<string>): string | null {
  let formats = TIME_FORMATS.map((format) => ({ format, parse: timeFormat(format).parse }));
  for (const text of texts) {
    formats = formats.filter(({ parse }) => !Number.isNaN(parse(text)));
    if (formats.length === 0) return null;
  }
  return formats[0].format;
}
