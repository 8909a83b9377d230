/**
 * The files of a log of events: `DATE-N.ndjson` in a directory of its own. N only grows, so the names are in the order of time
 * however the clock was set.
 *
 * @module
 */

import { join } from "node:path";

export interface LogFile {
  readonly path: string;
  readonly number: number;
}

const NAME = /^\d{8}-(\d{6,})\.ndjson$/;

/** Those that are there, the oldest first; none where there is no directory. */
export function listLogFiles(directory: string): LogFile[] {
  const files: LogFile[] = [];
  try {
    for (const { name, isFile } of Deno.readDirSync(directory)) {
      const number = NAME.exec(name)?.[1];
      if (isFile && number !== undefined) {
        files.push({ path: join(directory, name), number: Number(number) });
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort((a, b) => a.number - b.number);
}

export function logFilePath(directory: string, number: number, now: Date): string {
  const date = now.toISOString().slice(0, 10).replaceAll("-", "");
  return join(directory, `${date}-${String(number).padStart(6, "0")}.ndjson`);
}
