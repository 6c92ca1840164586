/** A page that trains a model and hands it out as an archive, and opens archives that others made. */

import { browserHost, open, packFolder, unpackFolder, Vae } from "../../../src/browser.js";

export interface Shown {
  /** Means of the codes, [count, latent]. */
  readonly mu: number[];
  /** The pictures decoded from them, [count, height, width, channels], 0..255. */
  readonly pixels: number[];
}

/** What a model of texts makes of some. */
export interface ShownTexts {
  readonly mu: number[];
  /** Estimates of -log p(text). */
  readonly nats: number[];
  /** The likeliest texts for `mu`. */
  readonly texts: string[];
}

export interface Exchange {
  /** Trains one epoch on the array and packs the model. */
  train(npy: number[]): Promise<Shown & { readonly archive: number[] }>;
  show(archive: number[], npy: number[]): Promise<Shown>;
  showTexts(archive: number[], texts: string[]): Promise<ShownTexts>;
}

declare global {
  interface Window {
    exchange: Exchange;
  }
}

const host = browserHost({ wasmPaths: new URL("/ort/", location.href).href });

async function dataOf(npy: number[]) {
  await host.files.write("data.npy", Uint8Array.from(npy));
  return open("data.npy", {}, host);
}

async function shown(vae: Vae, npy: number[]): Promise<Shown> {
  const { mu } = await vae.encode(await dataOf(npy));
  return { mu: [...mu], pixels: [...(await vae.decode(mu)).pixels] };
}

window.exchange = {
  async train(npy) {
    const data = await dataOf(npy);
    await using vae = new Vae({ schema: data.schema, latent: 3, host });
    await vae.fit(data, { epochs: 1 });
    await vae.save("mine");
    return { ...(await shown(vae, npy)), archive: [...(await packFolder("mine", host))] };
  },
  async show(archive, npy) {
    await unpackFolder(Uint8Array.from(archive), "theirs", { host });
    await using vae = await Vae.load("theirs", { host });
    return await shown(vae, npy);
  },
  async showTexts(archive, texts) {
    await unpackFolder(Uint8Array.from(archive), "texts", { host });
    await using vae = await Vae.load("texts", { host });
    return await shownTexts(vae, texts); // before the model is disposed of
  },
};

async function shownTexts(vae: Vae, texts: readonly string[]): Promise<ShownTexts> {
  const rows = texts.map((text) => ({ text }));
  const { mu } = await vae.encode(rows);
  const { nats } = await vae.score(rows);
  return { mu: [...mu], nats: [...nats], texts: await vae.decodeTexts(mu) };
}
