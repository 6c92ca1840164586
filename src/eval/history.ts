/** The history of a training run: what every epoch came to. Curves and the doctor read it. */

/** Means over the records they were measured on, nats per record. */
export interface Terms {
  readonly loss: number;
  readonly reconstruction: number;
  readonly kl: number;
  readonly [term: string]: number;
}

export type EpochRecord = {
  readonly epoch: number;
  /** Steps done when it ended. */
  readonly step: number;
  readonly seconds: number;
  /** At its last step. */
  readonly learningRate: number;
  readonly beta: number;
  readonly train: Terms;
  readonly validation: Terms | null;
  /** The best validation loss so far. */
  readonly best: boolean;
};
