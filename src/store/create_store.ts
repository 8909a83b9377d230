/**
 * Makes a new store.
 *
 * @module
 */

import { CommitMark } from "./files/commit_mark.ts";
import { createIndex } from "./index/create_index.ts";
import type { FileCalls } from "./files/file_calls.ts";
import { databaseError } from "./files/io_error.ts";
import { STORE_VERSION } from "./index/object_index.ts";
import { notAStore, writeFormat } from "./index/store_format.ts";
import { indexPath, packsPath } from "./files/store_paths.ts";

/** What a creation that was interrupted may have left. */
const LEFTOVERS = /^(lock|packs|reserve|format\.new|index\.(mark|sqlite(-wal|-shm|-journal)?))$/;

/**
 * Makes `directory` (0700) unless it exists. Throws `not_a_store` if it holds anything but a store.
 *
 * @returns true if there is no store in it yet
 */
export function prepareDirectory(directory: string): boolean {
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const names = [...Deno.readDirSync(directory)].map((entry) => entry.name);
  if (names.includes("format")) return false;
  const foreign = names.find((name) => !LEFTOVERS.test(name));
  if (foreign !== undefined) {
    throw notAStore(directory, `it is not empty (${foreign}) and has no file named format`);
  }
  if (names.includes("packs") && [...Deno.readDirSync(packsPath(directory))].length > 0) {
    throw notAStore(directory, "it has packs but no file named format");
  }
  return true;
}

/** Fills a prepared and locked directory. The format file comes last: with it the store is complete. */
export function fillDirectory(directory: string, calls: FileCalls): void {
  Deno.mkdirSync(packsPath(directory), { recursive: true, mode: 0o700 });
  const path = indexPath(directory);
  try {
    createIndex(path).close();
  } catch (cause) {
    throw databaseError("create the index", path, cause);
  }
  const mark = new CommitMark(directory, calls);
  try {
    mark.write(0);
    mark.sync();
  } finally {
    mark.close();
  }
  writeFormat(directory, STORE_VERSION, calls);
}
