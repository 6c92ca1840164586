/** What the page and its worker say to each other. */

import type { Pictures, TrainEvent } from "vaekit";

/** Where training data comes from: MNIST, which the server has, or files of the person. */
export type Source = "mnist" | readonly File[];

export interface TrainWishes {
  readonly source: Source;
  readonly device: string;
  readonly net: string;
  readonly latent: number;
  readonly records: number;
  readonly epochs: number;
}

/** What a model is, as far as the page shows it. */
export interface ModelFacts {
  readonly name: string;
  readonly latent: number;
  /** The two latents that the pad moves: those of largest KL to the prior, where that is known. */
  readonly axes: readonly [number, number];
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** -ELBO on the records kept aside, in nats per record, where there were any. */
  readonly loss: number | null;
}

/** What can be asked, with its answer. */
export interface Questions {
  look(): Promise<Surroundings>;
  train(wishes: TrainWishes): Promise<ModelFacts>;
  /** Pictures of latents [count, latent]. */
  decode(latents: Float32Array): Promise<Pictures>;
  /** Opens a model folder: its files, or an archive of it. */
  open(files: readonly File[], device: string): Promise<ModelFacts>;
  /** The archive of the model. */
  pack(): Promise<Uint8Array>;
  /** Writes the model folder into a directory; where it went. */
  saveTo(directory: FileSystemDirectoryHandle): Promise<string>;
}

export interface Surroundings {
  readonly isolated: boolean;
  /** Cores that the browser tells of. */
  readonly cores: number;
  /** Null: no adapter. */
  readonly adapter: string | null;
}

export type Asked = {
  readonly [Name in keyof Questions]: { id: number; name: Name; args: Parameters<Questions[Name]> };
}[keyof Questions];

export interface Failure {
  readonly message: string;
  readonly hint: string;
}

/** What the worker sends. */
export type Told =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly event: TrainEvent; readonly facts: ModelFacts }
  | { readonly notice: string }
  /** What the model draws after some steps (null: it is done), and the pictures of the pad, row by row from the top left. */
  | { readonly step: number | null; readonly samples: Pictures; readonly pad: Pictures };

/** Pictures along each side of the pad, and how far it reaches on either side of 0. */
export const PAD_SIDE = 13;
export const PAD_REACH = 2.5;

/** The pad's value at place `i` of `count`, from left to right or bottom to top. */
export function padValue(i: number, count = PAD_SIDE): number {
  return ((i + 0.5) / count) * 2 * PAD_REACH - PAD_REACH;
}

/** Latents of one record: two of them set, the others 0. */
export function latentsAt({ latent, axes }: ModelFacts, x: number, y: number): Float32Array {
  const z = new Float32Array(latent);
  z[axes[0]] = x;
  if (axes[1] !== axes[0]) z[axes[1]] = y;
  return z;
}
