/** The list of forms. A new one is a file and a line here; a kind of field names its own. */

import type { Dataset } from "../../data/dataset.js";
import { VaekitError } from "../../errors.js";
import { fieldsOf } from "../../fields/list.js";
import type { ModelConfig } from "../../model/config.js";
import type { Form } from "./form.js";
import { pictures } from "./pictures.js";
import { rows } from "./rows.js";
import { texts } from "./texts.js";

export const forms: readonly Form[] = [pictures, rows, texts];

/** The form of a model's records. */
export function formOf({ schema }: Pick<ModelConfig, "schema">): Form {
  const names = [...new Set(fieldsOf(schema).map(({ kind }) => kind.form))];
  const form = forms.find(
    ({ name, also }) => names.includes(name) && names.every((other) => other === name || also.includes(other)),
  );
  if (!form) throw new VaekitError("E_MODEL", `no verb knows records of fields that are ${names.join(" and ")}`);
  return form;
}

/** A data set as the model takes it. E_SHAPE or E_COLUMN where it cannot be. */
export function fitting(dataset: Dataset, config: ModelConfig): Dataset | Promise<Dataset> {
  return formOf(config).fitting(dataset, config);
}
