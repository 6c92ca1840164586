/** The sinks that run anywhere. */

import type { PictureSink, TableSink } from "../../host.js";
import { csvSink } from "./csv.js";
import { jsonlSink } from "./jsonl.js";
import { npzPictureSink, npzTableSink } from "./npz.js";

export const tableSinks: readonly TableSink[] = [csvSink, jsonlSink, npzTableSink];
export const arrayPictureSinks: readonly PictureSink[] = [npzPictureSink];
