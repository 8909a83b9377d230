/** Journal segments whose checksums are right and whose contents are not: a replay ends, and soundly. */

import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { Journal, JournalError, segmentName } from "../../src/tree/journal/journal.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { WorkingTree } from "../../src/tree/working_tree.ts";
import { randomness, SEED } from "../support/random.ts";
import { Fixture, randomOperation } from "../tree/fixture.ts";
import { memoryPlace } from "../support/memory_place.ts";

const SEGMENTS = Number(Deno.env.get("AGENTVFS_SEGMENTS") ?? 2_000);
const OPERATIONS = 60;

/** Where the records begin. */
function records(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer);
  const starts: number[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true)) starts.push(at);
  return starts;
}

Deno.test("a hostile journal segment is replayed as far as it makes sense", () => {
  const random = randomness(SEED);
  const fixture = new Fixture(memoryPlace());
  try {
    const base = fixture.tree.base!;
    for (let i = 0; i < OPERATIONS; i++) randomOperation(fixture.tree, random);
    const { segment } = fixture.tree.journal;
    const path = `${fixture.journalPath}/${segmentName(segment)}`;
    const sound = Deno.readFileSync(path);
    const starts = records(sound);
    let damaged = 0;
    for (let i = 0; i < SEGMENTS; i++) {
      const bytes = sound.slice();
      const view = new DataView(bytes.buffer);
      for (let n = 1 + random(3); n > 0; n--) {
        const at = starts[random(starts.length)]!;
        const length = view.getUint32(at + 4, true);
        for (let k = 1 + random(4); k > 0; k--) {
          bytes[at + 8 + random(Math.min(length, 200) - 8)] = random(2) ? 0xff : random(256);
        }
        view.setUint32(at, crc32(bytes.subarray(at + 4, at + length)), true);
      }
      Deno.writeFileSync(path, bytes);
      const journal = new Journal(fixture.journalPath);
      const tree = new WorkingTree(fixture.store, null, journal, base, 2 ** 48);
      try {
        if (replay(tree, [segment]).damage !== null) damaged++;
      } catch (error) {
        assert.ok(error instanceof JournalError, `seed ${SEED}, segment ${i}: ${error}`);
      }
      journal.close();
    }
    assert.ok(damaged > SEGMENTS / 20, `only ${damaged} contradictions were found`);
    Deno.writeFileSync(path, sound);
  } finally {
    fixture.close();
  }
});
