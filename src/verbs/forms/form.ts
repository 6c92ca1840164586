/** What records are to people and files, pictures or rows: how they are opened for a model, drawn, and written. */

import type { Dataset, OpenOptions } from "../../data/dataset.js";
import type { MeasureOptions } from "../../eval/doctor/measure.js";
import type { Evaluation } from "../../eval/evaluate.js";
import type { OpenLandmarks } from "../../eval/landmarks/landmarks.js";
import type { MapPage } from "../../eval/map-page/page.js";
import type { RecordTerms } from "../../eval/record-terms.js";
import type { CodeMap } from "../../eval/report/facts.js";
import type { ModelConfig } from "../../model/config.js";
import type { Runner } from "../../model/runner.js";
import type { Engine } from "../../runtime/engine.js";
import type { FormFacts, Looked } from "../report-facts.js";
import type { VerbContext } from "../verb.js";

/** How records are drawn; what a form has no use for it refuses. */
export interface SampleRequest {
  readonly out: string;
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
  /** Only rows for which this condition holds. */
  readonly where?: string;
  /** Make cells that a spreadsheet would compute into text. */
  readonly escapeFormulas: boolean;
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
  readonly signal?: AbortSignal;
}

export interface Form {
  readonly name: string;
  /** Whether records have columns, one of which may be their label. */
  readonly hasColumns: boolean;
  /** How data is opened so that the model can take it. */
  opening(config: ModelConfig): OpenOptions;
  /** The data set as the model takes it. E_SHAPE or E_COLUMN where it cannot be. */
  fitting(dataset: Dataset, config: ModelConfig): Dataset | Promise<Dataset>;
  /** Draws records into a file. E_OUT for a format that such records cannot be written in. */
  sample(runner: Runner, request: SampleRequest, context: VerbContext): Promise<{ readonly count: number }>;
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
