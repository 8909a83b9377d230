/**
 * A recorder whose ring is read by the test.
 *
 * @module
 */

import { Recorder } from "../../src/mount/recording/recorder.ts";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import type { Level } from "../../src/telemetry/level.ts";
import { CALLER, RECORD } from "../../src/telemetry/mount_record.ts";
import { MountRecordReader } from "../../src/telemetry/mount_record_reader.ts";
import { createRing, RingReader, RingWriter } from "../../src/telemetry/ring.ts";

/** A recorder, and what it has told since that was asked last. */
export function recording(level: Level): { recorder: Recorder; told: () => TelemetryEvent[] } {
  const ring = createRing(1 << 18);
  const reader = new RingReader(ring);
  const records = new MountRecordReader(reader.view, reader.bytes, null);
  const told = () => {
    const events: TelemetryEvent[] = [];
    reader.look(() => {});
    reader.take((at) => {
      if (reader.view.getUint8(at + RECORD.ACTION) !== CALLER) events.push(records.read(at));
      return true;
    });
    return events;
  };
  return { recorder: new Recorder(new RingWriter(ring), level, null), told };
}
