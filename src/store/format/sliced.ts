/**
 * Long work in slices, so that a thread that does it goes on with other things in between.
 *
 * The work is a generator that yields every now and then; whoever runs it decides how long a slice is.
 *
 * @module
 */

import { nextTurn } from "./next_turn.ts";

/** How far some work is. */
export interface Progress {
  /** What is being done, one word. */
  readonly phase: string;
  readonly done: number;
  /** Of the same unit as {@linkcode done}; 0 where it is not known. */
  readonly total: number;
  readonly unit: "bytes" | "objects" | "records";
}

/** Work that can be done a piece at a time. */
export type Work<T> = Generator<Progress, T>;

export interface SliceOptions {
  /** Longest time between two pauses, ms. */
  readonly sliceMs?: number;
  /** Lets others run. */
  readonly pause?: () => Promise<unknown>;
  readonly onProgress?: (progress: Progress) => void;
}

const SLICE_MS = 10;

/** Does all of the work, with pauses. */
export async function runInSlices<T>(work: Work<T>, options: SliceOptions = {}): Promise<T> {
  const { sliceMs = SLICE_MS, pause = nextTurn, onProgress } = options;
  let end = performance.now() + sliceMs;
  for (let step = work.next();; step = work.next()) {
    if (step.done) return step.value;
    if (performance.now() < end) continue;
    onProgress?.(step.value);
    await pause();
    end = performance.now() + sliceMs;
  }
}

/** Does all of the work at once. */
export function runAtOnce<T>(work: Work<T>): T {
  for (let step = work.next();; step = work.next()) if (step.done) return step.value;
}
