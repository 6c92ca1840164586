/** A table whose columns depend on each other in a known way. */

import { Philox } from "../../src/random.js";

export const CITIES = ["Rome", "Oslo"] as const;
export const JOBS = ["clerk", "smith", "nurse"] as const;
/** P(job | city). */
export const JOB_SHARES = { Rome: [0.7, 0.2, 0.1], Oslo: [0.1, 0.3, 0.6] } as const;
/** P(member | job). */
export const MEMBER_SHARE = { clerk: 0.15, smith: 0.85, nurse: 0.5 } as const;
/** Pay is this and 10 for each year of age, give or take 40. */
export const BASE_PAY = { clerk: 500, smith: 1500, nurse: 2500 } as const;
export const PAY_SPREAD = 40;

export interface Person {
  readonly city: (typeof CITIES)[number];
  readonly job: (typeof JOBS)[number];
  readonly age: number;
  readonly pay: number;
  readonly member: boolean;
  readonly since: Date;
}

export function people(count: number, seed: number): Person[] {
  const random = new Philox(seed);
  const [noise] = [random.normals(new Float32Array(count))];
  return Array.from({ length: count }, (_, i) => {
    const city = CITIES[random.uniform() < 0.5 ? 0 : 1];
    const u = random.uniform();
    const [first, second] = JOB_SHARES[city];
    const job = JOBS[u < first ? 0 : u < first + second ? 1 : 2];
    const age = 20 + Math.floor(40 * random.uniform());
    const pay = Math.round(100 * (BASE_PAY[job] + 10 * age + PAY_SPREAD * noise[i])) / 100;
    const member = random.uniform() < MEMBER_SHARE[job];
    // Members since 2010, others since 2020.
    const day = Date.UTC(member ? 2010 : 2020, 0, 1 + Math.floor(1000 * random.uniform()));
    return { city, job, age, pay, member, since: new Date(day) };
  });
}

export const PEOPLE_COLUMNS = ["number", "city", "job", "age", "union", "pay", "member", "since", "note"] as const;

/** As a file: a blank before each city, two decimals, German dates, a key, a constant and a word of its own beside it. */
export function cellsOf({ city, job, age, pay, member, since }: Person, row: number): Record<string, string> {
  const [year, month, day] = since.toISOString().slice(0, 10).split("-");
  return {
    number: String(1000 + row),
    city: ` ${city}`,
    job,
    age: String(age),
    union: "EU",
    pay: pay.toFixed(2),
    member: member ? "yes" : "no",
    since: `${day}.${month}.${year}`,
    note: `p${row}-${row * 7}`,
  };
}

export type Cells = Record<string, string>;

/** Lines of csv, with these columns in this order. */
export function csvOf(rows: readonly Cells[], columns: readonly string[] = PEOPLE_COLUMNS): string {
  return [columns, ...rows.map((row) => columns.map((name) => row[name]))]
    .map((cells) => `${cells.join(",")}\n`)
    .join("");
}

/** Rows of a csv whose cells hold no commas, and no quotes but around them. */
export function rowsOf(csv: string): Cells[] {
  const [head, ...lines] = csv.trimEnd().split(/\r?\n/);
  const names = head.split(",");
  return lines.map((line) =>
    Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell.replace(/^"(.*)"$/, "$1")])),
  );
}
