/**
 * Random operations on the working tree in memory: replaying the journal, storing a checkpoint and loading it
 * again, going back to it, and a checkpoint that fails must each give exactly the same tree.
 */

import assert from "node:assert/strict";
import { listSegments } from "../../src/tree/journal/journal.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { retarget } from "../../src/tree/rollback/retarget.ts";
import { revert, takeCapture } from "../../src/tree/capture/take_capture.ts";
import { type Random, repeat } from "../support/random.ts";
import { dump, Fixture, randomOperation } from "./fixture.ts";

const SEQUENCES = 60;
const OPERATIONS = 120;

function sequences(name: string, run: (fixture: Fixture, random: Random) => void) {
  Deno.test(name, () =>
    repeat(SEQUENCES, (random) => {
      const fixture = new Fixture();
      try {
        run(fixture, random);
      } finally {
        fixture.close();
      }
    }));
}

function work({ tree }: Fixture, random: Random): void {
  for (let i = 0; i < OPERATIONS; i++) randomOperation(tree, random);
}

sequences("replaying the journal gives the same tree", (fixture, random) => {
  work(fixture, random);
  const base = fixture.checkpoint();
  const segment = fixture.tree.journal.segment;
  work(fixture, random);
  const expected = dump(fixture.tree);
  fixture.tree.journal.close();
  const segments = listSegments(fixture.journalPath).filter((s) => s >= segment);
  fixture.tree = fixture.open(base, segments.at(-1)! + 1, fixture.tree.nextInode);
  const report = replay(fixture.tree, segments);
  assert.equal(report.tornBytes, 0);
  assert.deepEqual(dump(fixture.tree), expected);
});

sequences("a checkpoint holds the tree, and work goes on after it", (fixture, random) => {
  for (let round = 0; round < 3; round++) {
    work(fixture, random);
    const expected = dump(fixture.tree);
    const snapshot = fixture.checkpoint();
    assert.deepEqual(dump(fixture.tree), expected, "after settling");
    assert.equal(fixture.tree.isChanged, false);
    const loaded = fixture.open(snapshot, 1000 + round);
    assert.deepEqual(dump(loaded), expected, "loaded from the store");
    loaded.journal.close();
    Deno.removeSync(`${fixture.journalPath}/${String(1000 + round).padStart(10, "0")}.journal`);
  }
});

sequences("a checkpoint holds the instant it was taken in", (fixture, random) => {
  work(fixture, random);
  const taken = dump(fixture.tree);
  const snapshot = fixture.checkpoint(() => work(fixture, random));
  const expected = dump(fixture.tree);
  const loaded = fixture.open(snapshot, 1000);
  assert.deepEqual(dump(loaded), taken);
  loaded.journal.close();
  Deno.removeSync(`${fixture.journalPath}/0000001000.journal`);
  assert.deepEqual(dump(fixture.open(fixture.checkpoint(), 2000)), expected);
});

sequences("going back to a checkpoint and forth again is exact", (fixture, random) => {
  const states: { snapshot: ReturnType<Fixture["checkpoint"]>; state: unknown }[] = [];
  for (let round = 0; round < 3; round++) {
    work(fixture, random);
    const state = dump(fixture.tree);
    states.push({ snapshot: fixture.checkpoint(), state });
  }
  for (let i = 0; i < 6; i++) {
    const { snapshot, state } = states[random(states.length)]!;
    retarget(fixture.tree, snapshot);
    assert.deepEqual(dump(fixture.tree), state);
  }
  work(fixture, random);
  const state = dump(fixture.tree);
  fixture.checkpoint();
  assert.deepEqual(dump(fixture.tree), state);
});

sequences("a checkpoint that fails leaves nothing behind", (fixture, random) => {
  work(fixture, random);
  const { pending } = takeCapture(fixture.tree);
  work(fixture, random);
  const expected = dump(fixture.tree);
  revert(fixture.tree, pending);
  assert.deepEqual(dump(fixture.tree), expected);
  const snapshot = fixture.checkpoint();
  const loaded = fixture.open(snapshot, 1000);
  assert.deepEqual(dump(loaded), expected);
  loaded.journal.close();
});
