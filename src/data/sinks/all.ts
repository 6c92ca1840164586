/** The sinks that run anywhere. */

import type { PictureSink, TableSink } from "../../host.js";
import { csvSink, tsvSink } from "./csv.js";
import { jsonlSink, jsonSink } from "./jsonl.js";
import { linesSink } from "./lines.js";
import { npzPictureSink, npzTableSink } from "./npz.js";

export const tableSinks: readonly TableSink[] = [csvSink, tsvSink, jsonlSink, jsonSink, linesSink, npzTableSink];
export const arrayPictureSinks: readonly PictureSink[] = [npzPictureSink];
