/** What is told of what programs do on a volume: the driver is played, and the ring is read that the log is made of. */

import assert from "node:assert/strict";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import type { Level } from "../../src/telemetry/level.ts";
import { EMPTY_SNAPSHOT, Fixture } from "../tree/fixture.ts";
import { recording } from "./recording.ts";
import { toldRows } from "./rows/told_rows.ts";
import { given, Script } from "./script.ts";
import { serveTree } from "./served.ts";

/** As rows have it. */
function eventText({ action, path, target, offset, bytes, error, mode }: TelemetryEvent): string {
  const words = [action, path ?? "-"];
  if (target !== undefined) words.push(`-> ${target}`);
  if (offset !== undefined) words.push(`@${offset}`);
  if (bytes !== undefined) words.push(`${bytes}`);
  if (mode !== undefined) words.push(`0${(mode & 0o7777).toString(8)}`);
  if (error !== 0) words.push(String(error));
  return words.join(" ");
}

for (const [level, rows] of Object.entries(toldRows)) {
  Deno.test(`what is told at the level ${level} (${rows.length} rows)`, () => {
    const fixture = new Fixture();
    try {
      const wrong = rows.flatMap(([there, steps, expected], i) => {
        const tree = fixture.open(EMPTY_SNAPSHOT, 2 + i);
        try {
          given(tree, there);
          const { recorder, told } = recording(level as Level);
          const script = new Script(serveTree(tree, { recorder }).driver);
          script.run(steps);
          script.end();
          const got = told().map(eventText).join("; ");
          return got === expected ? [] : [`[${there}] ${steps}: ${got}, not ${expected}`];
        } finally {
          tree.journal.close();
        }
      });
      assert.deepEqual(wrong, []);
    } finally {
      fixture.close();
    }
  });
}
