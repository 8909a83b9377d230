/**
 * How many transactions the index has had, told by a file beside it.
 *
 * SQLite takes a frame of its write-ahead log that has a wrong checksum for the end of the log. That is right after a
 * crash, and with a flipped bit it would silently be yesterday's index: the commits after it, gone. So each
 * transaction counts itself in the table `meta`, and after it the number is written here. An index that has had
 * fewer has lost some.
 *
 * The file is not synced: after a power cut it may be behind the index, which is no contradiction. It is
 * 26 bytes that are written in place at once: 16 digits, a space, CRC-32 of the digits as 8 hex digits, a newline.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { close, O_CREAT, O_WRONLY } from "../../host/files.ts";
import type { FileCalls } from "./file_calls.ts";
import { checkIo } from "./io_error.ts";
import { markPath } from "./store_paths.ts";

export class CommitMark {
  #fd: number;
  readonly #text = new Uint8Array(26);

  readonly #calls: FileCalls;

  /** @param calls {@linkcode persistent} ones */
  constructor(directory: string, calls: FileCalls) {
    const path = markPath(directory);
    this.#calls = calls;
    this.#fd = checkIo("open", path, calls.open(path, O_WRONLY | O_CREAT, 0o600));
  }

  /**
   * Notes that there have been so many transactions. If that fails the mark stays behind, which only means that it
   * proves less.
   */
  write(commits: number): void {
    new TextEncoder().encodeInto(markText(commits), this.#text);
    this.#calls.pwrite(this.#fd, this.#text, 0, this.#text.length);
  }

  sync(): void {
    checkIo("sync", "index.mark", this.#calls.fdatasync(this.#fd));
  }

  close(): void {
    close(this.#fd);
    this.#fd = -1;
  }
}

/** The number in the file; null where there is no file, `"damaged"` where it is not as it was written. */
export function readMark(directory: string): number | null | "damaged" {
  let text: string;
  try {
    text = Deno.readTextFileSync(markPath(directory));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return null;
    throw cause;
  }
  const commits = Number(text.slice(0, 16));
  return Number.isSafeInteger(commits) && text === markText(commits) ? commits : "damaged";
}

function markText(commits: number): string {
  const digits = String(commits).padStart(16, "0");
  return `${digits} ${crc32(digits).toString(16).padStart(8, "0")}\n`;
}
