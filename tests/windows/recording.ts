/**
 * A recorder whose ring is read by the test.
 *
 * @module
 */

import { Recorder } from "../../src/mount/recording/recorder.ts";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import type { Level } from "../../src/telemetry/level.ts";
import { CALLER, readMountRecord, RECORD } from "../../src/telemetry/mount_record.ts";
import { createRing, RingReader, RingWriter } from "../../src/telemetry/ring.ts";

/** A recorder, and what it has told since that was asked last. */
export function recording(level: Level): { recorder: Recorder; told: () => TelemetryEvent[] } {
  const ring = createRing(1 << 18);
  const reader = new RingReader(ring);
  const told = () => {
    const events: TelemetryEvent[] = [];
    reader.read((at) => {
      const { view, bytes } = reader;
      if (view.getUint8(at + RECORD.ACTION) === CALLER) return;
      events.push(readMountRecord(view, bytes, at));
    }, Infinity);
    return events;
  };
  return { recorder: new Recorder(new RingWriter(ring), level, null), told };
}
