/**
 * Space that is taken while there is enough, to be given up where there is none: deleting, too, has to write something
 * before it frees anything.
 *
 * @module
 */

import { close, emptyStat, fstat, O_CREAT, O_RDWR } from "../../host/files.ts";
import type { FileCalls } from "./file_calls.ts";
import { StoreError } from "../format/store_error.ts";

export class SpaceReserve {
  readonly #path: string;
  readonly #bytes: number;
  readonly #calls: FileCalls;
  #isHeld = false;
  /** It was given up and could not be taken again since: what makes the store grow has to wait. */
  isSpent = false;

  /**
   * Takes nothing yet.
   *
   * @param path of the file
   * @param calls {@linkcode persistent} ones
   */
  constructor(path: string, bytes: number, calls: FileCalls) {
    this.#path = path;
    this.#bytes = bytes;
    this.#calls = calls;
  }

  /** Takes the space. Returns false where there is not so much, or where space cannot be taken. */
  take(): boolean {
    if (this.#isHeld) return true;
    const fd = this.#calls.open(this.#path, O_RDWR | O_CREAT, 0o600);
    if (fd < 0) return false;
    this.#isHeld = this.#calls.fallocate(fd, 0, this.#bytes) === 0;
    // A part of it would only be in the way.
    if (!this.#isHeld) this.#calls.ftruncate(fd, 0);
    else this.isSpent = false;
    close(fd);
    return this.#isHeld;
  }

  /** Gives the space up. Returns false where there was none. */
  giveUp(): boolean {
    const fd = this.#calls.open(this.#path, O_RDWR);
    if (fd < 0) return false;
    const stat = emptyStat();
    const had = fstat(fd, stat) === 0 && stat.size > 0 && this.#calls.ftruncate(fd, 0) === 0;
    close(fd);
    this.#isHeld = false;
    if (had) this.isSpent = true;
    return had;
  }

  /**
   * Runs a job that is worth the last space there is. Where the disk is full the space is given up and it is run again, after
   * `undo`; when it is over the space is taken again, if there is room. `undo` is also called where the job fails for good.
   */
  during<T>(job: () => T, undo: () => void): T {
    const attempt = () => {
      try {
        return job();
      } catch (error) {
        undo();
        throw error;
      }
    };
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "no_space") throw error;
      if (!this.giveUp()) throw error;
      return attempt();
    } finally {
      this.take();
    }
  }
}
