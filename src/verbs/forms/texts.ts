/** Records that are texts. */

import { sinkFor } from "../../data/sinks/write.js";
import { VaekitError } from "../../errors.js";
import { MAX_COUNT } from "../options.js";
import { decodeTexts } from "../texts/decode.js";
import { interpolateTexts } from "../texts/interpolate.js";
import { toldTexts } from "../texts/judgement-text.js";
import { reconstructTexts } from "../texts/reconstruct.js";
import { sampleTexts } from "../texts/sample.js";
import type { Form } from "./form.js";
import { rows } from "./rows.js";

/** What is done with the rows of a table is done with texts as well, but for what people see of them. */
export const texts: Form = {
  ...rows,
  name: "text",
  also: [],
  prints: true,
  expectOut(out, { tableSinks }) {
    if (out !== undefined) sinkFor(out, tableSinks, "texts");
  },
  async sample(runner, request, context) {
    const { where, count } = request;
    if (where !== undefined)
      throw new VaekitError("E_OPTION", "invalid where: this model writes texts, which have no columns");
    if (count > MAX_COUNT)
      throw new VaekitError("E_OPTION", `invalid count: got ${count} texts, expected at most ${MAX_COUNT}`);
    return sampleTexts(runner, request, context);
  },
  interpolate: interpolateTexts,
  reconstruct: reconstructTexts,
  decode: decodeTexts,
  drawn: async () => null,
  async judge(runner, _engine, dataset, request) {
    const { judgeTexts } = await import("../texts/judge.js");
    return { text: await judgeTexts(runner, dataset, request) };
  },
  async reported(looked, terms) {
    const { textFacts } = await import("../texts/report-texts.js");
    return textFacts(looked, terms);
  },
  shownMap: (map) => map,
  told({ text, ...figures }) {
    return { ...figures, ...toldTexts(text as Parameters<typeof toldTexts>[0]) };
  },
};
