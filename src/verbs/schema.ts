/** Says what the columns of a table are taken for, and why. */

import * as z from "zod";
import type { Schema } from "../data/dataset.js";
import { openDataset } from "../data/open.js";
import { VaekitError } from "../errors.js";
import { data, optionalOut, seed } from "./options.js";
import { oncePerText } from "./runner.js";
import { tableOpening, tableOptions } from "./table-options.js";
import { textTable } from "./text-table.js";
import { verb } from "./verb.js";

export const schema = verb({
  name: "schema",
  summary: "Say what each column of a table is taken for, and why",
  input: z.strictObject({
    data,
    out: optionalOut("schema.json", "the schema, to be changed by hand and used by fit --schema"),
    ...tableOptions(),
    seed,
  }),
  cli: { positional: ["data"], example: "vaekit schema adult.csv --label income", streams: false },
  async run({ data, out, seed, ...input }, { host, signal, report }) {
    if (out !== undefined && !/\.json$/i.test(out))
      throw new VaekitError("E_OUT", `${out}: a schema cannot be written as this`, "Known: .json.");
    const onNotice = oncePerText((message) => report({ event: "notice", message }));
    const dataset = await openDataset(data, { ...(await tableOpening(input, host)), seed, signal, onNotice }, host);
    try {
      dataset.notices.forEach(onNotice);
      const { schema, count } = dataset;
      if (out !== undefined) {
        await host.files.write(out, `${JSON.stringify(schema, null, 1)}\n`);
        report({ event: "wrote", path: out, what: `${Object.keys(schema.fields).length} fields` });
      }
      return { json: { data, count, ...schema }, text: schemaText(schema) };
    } finally {
      await dataset.close();
    }
  },
});

function schemaText({ fields, table }: Schema): string {
  const columns =
    table?.columns ?? Object.entries(fields).map(([name, { kind }]) => ({ name, role: "field", why: kind }));
  const kindOf = (name: string, role: string) => (role === "field" ? fields[name].kind : role);
  return textTable([
    { name: "column", cells: columns.map(({ name }) => name) },
    { name: "taken for", cells: columns.map(({ name, role }) => kindOf(name, role)) },
    { name: "because", cells: columns.map(({ name, why }) => why.replace(`${fields[name]?.kind}: `, "")) },
  ]);
}
