/** Quatrains of the Tang: do lines that are drawn have the form that no line of the program knows of? */

import { fitted } from "./fitted.js";
import { type Part, percent } from "./part.js";
import { written } from "./written.js";

/** Four lines of five characters or of seven, with the marks that the real ones have. */
const FORM = /^(?:[^，。\s]{5}，[^，。\s]{5}。){2}$|^(?:[^，。\s]{7}，[^，。\s]{7}。){2}$/u;

export const quatrains: Part = {
  about:
    "quatrains: Chinese quatrains, a line each, repeated ones left out, the last 1,000 held out; fit without flags of the model or its training, 1,000 lines drawn " +
    "by sample without flags. The form is four lines of five characters or of seven with the marks of the real ones; KL and active " +
    "units under N(0, I); reconstructions are written from the posterior mean, the likeliest character at a time, and right where " +
    "they have the character in its place.",
  async run(context) {
    const model = await fitted("quatrains", context);
    const { texts, findings, details } = await written(context, model);
    const share = (lines: readonly string[]): number => lines.filter((line) => FORM.test(line)).length / lines.length;
    const [form, heldForm] = [share(texts), share(model.held)];
    const shaped = {
      figure: "samples that have the form",
      ours: percent(form),
      beside: `${percent(heldForm)} of held-out lines`,
    };
    return { findings: [shaped, ...findings], details: { form, heldForm, ...details, samples: texts.slice(0, 20) } };
  },
};
