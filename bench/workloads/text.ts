/** Models of texts after long training: how well they foresee lines, what they write, and whether they tell strange lines. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { chosen } from "../harness/chosen.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";
import type { Part } from "../text/part.js";
import { ptb } from "../text/ptb.js";
import { python } from "../text/python.js";
import { quatrains } from "../text/quatrains.js";
import { strange } from "../text/strange.js";

const PARTS: Readonly<Record<string, Part>> = { ptb, quatrains, python, strange };

async function run(context: Context): Promise<Result> {
  const data = join(process.env.VAEKIT_DATA ?? join(context.root, "..", "shared", "data"), "text");
  const columns = [
    { key: "part", title: "part" },
    { key: "figure", title: "figure" },
    { key: "ours", title: "vaekit" },
    { key: "beside", title: "beside it" },
  ];
  if (!existsSync(data)) return { protocol: "skipped: no data", columns, rows: [] };
  const models = context.quick ? await context.temporary() : join(context.root, "bench", "models");
  const rows: Record<string, Cell>[] = [];
  const notes: string[] = [];
  const details: Record<string, unknown> = {};
  const parts = chosen(PARTS, context.only);
  for (const [part, { run: find }] of Object.entries(parts)) {
    const found = await find({ ...context, data, models });
    rows.push(...found.findings.map((finding) => ({ part, ...finding })));
    notes.push(...(found.notes ?? []));
    details[part] = found.details;
    context.log(`${part}: ${JSON.stringify(found.details)}`);
  }
  return {
    protocol: `${Object.values(parts)
      .map(({ about }) => about)
      .join(" ")} Seed ${context.seed} where a model is asked, 1 where it is fitted.`,
    columns,
    rows,
    notes,
    details,
  };
}

export const workload: Workload = {
  name: "text",
  summary: "models of the Penn Treebank, of Chinese quatrains and of Python lines: likelihoods, samples, strange lines",
  run,
};
