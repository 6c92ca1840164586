/** What a page of the bench offers: one program that does training steps. */

export interface WebSpec {
  readonly net: "mlp" | "conv";
  /** What computes: wasm, webgpu, webgl. */
  readonly device: string;
  readonly threads: number;
  readonly batch: number;
  readonly latent: number;
  /** Batches made beforehand, and the share of their pixels that are not black. */
  readonly batches: number;
  readonly ink: number;
}

export interface WebProgram {
  /** Makes the model and does one step; an error says what the program cannot do. */
  open(spec: WebSpec): Promise<void>;
  /** Milliseconds of each step; the loss, in nats per record, is read in every one. */
  run(steps: number): Promise<number[]>;
}

declare global {
  interface Window {
    program: WebProgram;
  }
}
