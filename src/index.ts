/** vaekit: variational autoencoders. This page is the table of contents of the library. */

// Data: `open` of vaekit/node reads files; these make data sets of what is in memory.
export type { Column, Columns, Dataset, FieldSchema, Labels, OpenOptions, Schema } from "./data/dataset.js";
export { type PictureArray, type PictureFacts, pictureDataset, pictureSchema } from "./data/pictures.js";
// Results as files, in the format that a path's extension names.
export { writePictures, writeTable } from "./data/sinks/write.js";
export { sampleIndices, splitIndices } from "./data/split.js";
export { subset } from "./data/subset.js";
// What goes wrong.
export { type ErrorCode, EXIT_STATUS, VaekitError } from "./errors.js";
// Doctor: what it finds; `checks.register(check({...}))` adds a check of your own.
export { type Check, check, type Facts, type Finding, type Patient } from "./eval/doctor/finding.js";
export { checks, type Diagnosis } from "./eval/doctor/list.js";
// Evaluate.
export type { Evaluation, Figures, Protocol } from "./eval/evaluate.js";
export type { PictureFigures } from "./eval/pictures/compare.js";
export { traversalFrames, traversalSheet, type WalkPictures } from "./eval/report/traversal-sheet.js";
export type { Reason } from "./eval/score.js";
export type { Direction, Walk } from "./eval/traversal.js";
// Rows and texts in memory as data.
export type { CellValue } from "./fields/cell.js";
// Parts of your own: register them by name, then ask for them by that name. vaekit/parts holds what they are made of.
export { fieldKinds } from "./fields/list.js";
export { openRows, type Row, type Rows } from "./fields/table/rows.js";
export { openTexts } from "./fields/table/texts.js";
// Generate, reconstruct, interpolate, decode: pictures as bytes.
export type { Host, Matrix, PictureLayout, Pictures, TableValues } from "./host.js";
// What a model is.
export type { ModelConfig, PartConfig } from "./model/config.js";
export { likelihoods, nets, objectives, posteriors, priors, samplers } from "./model/list.js";
export type {
  Estimate,
  EstimateMeans,
  LatentCodes,
  Likelihood,
  Net,
  Objective,
  Part,
  Posterior,
  Prior,
  Refusal,
  Sampler,
} from "./model/parts.js";
export type { Registry } from "./registry.js";
// A model, and a method per verb: train, sample, traverse, encode, evaluate, doctor, map, export, save and the rest.
// What texts are held to.
export { type Constraint, every } from "./text/writing/constraint.js";
export { allowedCharacters, atMost, beginning, oneOf } from "./text/writing/constraints.js";
export { pattern } from "./text/writing/pattern.js";
// Train.
export type { Terms, TrainEvent } from "./train/events.js";
export type { TrainingOptions } from "./train/options.js";
export { type EndEvent, type Place, type TrainOptions, Vae, type VaeOptions } from "./vae.js";
// Score, neighbours, directions.
export type { AttributeDirection } from "./verbs/direction.js";
export type { DuplicatePair, Duplicates } from "./verbs/duplicates.js";
// Encode, map.
export type { Codes } from "./verbs/encode.js";
// Evaluate pictures, whoever generated them.
export { comparePictures } from "./verbs/generated.js";
// Info, interpolate, map, reconstruct.
export type { ModelInfo } from "./verbs/info.js";
export type { LatentMap, MapOptions } from "./verbs/map.js";
export type { Neighbor, Neighbors } from "./verbs/nearest-records.js";
export { type Arranged, type Pairs, pairSeries, pairSheet } from "./verbs/pairs.js";
export type { RowWhere } from "./verbs/rows/in-memory.js";
export type { ScoredRecord, Scores } from "./verbs/scores.js";
export type { Traversal, TraverseOptions } from "./verbs/traverse.js";
export { thereAndBack } from "./verbs/walks.js";
export { VERSION } from "./version.js";
