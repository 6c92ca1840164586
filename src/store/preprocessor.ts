/** preprocessor_config.json: what is done to a picture before the encoder sees it, in Hugging Face's words. */

import type { Schema } from "../data/dataset.js";

/** The file's content for the first field that has a height and a width; null when no field has. */
export function preprocessorConfig(schema: Schema): Record<string, unknown> | null {
  for (const [field, { height, width, channels }] of Object.entries(schema.fields)) {
    if (typeof height !== "number" || typeof width !== "number") continue;
    const size = { height, width };
    return {
      image_processor_type: "VaekitImageProcessor",
      field,
      do_convert_rgb: channels === 3,
      do_resize: true,
      size,
      do_center_crop: true, // what is not of the same shape is cropped to cover
      crop_size: size,
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: false,
      num_channels: channels,
      input_data_format: "channels_last",
    };
  }
  return null;
}
