/**
 * The file that makes a directory a store, and its version.
 *
 * @module
 */

import { STORE_VERSION } from "./object_index.ts";
import { StoreError } from "../format/store_error.ts";
import { formatPath } from "../files/store_paths.ts";

const FIRST_LINE = "agentvfs store";

/** What the format file of this version holds. */
export function formatText(): string {
  return `${FIRST_LINE}\nversion ${STORE_VERSION}\n`;
}

/** Throws `not_a_store`, `newer_version` or `older_version` unless `directory` is a store this program can use. */
export function checkFormat(directory: string): void {
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
}

/** Throws `newer_version` or `older_version` unless this program can use a store of that version. */
export function checkVersion(directory: string, version: number): void {
  if (version === STORE_VERSION) return;
  const isNewer = version > STORE_VERSION;
  throw new StoreError(
    isNewer ? "newer_version" : "older_version",
    `Cannot open the store ${directory}: it has version ${version} and this program knows version ` +
      `${STORE_VERSION}. Use the program that wrote it${isNewer ? " or a newer one" : ""}`,
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
