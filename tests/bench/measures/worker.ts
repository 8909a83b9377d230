/**
 * The process that times calls. It does nothing else, so that what it measures is not disturbed; the same
 * code measures the plain directory and the mount.
 *
 * One request a line on standard input, one reply a line on standard output.
 *
 * @module
 */

import { createInterface } from "node:readline";
import { DATA_MEASURES } from "./data.ts";
import { DATABASE_MEASURES } from "./database.ts";
import type { Measure, MeasureInput } from "./measure.ts";
import { METADATA_MEASURES } from "./metadata.ts";
import { TOOL_MEASURES } from "./tools.ts";

const MEASURES = { ...METADATA_MEASURES, ...DATA_MEASURES, ...DATABASE_MEASURES, ...TOOL_MEASURES };

export type MeasureName = keyof typeof MEASURES;

export interface WorkerRequest extends MeasureInput {
  readonly measure: MeasureName;
}

export type WorkerReply = { readonly us: number } | { readonly error: string };

function answer({ measure, ...input }: WorkerRequest): WorkerReply {
  const body: Measure = MEASURES[measure];
  try {
    return { us: body(input) };
  } catch (error) {
    return { error: `${measure} in ${input.directory}: ${error}` };
  }
}

if (import.meta.main) {
  for await (const line of createInterface({ input: (await import("node:process")).stdin })) {
    console.log(JSON.stringify(answer(JSON.parse(line))));
  }
}
