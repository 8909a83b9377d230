/**
 * The file that makes a directory a store, and its version.
 *
 * @module
 */

import { close, O_CREAT, O_TRUNC, O_WRONLY } from "../../host/files.ts";
import type { FileCalls } from "../files/file_calls.ts";
import { checkIo } from "../files/io_error.ts";
import { STORE_VERSION } from "./object_index.ts";
import { StoreError } from "../format/store_error.ts";
import { formatPath } from "../files/store_paths.ts";
import { syncDirectory } from "../files/sync_directory.ts";

const FIRST_LINE = "agentvfs store";

/**
 * Of a store that has had a sparse chunk list. Everything else in it is as in {@linkcode STORE_VERSION}. Not 3: one flipped
 * bit would make one digit of the other.
 */
export const SPARSE_VERSION = 4;

const KNOWN: ReadonlySet<number> = new Set([STORE_VERSION, SPARSE_VERSION]);

/** Writes the format file, whole and durable. */
export function writeFormat(directory: string, version: number, calls: FileCalls): void {
  const path = `${formatPath(directory)}.new`;
  const text = new TextEncoder().encode(`${FIRST_LINE}\nversion ${version}\n`);
  const flags = O_WRONLY | O_CREAT | O_TRUNC;
  const fd = checkIo("create", path, calls.open(path, flags, 0o600));
  const result = calls.pwrite(fd, text, 0, text.length);
  const synced = calls.fsync(fd);
  close(fd);
  checkIo("write", path, result);
  checkIo("sync", path, synced);
  calls.rename(path, formatPath(directory));
  syncDirectory(directory, calls);
}

/**
 * The version of the store `directory`. Throws `not_a_store`, `newer_version` or `older_version` unless it is one that
 * this program can use.
 */
export function checkFormat(directory: string): number {
  let text: string;
  try {
    text = Deno.readTextFileSync(formatPath(directory));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
      throw notAStore(directory, "it has no file named format", cause);
    }
    throw new StoreError(
      "io_error",
      `Cannot read ${formatPath(directory)}: ${(cause as Error).message}`,
      { path: directory },
      { cause },
    );
  }
  const [first, second] = text.split("\n");
  const version = /^version (\d{1,9})$/.exec(second ?? "");
  if (first !== FIRST_LINE || version === null) {
    throw notAStore(directory, "its file named format is another program's");
  }
  checkVersion(directory, Number(version[1]));
  return Number(version[1]);
}

/** Throws `newer_version` or `older_version` unless this program can use a store of that version. */
export function checkVersion(directory: string, version: number): void {
  if (KNOWN.has(version)) return;
  const isNewer = version > STORE_VERSION;
  throw new StoreError(
    isNewer ? "newer_version" : "older_version",
    `Cannot open the store ${directory}: it has version ${version} and this program knows versions ` +
      `${STORE_VERSION} and ${SPARSE_VERSION}. Use the program that wrote it${
        isNewer ? " or a newer one" : ""
      }`,
    { path: directory },
  );
}

export function notAStore(directory: string, why: string, cause?: unknown): StoreError {
  return new StoreError(
    "not_a_store",
    `Cannot open ${directory} as a store: ${why}`,
    { path: directory },
    { cause },
  );
}
