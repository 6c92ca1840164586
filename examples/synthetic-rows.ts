/**
 * Rows like those of a table, but of nobody: trains on measurements that are made up below, draws new rows, says how they
 * compare, and fills holes.
 *
 *     npx tsx examples/synthetic-rows.ts [--rows 3000] [--count 3000] [--out rows.csv]
 */

import { parseArgs } from "node:util";
import { openRows, type Row, Vae, writeTable } from "vaekit";
import { Philox } from "vaekit/graph";
import { nodeHost } from "vaekit/node";

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "3000" },
    count: { type: "string", default: "3000" },
    out: { type: "string" },
  },
});

/** People: weight goes with height, and who smokes coughs more often. A tenth of the weights is missing. */
function people(count: number, random: Philox): Row[] {
  const normals = random.normals(new Float32Array(3 * count));
  const uniforms = random.uniforms(new Float32Array(3 * count));
  return Array.from({ length: count }, (_, i) => {
    const height = Math.round(171 + 9 * normals[3 * i]);
    const weight = Math.round(10 * (0.9 * height - 85 + 9 * normals[3 * i + 1])) / 10;
    const smokes = uniforms[3 * i] < 0.25;
    const cough = uniforms[3 * i + 1] < (smokes ? 0.6 : 0.1) ? "often" : "seldom";
    return { height, weight: uniforms[3 * i + 2] < 0.1 ? null : weight, smokes, cough };
  });
}

const data = await openRows(people(Number(flags.rows), new Philox(1)));
const host = nodeHost();
const vae = new Vae({ schema: data.schema, host });
await vae.fit(data, { seed: 7 });

const rows: Row[] = [];
for await (const row of vae.sampleRows(Number(flags.count))) rows.push(row);
console.log(
  `drawn: ${rows
    .slice(0, 3)
    .map((row) => JSON.stringify(row))
    .join(" ")}`,
);

const share = (of: readonly Row[], holds: (row: Row) => boolean) => of.filter(holds).length / of.length;
const smokers = rows.filter(({ smokes }) => smokes);
const coughing = ({ cough }: Row) => cough === "often";
console.log(
  `cough often: ${share(smokers, coughing).toFixed(2)} of smokers, ${share(rows, coughing).toFixed(2)} of all`,
);

const tall: Row[] = [];
for await (const row of vae.sampleRows(200, { where: "height > 185 and smokes = true" })) tall.push(row);
console.log(`${tall.length} tall smokers, the shortest of ${Math.min(...tall.map(({ height }) => Number(height)))} cm`);

const { table } = await vae.evaluate(data);
const { shapeError, pairError } = table as { shapeError: number; pairError: number };
console.log(`shape error ${shapeError} %, pair error ${pairError} %`);

const [filled] = await vae.impute([{ height: 190, weight: null, smokes: false, cough: null }]);
console.log(`filled: ${JSON.stringify(filled)}`);

if (flags.out) {
  const columns = Object.fromEntries(
    Object.keys(rows[0]).map((name) => [name, rows.map((row) => String(row[name] ?? ""))]),
  );
  await writeTable(flags.out, { count: rows.length, columns }, host);
  console.log(`wrote ${flags.out}`);
}
await vae.dispose();
