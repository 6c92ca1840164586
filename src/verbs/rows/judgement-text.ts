/** Figures of rows for people: means with the worst columns and pairs, a sentence each. */

import type { ClassSeparation } from "../../eval/class-separation.js";
import type { TableJudgement } from "./judge.js";

/** Columns and pairs that are named. */
const NAMED = 5;

/** By the names that they have in the evaluation. */
export function judgementLines(table: TableJudgement): Readonly<Record<string, string>> {
  const { shapeError, pairError, shapes, pairs, privacy, separation, separationByScore, protocol } = table;
  const worstShapes = shapes.slice(0, NAMED).map(({ column, error }) => `${column} ${percentText(error)}`);
  const worstPairs = pairs.slice(0, NAMED).map(({ columns, error }) => `${columns.join(" / ")} ${percentText(error)}`);
  return {
    shapeError: `${percentText(shapeError)} (mean of ${shapes.length} columns); worst: ${worstShapes.join(", ")}`,
    ...(pairs.length > 0 && {
      pairError: `${percentText(pairError)} (mean of ${pairs.length} pairs); worst: ${worstPairs.join(", ")}`,
    }),
    ...(privacy && {
      dcrShare: `${privacy.dcrShare} of rows drawn are nearer to A than to B (0.5 is ideal); ${privacy.halves}`,
      exactCopies: `${shareText(privacy.exactCopies)} of rows drawn equal a real row; ${shareText(privacy.heldOutCopies)} of real rows equal another`,
      belowFifth: `${shareText(privacy.belowFifth)} of rows drawn are nearer to a real row than 95 % of real ones (5 % is usual)`,
    }),
    ...(separation && { separation: separationText(separation, "nats") }),
    ...(separationByScore && { separationByScore: separationText(separationByScore, "score") }),
    rows: `${protocol.synthetic}; against ${protocol.real}`,
  };
}

function separationText({ positive, negative, why, ...found }: ClassSeparation, by: string): string {
  const chance = shareText(found.positives / (found.positives + found.negatives));
  return `"${positive}" (${why}) from "${negative}" by ${by}: AUROC ${found.auroc}, average precision ${found.averagePrecision} (chance ${chance})`;
}

/** @example percentText(1.234) // "1.23 %" */
export function percentText(percent: number): string {
  return `${Number(percent.toFixed(percent < 10 ? 2 : 1))} %`;
}

function shareText(share: number): string {
  return percentText(100 * share);
}
