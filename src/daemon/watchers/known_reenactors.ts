/**
 * The threads of a mount's servers that carry changes out once more, kept in a file so that the next server knows what a request
 * of theirs means.
 *
 * @module
 */

import { isRunning, type ProcessId } from "../../host/processes.ts";
import { replaceFile } from "../../store/files/replace_file.ts";

export class KnownReenactors {
  readonly #path: string;
  /** Of servers before. One that still runs waits for an answer. */
  readonly past: readonly ProcessId[];

  /** `directory`: of the mount's state. */
  constructor(directory: string) {
    this.#path = `${directory}/reenactors.json`;
    this.past = read(this.#path);
  }

  /** Throws if it cannot be kept. */
  add(thread: ProcessId): void {
    replaceFile(this.#path, JSON.stringify([...this.past.filter(isRunning), thread]));
  }
}

function read(path: string): ProcessId[] {
  let found: unknown;
  try {
    found = JSON.parse(Deno.readTextFileSync(path));
  } catch {
    return [];
  }
  return Array.isArray(found) ? found.filter(isProcessId) : [];
}

function isProcessId(value: unknown): value is ProcessId {
  const { pid, started } = (value ?? {}) as Record<string, unknown>;
  return Number.isSafeInteger(pid) && Number.isSafeInteger(started);
}
