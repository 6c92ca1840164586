/** Numbers as a report writes them. */

const MINUS = "\u2212";

function signed(text: string): string {
  return text.replace(/^-/, MINUS);
}

/** Nats with two digits behind the point, fewer where the number is long. @example nats(-1234.5) // "−1,234.5" */
export function nats(value: number): string {
  const digits = Math.abs(value) < 100 ? 2 : 1;
  return signed(value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
}

/** The same in as few signs as say something, below a small picture. */
export function shortNats(value: number): string {
  return signed(Math.abs(value) < 1000 ? value.toFixed(1) : value.toFixed(0));
}

/** @example whole(57000) // "57,000" */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** @example counted(1, "epoch") // "1 epoch" */
export function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** @example duration(75) // "1 min 15 s" */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const all = Math.round(seconds);
  if (all < 60) return `${all} s`;
  if (all < 3600) return `${Math.floor(all / 60)} min ${all % 60} s`;
  return `${Math.floor(all / 3600)} h ${Math.floor((all % 3600) / 60)} min`;
}

/** A small number such as a learning rate. @example small(0.00123456) // "0.00123" */
export function small(value: number): string {
  if (value === 0) return "0";
  const text = Math.abs(value) < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  return signed(text);
}

/** A percentage. @example percent(1.234) // "1.2 %", percent(0.0456) // "0.05 %" */
export function percent(value: number): string {
  return `${Math.abs(value) < 0.95 ? Number(value.toFixed(2)) : value.toFixed(1)}\u00a0%`;
}
