/**
 * How far the import of the source is.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import type { ImportProgress } from "../../control/service/daemon.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { SkippedPath } from "../../source/import_source.ts";
import type { ImportCounts } from "./background_jobs.ts";

export class ImportState {
  #state: ImportProgress["state"] = "running";
  #counts: ImportCounts = { files: 0, directories: 0, bytes: 0 };
  #skipped: SkippedPath[] = [];
  #started = performance.now();
  #ms: number | null = null;
  #error: Error | null = null;
  readonly #over = Promise.withResolvers<void>();

  progress(counts: ImportCounts, skipped: SkippedPath[] = []): void {
    this.#counts = counts;
    this.#skipped = skipped;
  }

  finish(): void {
    this.#end("done");
  }

  failed(error: unknown): void {
    this.#error = error instanceof Error ? error : new Error(String(error));
    console.error(`The import failed: ${this.#error.message}`);
    this.#end("failed");
  }

  #end(state: ImportProgress["state"]): void {
    this.#state = state;
    this.#ms = performance.now() - this.#started;
    this.#over.resolve();
  }

  get isRunning(): boolean {
    return this.#state === "running";
  }

  /** Resolves when the source is in the store. Throws `import_failed`. */
  async finished(): Promise<void> {
    await this.#over.promise;
    if (this.#error === null) return;
    throw new ServiceError(
      "import_failed",
      `The project could not be imported: ${this.#error.message}`,
      { hint: "Files still read from the project; stop, mend the cause and start again" },
    );
  }

  report(): ImportProgress {
    return {
      state: this.#state,
      ...this.#counts,
      skipped: this.#skipped.map(({ path, reason }) => ({ path: displayString(path), reason })),
      ms: Math.round(this.#ms ?? performance.now() - this.#started),
      error: this.#error?.message ?? null,
    };
  }
}
