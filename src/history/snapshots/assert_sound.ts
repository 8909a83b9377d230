/**
 * A check for tests of what makes snapshots.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { isDirectory } from "./record.ts";
import { totalsOf } from "./totals.ts";

/** Checks totals, link counts, and that one number is one inode. */
export function assertSound(store: Store, snapshot: Snapshot): void {
  const inodes = new Set([snapshot.root.ino]);
  const names = new Map<number, number>();
  const waiting: InodeRecord[] = [snapshot.root];
  for (let record = waiting.pop(); record !== undefined; record = waiting.pop()) {
    const entries = store.readTree(record.content);
    const { size, entries: below, nlink } = record;
    assert.deepEqual({ size, entries: below, nlink }, totalsOf(entries));
    for (const entry of entries) {
      if (entry.linked) names.set(entry.ino, (names.get(entry.ino) ?? 0) + 1);
      else {
        assert.ok(!inodes.has(entry.ino), `inode ${entry.ino} stands for two files`);
        inodes.add(entry.ino);
      }
      if (isDirectory(entry)) waiting.push(entry);
      else if (!entry.linked) assert.equal((entry as InodeRecord).nlink, 1);
    }
  }
  const links = store.readLinks(snapshot.links);
  for (const ino of links.keys()) {
    assert.ok(!inodes.has(ino), `linked inode ${ino} is ordinary too`);
  }
  const counts = new Map([...links].map(([ino, record]) => [ino, record.nlink]));
  assert.deepEqual(counts, names);
}
