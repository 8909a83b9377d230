/**
 * The checks of system calls, on a disk and in a mount that the code for macOS serves.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Report } from "../posix/main.ts";
import { referenceDirectory } from "../posix/reference_directory.ts";
import { run } from "../support/process.ts";
import { withBridged } from "./bridged.ts";

/** Names of checks that need what macOS does not send, or what one owner of all files cannot have. */
const NOT_IN_THE_DIALECT =
  /nameless|O_TMPFILE|O_PATH|fallocate|lseek|blocks count|100 GiB|chown of nothing|trusted, security/;
/** No owner of anything else: all files are the daemon's user's there. */
const UID = 65534;

export interface BridgedChecks {
  readonly checks: number;
  /** Those that differ and could be the same. */
  readonly differing: Report["unexpected"];
  /** Those that differ because of what the dialect is. */
  readonly excluded: readonly string[];
}

/** Runs the checks whose names match. */
export async function bridgedChecks(only: RegExp): Promise<BridgedChecks> {
  const reference = await referenceDirectory();
  try {
    const found: Report[] = [];
    await withBridged(async (path) => {
      const places = [reference.path, path].map((place) => `${place}/checks`);
      for (const place of places) {
        await Deno.mkdir(place);
        await Deno.chown(place, UID, UID);
      }
      const main = fileURLToPath(new URL("../posix/main.ts", import.meta.url));
      const { stdout, stderr } = await run([
        ...[Deno.execPath(), "run", "-A", "--quiet", "--no-check", main, ...places, "--json"],
        ...["--as", String(UID), "--only", only.source],
      ], { deadlineMs: 300_000 });
      if (!stdout.startsWith("{")) throw new Error(stderr);
      found.push(JSON.parse(stdout));
    }, { owner: { uid: UID, gid: UID } });
    const [{ checks, unexpected }] = found as [Report];
    const isExcluded = ({ check }: { check: string }) => NOT_IN_THE_DIALECT.test(check);
    return {
      checks,
      differing: unexpected.filter((difference) => !isExcluded(difference)),
      excluded: unexpected.filter(isExcluded).map(({ check }) => check),
    };
  } finally {
    await reference.end();
  }
}
