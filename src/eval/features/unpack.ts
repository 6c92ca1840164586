/** Gives the weights of the feature net back from their packed form. */

/** One layer's parameters: weights [rows, channels] and a bias per channel. */
export interface LayerShape {
  readonly rows: number;
  readonly channels: number;
}

/** Per layer the weights, each byte times its channel's scale, and the biases. E.g. of `WEIGHT_BYTES` and `SCALES_AND_BIASES`. */
export function unpack(
  layers: readonly LayerShape[],
  bytes: Int8Array,
  floats: Float32Array,
): { weight: Float32Array; bias: Float32Array }[] {
  let [byte, float] = [0, 0];
  return layers.map(({ rows, channels }) => {
    const scales = floats.subarray(float, float + channels);
    const bias = floats.slice(float + channels, float + 2 * channels);
    const from = bytes.subarray(byte, byte + rows * channels);
    byte += rows * channels;
    float += 2 * channels;
    return { weight: Float32Array.from(from, (value, i) => value * scales[i % channels]), bias };
  });
}

/** The bytes of a base64 text. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
