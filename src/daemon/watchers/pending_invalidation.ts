/**
 * Whether the kernel has been told of all names that changed behind its back, kept in a file for the next server.
 *
 * A server that is killed between a rollback and what it tells the kernel of it leaves the kernel with names that are others
 * now. The next one can only have it forget all names, and with them goes what is mounted on directories of the mount: it does
 * so only where it has to.
 *
 * @module
 */

import { join } from "node:path";
import { replaceFile } from "../../store/files/replace_file.ts";

const FILE = "told";

export class PendingInvalidation {
  readonly #path: string;
  readonly #version: string;
  /** Jobs under way. */
  #jobs = 0;
  #isAllTold: boolean;

  /** True if the server before this one left nothing untold. */
  readonly isNone: boolean;

  /** `directory`: where the state of the mount is kept. Of another `version` it is not known what it told. */
  constructor(directory: string, version: string) {
    this.#path = join(directory, FILE);
    this.#version = version;
    this.isNone = this.#isAllTold = readText(this.#path) === version;
  }

  /** The kernel knows nothing that is not so. */
  allTold(): void {
    this.#isAllTold = true;
    this.#keep();
  }

  /** Runs a job that may change names, and tells of them before it resolves. Where it fails, that is not known. */
  async during<T>(job: () => Promise<T>): Promise<T> {
    // Throws where it cannot be noted: then nothing may be changed.
    if (this.#jobs === 0) remove(this.#path);
    this.#jobs++;
    try {
      return await job();
    } catch (error) {
      this.#isAllTold = false;
      throw error;
    } finally {
      this.#jobs--;
      this.#keep();
    }
  }

  #keep(): void {
    if (this.#jobs > 0 || !this.#isAllTold) return;
    try {
      replaceFile(this.#path, this.#version);
    } catch { /* the disk is full: the next server has the kernel forget more than it must */ }
  }
}

function readText(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
