/**
 * A working tree that is deeper than the call stack.
 */

import assert from "node:assert/strict";
import { read } from "../../src/tree/operations/data.ts";
import { dropForgotten } from "../../src/tree/drop_forgotten.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { Journal, listSegments } from "../../src/tree/journal/journal.ts";
import { loadNodes } from "../../src/tree/nodes/load_nodes.ts";
import { NodeLog } from "../../src/tree/nodes/node_log.ts";
import { rename } from "../../src/tree/operations/names.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { renumberNodes, restoreNodes } from "../../src/tree/replay/restore_nodes.ts";
import { retarget } from "../../src/tree/rollback/retarget.ts";
import { Status } from "../../src/tree/status.ts";
import { revert, takeCapture } from "../../src/tree/capture/take_capture.ts";
import { WorkingTree } from "../../src/tree/working_tree.ts";
import { Fixture, make, writeText } from "./fixture.ts";

const DEPTH = 20_000;
const FILE = 0o100644;
const DIRECTORY = 0o040755;

function withChain(use: (fixture: Fixture, directories: Inode[], file: Inode) => void): void {
  const fixture = new Fixture();
  try {
    const directories: Inode[] = [];
    let at = fixture.tree.root;
    for (let depth = 0; depth < DEPTH; depth++) {
      directories.push(at = make(fixture.tree, at, "d", DIRECTORY));
    }
    const file = make(fixture.tree, at, "f", FILE);
    writeText(fixture.tree, file, 0, "one");
    use(fixture, directories, file);
  } finally {
    fixture.close();
  }
}

/** What is in the file below all directories; null if it is not there. */
function deepest(tree: WorkingTree): string | null {
  let at = tree.root;
  while (true) {
    const next = tree.lookup(at, "d");
    if (typeof next === "number") break;
    at = next;
  }
  const file = tree.lookup(at, "f");
  if (typeof file === "number") return null;
  const bytes = new Uint8Array(file.size);
  read(tree, file, 0, bytes, 0, bytes.length);
  return new TextDecoder().decode(bytes);
}

Deno.test("a deep tree is taken, taken back, stored, and shown again", () =>
  withChain((fixture, _, file) => {
    const { tree } = fixture;
    const empty = tree.base!;
    const { pending } = takeCapture(tree);
    writeText(tree, file, 0, "two");
    revert(tree, pending);
    const two = fixture.checkpoint();
    writeText(tree, file, 0, "three");
    const three = fixture.checkpoint();
    for (const [snapshot, text] of [[two, "two"], [empty, null], [three, "three"]] as const) {
      retarget(tree, snapshot);
      assert.equal(deepest(tree), text);
    }
  }));

Deno.test("a server that takes over finds what the kernel knows far below", () =>
  withChain((fixture, directories, file) => {
    const { journalPath, store, tree } = fixture;
    const log = `${journalPath}/nodes`;
    const base = tree.base!;
    tree.nodes.log = new NodeLog(log);
    tree.nodes.remember(file);
    tree.nodes.flushLog();
    tree.nodes.log.close();
    tree.journal.close();
    const segments = listSegments(journalPath);
    const next = new WorkingTree(store, null, new Journal(journalPath), base, tree.nextInode);
    const report = replay(next, segments);
    assert.deepEqual([report.damage, report.lost], [null, []]);
    const { nodes } = loadNodes(log);
    assert.equal(nodes.size, DEPTH + 1);
    renumberNodes(next, Math.max(report.largestNodeId, directories.at(-1)!.nodeId));
    // Without what the journal says of them, too.
    for (const known of [report, { ...report, nodes: new Map() }]) {
      assert.deepEqual(restoreNodes(next, known, nodes), []);
      assert.equal(next.node(file.nodeId)!.ino, file.ino);
    }
    assert.equal(deepest(next), "one");
    next.journal.begin(segments.at(-1)! + 1);
    next.journal.close();
  }));

Deno.test("a deep tree that nobody looks at goes from memory, and its nodes are told anew in each segment", () =>
  withChain((fixture, directories, file) => {
    const { tree } = fixture;
    fixture.checkpoint();
    // The first change in a segment tells of all the directories above it.
    writeText(tree, file, 0, "two");
    assert.ok(tree.journal.records > DEPTH);
    const [top] = directories;
    assert.equal(rename(tree, tree.root, "d", directories.at(-1)!, "d", 0), Status.Invalid);
    assert.equal(rename(tree, tree.root, "d", tree.root, "e", 0), Status.Ok);
    assert.equal(rename(tree, tree.root, "e", tree.root, "d", 0), Status.Ok);
    fixture.checkpoint();
    assert.equal(dropForgotten(tree), DEPTH);
    assert.equal(top!.directory!.entries, null);
    assert.equal(deepest(tree), "two");
  }));
