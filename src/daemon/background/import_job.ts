/**
 * The background thread's import of the project: the walk, the note by which an interrupted one is continued,
 * and the first commit.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { readClock } from "../../host/clock.ts";
import { type ImportOptions, type ImportResult, importSource } from "../../source/import_source.ts";
import {
  forgetInterrupted,
  type InterruptedImport,
  loadInterrupted,
  saveInterrupted,
} from "../../source/interrupted_import.ts";
import { SourceDirectory } from "../../source/read_source.ts";
import type { SourceIdentity } from "../../source/source_identity.ts";
import { nextTurn } from "../../store/format/next_turn.ts";
import { StoreError } from "../../store/format/store_error.ts";
import type { StoreWriter } from "../../store/store_writer.ts";

/** The store takes a transaction each time an import has added about this many bytes, */
const COMMIT_EVERY = 256 * 1024 * 1024;
/** or after this time, ms: so much of it is done again after a crash. */
const COMMIT_EVERY_MS = 3_000;

export interface ImportJob {
  readonly store: StoreWriter;
  readonly source: string;
  readonly onProgress: ImportOptions["onProgress"];
}

export interface ImportedProject extends ImportResult {
  /** Which directory it was. */
  readonly identity: SourceIdentity;
}

/** Imports the source. Goes on where an import that was interrupted ended. */
export async function importProject(job: ImportJob): Promise<ImportedProject> {
  const { store, source } = job;
  const interrupted = loadInterrupted(store.directory, source);
  if (interrupted !== null) {
    try {
      return await run(job, interrupted);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // What it left is not there any more, or not whole.
      store.discard();
      forgetInterrupted(store.directory);
    }
  }
  return await run(job, null);
}

/** The import is committed: there is nothing to continue. */
export function importDone(store: StoreWriter): void {
  forgetInterrupted(store.directory);
}

async function run(
  job: ImportJob,
  interrupted: InterruptedImport | null,
): Promise<ImportedProject> {
  const { store, source, onProgress } = job;
  const began = { sec: 0, nsec: 0 };
  readClock(began);
  const covered = interrupted?.snapshot.root.entries ?? 0;
  const directory = new SourceDirectory(binaryString(source));
  try {
    const result = await importSource(store, directory, {
      previous: interrupted?.snapshot ?? null,
      ...(interrupted === null ? {} : { previousTime: interrupted.began }),
      onProgress,
      pause: nextTurn,
      commitEvery: COMMIT_EVERY,
      commitEveryMs: COMMIT_EVERY_MS,
      onCommit: (snapshot) => {
        // Until it has come further than the one before it, that one's note is worth more.
        if (snapshot.root.entries < covered) return;
        saveInterrupted(store.directory, source, { snapshot, began });
      },
    });
    return { ...result, identity: directory.identity() };
  } finally {
    directory.close();
  }
}
