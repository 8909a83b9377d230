/**
 * What was put into which file, so that it can be taken out again to the byte.
 *
 * @module
 */

import { join } from "node:path";
import { readText, removeFile, writeText } from "./person_file.ts";
import { type Applied, TargetError } from "./target.ts";

export interface FileRecord {
  readonly applied: Applied;
  /** For whom: an agent, and `user` or the directory of a project. */
  readonly users: readonly string[];
  /** Directories that were made for the file, the outermost first. */
  readonly directories: readonly string[];
}

/** By path, in the order in which they were written. */
export type Records = Readonly<Record<string, FileRecord>>;

const NAME = "integrations.json";
const VERSION = 1;

interface Stored {
  readonly version: number;
  /** Those made for this file itself. */
  readonly directories: readonly string[];
  readonly files: Records;
}

export async function loadRecords(state: string): Promise<Records> {
  return (await load(state)).files;
}

export async function saveRecords(state: string, files: Records): Promise<void> {
  const path = join(state, NAME);
  const { directories } = await load(state);
  if (Object.keys(files).length === 0) return await removeFile(path, directories);
  const save = (directories: readonly string[]) => {
    const stored: Stored = { version: VERSION, directories, files };
    return writeText(path, JSON.stringify(stored, null, 2) + "\n", 0o600);
  };
  const made = await save(directories);
  if (made.length > 0) await save(made);
}

async function load(state: string): Promise<Stored> {
  const path = join(state, NAME);
  const text = await readText(path);
  if (text === null) return { version: VERSION, directories: [], files: {} };
  try {
    const stored = JSON.parse(text) as Stored;
    if (stored.version === VERSION && typeof stored.files === "object") return stored;
  } catch { /* told below */ }
  throw new TargetError(
    path,
    "It is not what agentvfs integrate writes; a newer agentvfs may have",
  );
}
