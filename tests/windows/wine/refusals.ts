/**
 * What only Linux has: each is refused, with words that say so and an exit code that stays.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Ended } from "./daemon_flow.ts";

const PROGRAM = ["--", "cmd", "/c", "exit"];

const REFUSED: [words: string[], says: RegExp][] = [
  [["run", "--confine", ...PROGRAM], /--confine .* on Linux only/],
  [["run", "--net", "none", ...PROGRAM], /--net .* on Linux only/],
  [["run", "--at", "C:\\elsewhere", ...PROGRAM], /--at .* on Linux only/],
  [["run", "--watch", ...PROGRAM], /outside the mount is recorded on Linux only/],
  [["telemetry", "attach", "4"], /outside the mount is recorded on Linux only/],
];

/** What commands that cannot do it on this system end with. */
const ENVIRONMENT = 4;

/** Throws with all that was answered otherwise. `project` is mounted, a path of Windows. */
export async function refusals(
  agentvfs: (...words: string[]) => Promise<Ended>,
  project: string,
): Promise<void> {
  const wrong: string[] = [];
  for (const [words, says] of REFUSED) {
    const at = words.indexOf("--") < 0 ? words.length : words.indexOf("--");
    const ended = await agentvfs(...words.slice(0, at), "-C", project, ...words.slice(at));
    if (ended.code === ENVIRONMENT && says.test(ended.output)) continue;
    wrong.push(`agentvfs ${words.join(" ")} ended with ${ended.code}: ${ended.output}`);
  }
  assert.deepEqual(wrong, []);
}
