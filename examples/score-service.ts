/**
 * A service that scores rows: a row as JSON goes in, how strange it is and why comes back.
 *
 *     npx tsx examples/score-service.ts [--port 8080] [--model models/payments] [--rows 3000]
 *
 * Without --model it trains on payments that are made up below, which takes seconds. Without --port it takes any port, asks
 * itself three times and ends.
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { openRows, type Reason, type Row, Vae, VaekitError } from "vaekit";
import { Philox } from "vaekit/graph";

const { values: flags } = parseArgs({
  options: { port: { type: "string" }, model: { type: "string" }, rows: { type: "string", default: "3000" } },
});

/** Payments: what is bought says what it costs, and when. */
const SHOPS = [
  { shop: "bakery", cost: 9, hour: 8 },
  { shop: "fuel", cost: 60, hour: 17 },
  { shop: "jeweller", cost: 400, hour: 14 },
] as const;

function payments(count: number, random: Philox): Row[] {
  const normals = random.normals(new Float32Array(2 * count));
  const uniforms = random.uniforms(new Float32Array(2 * count));
  return Array.from({ length: count }, (_, i) => {
    const { shop, cost, hour } = SHOPS[Math.floor(SHOPS.length * uniforms[2 * i])];
    const amount = Math.round(100 * cost * Math.exp(0.4 * normals[2 * i])) / 100;
    const at = Math.round(hour + 1.5 * normals[2 * i + 1]);
    return { shop, amount, hour: at, online: shop === "jeweller" && uniforms[2 * i + 1] < 0.5 };
  });
}

async function trained(): Promise<Vae> {
  const data = await openRows(payments(Number(flags.rows), new Philox(1)));
  const vae = new Vae({ schema: data.schema });
  const { metrics, seconds } = await vae.fit(data, { seed: 7 });
  console.log(`trained on ${flags.rows} payments in ${seconds.toFixed(1)} s, -ELBO ${metrics.negativeElbo} nats`);
  return vae;
}

const vae = flags.model ? await Vae.load(flags.model) : await trained();
await vae.score(payments(1, new Philox(2))); // opens the model, so that the first caller need not wait

const server = createServer(async (request, response) => {
  const answer = (status: number, body: object) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  try {
    const { pValue, score, nats, reasons } = await vae.scoreRow((await json(request)) as Row);
    answer(200, { pValue, score, nats, reasons });
  } catch (error) {
    const isBadRow = error instanceof VaekitError || error instanceof SyntaxError;
    answer(isBadRow ? 400 : 500, { error: isBadRow ? error.message : "internal" });
  }
});
await new Promise<void>((resolve) => server.listen(Number(flags.port ?? 0), resolve));
const { port } = server.address() as AddressInfo;
console.log(`POST a row to http://localhost:${port}`);

/** One in fifty ordinary payments is as strange. */
const ALERT = 0.02;

/** What a caller does. */
async function ask(row: Row): Promise<void> {
  const response = await fetch(`http://localhost:${port}`, { method: "POST", body: JSON.stringify(row) });
  const { error, pValue, reasons } = await response.json();
  if (error) return console.log(`${JSON.stringify(row)}: ${response.status}, ${error}`);
  const because = reasons.map((reason: Reason) => `${reason.part} (got ${reason.got}, expected ${reason.expected})`);
  const verdict = pValue < ALERT ? `strange, ${because.join(", ")}` : "ordinary";
  console.log(`${JSON.stringify(row)}: p ${pValue}, ${verdict}`);
}

if (flags.port === undefined) {
  await ask({ shop: "bakery", amount: 8.2, hour: 8, online: false });
  await ask({ shop: "bakery", amount: 412, hour: 3, online: false });
  await ask({ shop: "bakery", amount: "much", hour: 8, online: false });
  await new Promise((resolve) => server.close(resolve));
  await vae.dispose();
}
