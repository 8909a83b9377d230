/**
 * Builds that go by times, and keep what they built where a rollback does not bring it back: it is newer than the files are
 * then, and they do not build again.
 *
 * @module
 */

import { isAbsolute } from "node:path";
import { isWithin } from "../../host/mounts.ts";
import type { CommandInput } from "../command.ts";
import { withDaemon } from "../daemon_client.ts";
import { printWarnings, type Warning } from "./warning.ts";

/** Variables that name such places. */
const VARIABLES = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "GOCACHE", "PYTHONPYCACHEPREFIX"];

/** Warns after a command that brought files back and did not give them a new time. */
export async function warnOfBuildCaches(input: CommandInput): Promise<void> {
  if (input.flags.has("touch") || input.flags.has("dry-run")) return;
  const set = VARIABLES.flatMap((name) => {
    const place = Deno.env.get(name) ?? "";
    return isAbsolute(place) ? [{ name, place }] : [];
  });
  if (set.length === 0) return;
  const { mount, source } = await withDaemon(input, (client) => client.status());
  printWarnings(buildCacheWarnings(set, [mount, source]));
}

/** `inside`: what is there is brought back, too. */
export function buildCacheWarnings(
  set: readonly { readonly name: string; readonly place: string }[],
  inside: readonly string[],
): Warning[] {
  return set.filter(({ place }) => !inside.some((directory) => isWithin(place, directory)))
    .map(({ name, place }) => ({
      code: "build_cache_outside",
      message:
        `what is built in ${place} (${name}) may be newer than the files that were brought back`,
      hint: "with --touch they get a new time, and builds see that they changed",
    }));
}
