/** What is told of what programs do on a volume: the driver is played, and the ring is read that the log is made of. */

import assert from "node:assert/strict";
import { Recorder } from "../../src/mount/recording/recorder.ts";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import type { Level } from "../../src/telemetry/level.ts";
import { CALLER, readCaller, readMountRecord, RECORD } from "../../src/telemetry/mount_record.ts";
import { createRing, RingReader, RingWriter } from "../../src/telemetry/ring.ts";
import { EMPTY_SNAPSHOT, Fixture } from "../tree/fixture.ts";
import { toldRows } from "./rows/told_rows.ts";
import { given, Script } from "./script.ts";
import { serveTree } from "./served.ts";

/** Process that the driver names for each opening. */
const PROGRAM = 4321;

/** A recorder, and what it has told since that was asked last. */
function recording(level: Level): { recorder: Recorder; told: () => TelemetryEvent[] } {
  const ring = createRing(1 << 18);
  const reader = new RingReader(ring);
  const told = () => {
    const events: TelemetryEvent[] = [];
    reader.read((at) => {
      const { view, bytes } = reader;
      assert.equal(readCaller(view, bytes, at).tid, PROGRAM);
      if (view.getUint8(at + RECORD.ACTION) === CALLER) return;
      events.push(readMountRecord(view, bytes, at));
    }, Infinity);
    return events;
  };
  return { recorder: new Recorder(new RingWriter(ring), level, null), told };
}

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
