/** The test -ELBO of a model of ours on MNIST, by the command line: nats, one draw, under N(0, I). */

import { measure } from "./process.js";
import type { Context } from "./workload.js";

export async function testElbo({ cli, root }: Context, model: string): Promise<number> {
  const how = ["--samples", "1", "--prior", "standard-normal", "--json"];
  const { lines } = await measure([...cli, "evaluate", model, "mnist#test", ...how], { cwd: root });
  return (JSON.parse(lines.map(({ text }) => text).join("\n")) as { negativeElbo: number }).negativeElbo;
}
