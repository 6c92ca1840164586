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
}
