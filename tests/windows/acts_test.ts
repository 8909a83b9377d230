/** What is told of what programs do on a volume: the driver is played, and the ring is read that the log is made of. */

import assert from "node:assert/strict";
import { ChangeWitness } from "../../src/mount/recording/change_witness.ts";
import { MAIN_VIEW } from "../../src/mount/views.ts";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import type { Level } from "../../src/telemetry/level.ts";
import { EMPTY_SNAPSHOT, Fixture } from "../tree/fixture.ts";
import { recording } from "./recording.ts";
import { toldRows } from "./rows/told_rows.ts";
import type { Handle } from "./driver.ts";
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

Deno.test("who changes what is seen, while somebody wants to know", () => {
  const fixture = new Fixture();
  try {
    given(fixture.tree, "a=x d/b=y c");
    const witness = new ChangeWitness();
    const { driver } = serveTree(fixture.tree, { witnesses: new Map([[MAIN_VIEW, witness]]) });
    const token = BigInt(Deno.pid) << 32n | 77n;
    const open = (path: string) => driver.open(path, { token }).handle!;
    const [a, b, c] = ["\\A", "\\d\\b", "\\c"].map(open) as [Handle, Handle, Handle];
    driver.write(a, 0, Uint8Array.of(65));
    driver.rename(b, "\\d\\e");
    driver.read(c, 0, 1);
    for (const handle of [a, b, c]) driver.close(handle);
    const { writers, paths } = witness.report;
    assert.deepEqual(paths, [["a", [0]], ["d/b", [0]], ["d/e", [0]]]);
    assert.equal(writers.length, 1);
    assert.ok(writers[0]!.length > 0, "it is a process that there is");
  } finally {
    fixture.close();
  }
});
