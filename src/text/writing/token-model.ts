/** What a language model must do to be written with: name the next token of several texts at once. */

export interface TokenModel {
  /** Tokens are the numbers 0..vocabulary-1. */
  readonly vocabulary: number;
  /** Texts under way; how many `start` begins is up to the model (one per latent, say). */
  readonly rows: number;
  /** Begins its texts, or begins them anew. */
  start(): Promise<void>;
  /**
   * Takes the last token of each text, [rows], and answers with unnormalised log-probabilities of the next, [rows, vocabulary], which
   * are valid until the next call. The first tokens are START. `tokens` is the caller's: it changes after the answer.
   */
  next(tokens: Int32Array): Promise<Float32Array>;
  /**
   * Row i becomes what row parents[i] was, and `rows` becomes parents.length: a parent may be left out (its text is finished) or
   * come several times (it is continued in several ways). `parents` is the caller's: it changes after the call.
   */
  select(parents: Int32Array): void;
  /**
   * The same as `next` with the choice of the token made by the model, which need not hand out log-probabilities of a whole
   * vocabulary then; null: it cannot. PADDING and START are never chosen.
   */
  readonly choose: ((tokens: Int32Array, how: TokenChoice) => Promise<ChosenTokens>) | null;
}

/** The likeliest token, or one drawn by a uniform number a row [rows], in [0, 1), from log-probabilities divided by a temperature. */
export type TokenChoice = "likeliest" | { readonly uniforms: Float32Array; readonly tokenTemperature: number };

export interface ChosenTokens {
  /** [rows] */
  readonly tokens: Int32Array;
  /** log p of each as the model has it, without temperature, [rows] nats. */
  readonly logProbs: Float32Array;
}
