/**
 * The unit tests of what macOS has, too: on a Mac as they are, elsewhere on stand-ins for its libraries.
 *
 * ```sh
 * deno run -A tests/macos/units.ts [FILE|FOLDER]…
 * ```
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { withTemporary } from "../support/temporary.ts";
import { compileStandIns } from "./stand_in/stand_ins.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PRETEND = fileURLToPath(new URL("stand_in/pretend.ts", import.meta.url));

/** Tests of what macOS has not, beside those that lie in folders of other systems. */
const NOT_THERE: Readonly<Record<string, string>> = {
  "src/daemon/telemetry/preload_rules_test.ts": "programs preload nothing there",
  "src/telemetry/ring_test.ts": "it is told of wakes by Linux's means",
  "src/source/read_source_test.ts": "ACLs and namespaces of extended attributes are Linux's",
};

/** Runs them. Resolves with the exit code of `deno test`. */
export function unitsAsOnMac(places: readonly string[]): Promise<number> {
  const files = places.flatMap((place) => [...testFiles(place)]);
  const test = (env: Record<string, string>, ...options: string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", ...options, ...files],
      cwd: ROOT,
      env,
    }).spawn().status.then(({ code }) => code);
  if (Deno.build.os === "darwin") return test({});
  return withTemporary(async (directory) =>
    await test(await compileStandIns(directory), "--preload", PRETEND)
  );
}

function* testFiles(place: string): Generator<string> {
  if (place.endsWith("_test.ts")) {
    if (!(place in NOT_THERE) && !/(^|[/_])(linux|windows)[/_]|^src\/views\//.test(place)) {
      yield place;
    }
    return;
  }
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}${place}`)) {
    if (isDirectory || name.endsWith("_test.ts")) yield* testFiles(`${place}/${name}`);
  }
}

if (import.meta.main) {
  Deno.exit(await unitsAsOnMac(Deno.args.length === 0 ? ["src", "ffi"] : Deno.args));
}
