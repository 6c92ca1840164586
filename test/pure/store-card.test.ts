/** The model card: what a person, Hugging Face and Python read in it. */

import { expect, test } from "vitest";
import { modelCard } from "../../src/store/card.js";
import { preprocessorConfig } from "../../src/store/preprocessor.js";
import { sampleConfig } from "../helpers/saved-models.js";

const protocol = { data: "mnist#test", samples: 16, seed: 0 };
const config = sampleConfig({
  metrics: { epochs: 3, test: { nll: 93.12345678, bitsPerDim: null, protocol, image: { meanSquaredError: 0.012 } } },
});

test("begins with the YAML that Hugging Face indexes", () => {
  expect(modelCard({ config, files: [] })).toMatch(
    /^---\nlibrary_name: vaekit\npipeline_tag: unconditional-image-generation\ntags:\n( {2}- [a-z-]+\n)+---\n\n# mnist: /,
  );
});

test("shows pictures that are in the folder, and no others", () => {
  expect(modelCard({ config, files: ["samples.png"] })).toContain("](samples.png)");
  expect(modelCard({ config, files: ["samples.png"] })).not.toContain("reconstructions.png");
});

test("gives figures only with their protocol, and none that does not apply", () => {
  const card = modelCard({ config, files: [] });
  expect(card).toContain(
    "### test\n\n| figure | value |\n| --- | --- |\n| nll | 93.1235 |\n| image meanSquaredError | 0.012 |\n\nProtocol: data mnist#test, samples 16, seed 0.",
  );
  expect(card).not.toContain("bitsPerDim");
  expect(modelCard({ config: sampleConfig(), files: [] })).not.toContain("## Figures");
});

test("has ten lines of Python for its own shapes, and three of TypeScript", () => {
  const card = modelCard({ config, files: [] });
  const python = /```python\n([\s\S]*?)```/.exec(card)![1];
  expect(python.trim().split("\n").length).toBeLessThanOrEqual(10);
  expect(python).toContain("np.random.rand(1, 4, 3, 1).astype(np.float32)");
  expect(python).toContain('{"image": image}');
  expect(/```ts\n([\s\S]*?)```/.exec(card)![1].trim().split("\n")).toHaveLength(3);
});

test("names from outside cannot act as Markdown", () => {
  const data = { ...config.data, name: "a|b`c\n# d<script>" };
  const card = modelCard({ config: { ...config, data }, files: [] });
  expect(card).not.toMatch(/^# d/m);
  expect(card.split("\n").find((line) => line.startsWith("# "))).toBe(
    "# a|b\\`c # d\\<script\\>: a variational autoencoder",
  );
  expect(card).toContain("| name | `a\\|b'c # d<script>` |");
});

test("the preprocessor's file says what is done to a picture", () => {
  expect(preprocessorConfig(config.schema)).toMatchObject({
    size: { height: 4, width: 3 },
    rescale_factor: 1 / 255,
    do_normalize: false,
    do_convert_rgb: false,
    num_channels: 1,
  });
  expect(preprocessorConfig({ fields: { age: { kind: "number" } } })).toBeNull();
});
