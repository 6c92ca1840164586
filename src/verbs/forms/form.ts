/** What records are to people and files, pictures or rows: how they are opened for a model, drawn, and written. */

import type * as z from "zod";
import type { Dataset, OpenOptions } from "../../data/dataset.js";
import type { MeasureOptions } from "../../eval/doctor/measure.js";
import type { Evaluation } from "../../eval/evaluate.js";
import type { OpenLandmarks } from "../../eval/landmarks/landmarks.js";
import type { MapPage } from "../../eval/map-page/page.js";
import type { RecordTerms } from "../../eval/record-terms.js";
import type { CodeMap } from "../../eval/report/facts.js";
import type { Host } from "../../host.js";
import type { ModelConfig } from "../../model/config.js";
import type { Runner } from "../../model/runner.js";
import type { Engine } from "../../runtime/engine.js";
import type { reconstructOptions } from "../pairs.js";
import type { FormFacts, Looked } from "../report-facts.js";
import type { VerbContext, VerbResult } from "../verb.js";
import type { interpolateOptions } from "../walks.js";

/** How records are drawn; what a form has no use for it refuses. */
export interface SampleRequest extends TextRequest {
  /** Where they go; without it they are printed. */
  readonly out?: string;
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
  /** Only rows for which this condition holds. */
  readonly where?: string;
  /** Make cells that a spreadsheet would compute into text. */
  readonly escapeFormulas: boolean;
}

/** How texts are written. */
export interface TextRequest {
  /** Below 1 likely tokens get likelier. */
  readonly tokenTemperature: number;
  /** Only the fewest tokens are drawn that hold this much of the probability. */
  readonly topP: number;
  /** Search for the likeliest text with so many beginnings, instead of drawing one. */
  readonly beam?: number;
  /** What texts look like: a number stands for so many letters, all else for itself. */
  readonly form?: string;
}

/** A walk from one record to another. */
export interface WalkRequest extends z.output<typeof interpolateOptions> {
  readonly from: string;
  readonly to: string;
  readonly out?: string;
}

/** Records that are shown beside what the model makes of them. */
export interface PairRequest extends z.output<typeof reconstructOptions> {
  readonly out?: string;
}

/** Latents that become records again. */
export interface DecodeRequest {
  readonly mu: Float32Array;
  readonly ids: readonly string[];
  readonly count: number;
  readonly out?: string;
}

/** What is said of a model beside likelihoods. */
export interface JudgeRequest {
  /** Records to draw and to compare; the form knows whether to where it is not said. */
  readonly generated?: number;
  /** Records that are evaluated at most. */
  readonly limit?: number;
  readonly seed: number;
  /** What records are ranked by beside nats, where the model has it. */
  readonly landmarks?: OpenLandmarks | null;
  /** What the model was trained on, where it is at hand: texts drawn are looked for among it. */
  readonly train?: Dataset | null;
  readonly signal?: AbortSignal;
}

export interface Form {
  readonly name: string;
  /** Other forms whose fields may stand beside its own. */
  readonly also: readonly string[];
  /** Whether records can be printed where no file is named. */
  readonly prints: boolean;
  /** E_OUT for a format that such records cannot be written in; E_USAGE where a file has to be named. */
  expectOut(out: string | undefined, host: Host): void;
  /** Whether records have columns, one of which may be their label. */
  readonly hasColumns: boolean;
  /** How data is opened so that the model can take it. */
  opening(config: ModelConfig): OpenOptions;
  /** The data set as the model takes it. E_SHAPE or E_COLUMN where it cannot be. */
  fitting(dataset: Dataset, config: ModelConfig): Dataset | Promise<Dataset>;
  /** Draws records into a file, or prints them. */
  sample(runner: Runner, request: SampleRequest, context: VerbContext): Promise<VerbResult>;
  interpolate(runner: Runner, request: WalkRequest, context: VerbContext): Promise<VerbResult>;
  reconstruct(runner: Runner, dataset: Dataset, request: PairRequest, context: VerbContext): Promise<VerbResult>;
  decode(runner: Runner, request: DecodeRequest, context: VerbContext): Promise<VerbResult>;
  /** Records drawn for the doctor to look at; null where it asks for none. */
  drawn(
    runner: Runner,
    request: { readonly seed: number; readonly signal?: AbortSignal },
  ): Promise<MeasureOptions["drawn"]>;
  /** Figures that join an evaluation, by the key that they stand under. E_DATA where there are too few records. */
  judge(
    runner: Runner,
    engine: Engine,
    dataset: Dataset,
    request: JudgeRequest,
  ): Promise<Readonly<Record<string, object>>>;
  /** What a report tells of such records. */
  reported(looked: Looked, terms: RecordTerms): Promise<FormFacts>;
  /** The map as a report may show it. */
  shownMap(map: CodeMap): CodeMap;
  /** What a page of a map shows of records beside points; with the data open. */
  onMap(
    runner: Runner,
    dataset: Dataset,
    options: { readonly signal?: AbortSignal },
  ): Promise<Pick<MapPage, "pictures" | "cells">>;
  /** All figures of an evaluation for people, by name. */
  told(evaluation: Omit<Evaluation, "protocol">): Readonly<Record<string, unknown>>;
}
