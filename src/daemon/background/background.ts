/**
 * The thread that hashes and stores. It is the only one that writes to the store, and the only one that
 * sends notifications to the kernel.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { loadHasher } from "../../store/format/hash.ts";
import { StoreError } from "../../store/format/store_error.ts";
import type { Progress } from "../../store/format/sliced.ts";
import { type BackgroundJobs, backgroundJobs, WRITING_JOBS } from "./background_jobs.ts";
import type { BackgroundStart, PostedError } from "../threads/messages.ts";
import type { ImportCounts } from "./background_jobs.ts";
import { tolerateFullLog } from "../threads/full_log.ts";
import { postedError } from "../threads/posted_error.ts";
import { WriteTurns } from "./write_turns.ts";

export interface BackgroundRequest {
  readonly id: number;
  readonly job: keyof BackgroundJobs;
  readonly value: unknown;
}

export type BackgroundMessage =
  | { readonly type: "ready" }
  | { readonly type: "progress"; readonly counts: ImportCounts }
  | { readonly type: "task"; readonly name: string; readonly progress: Progress | null }
  | { readonly type: "done"; readonly id: number; readonly value: unknown }
  | { readonly type: "failed"; readonly id: number; readonly error: PostedError };

/** How long nothing must have been written until the store is tidied, ms. */
const TIDY_AFTER_MS = 500;

tolerateFullLog();

function post(message: BackgroundMessage): void {
  self.postMessage(message);
}

/** The disk's errors are no errors of the program's, which are to be looked for. */
function complain(error: unknown): void {
  console.error(error instanceof StoreError ? error.message : error);
}

/** Whose job it was is not known: this thread has failed. */
function unreadable(): never {
  throw new Error("A message to the background thread cannot be read");
}

self.onmessage = async (event: MessageEvent<BackgroundStart>) => {
  try {
    const table = backgroundJobs(
      event.data,
      await loadHasher(),
      (counts) => post({ type: "progress", counts }),
      (name, progress) => post({ type: "task", name, progress }),
    );
    const tidy = () => void table.tidy(null);
    const turns = new WriteTurns({ tidy, tidyAfterMs: TIDY_AFTER_MS, complain });
    self.onmessage = ({ data: { id, job, value } }: MessageEvent<BackgroundRequest>) => {
      const row = table[job] as (value: unknown) => unknown;
      const run = () => row(value);
      const result = WRITING_JOBS.has(job)
        ? turns.run(run, job === "close")
        : Promise.resolve().then(run);
      // A result that cannot be posted has failed.
      result.then((value) => post({ type: "done", id, value }))
        .catch((error) => post({ type: "failed", id, error: postedError(error) }));
    };
    self.onmessageerror = unreadable;
    post({ type: "ready" });
  } catch (error) {
    post({ type: "failed", id: 0, error: postedError(error) });
  }
};
