/** Files of a workspace that nobody of this program wrote: what is no record is left out, and nothing fails or hangs. */

import assert from "node:assert/strict";
import { parseMountinfo } from "../../src/host/linux/mounts.ts";
import { readRecord } from "../../src/daemon/workspaces/workspace.ts";
import { loadInterrupted, saveInterrupted } from "../../src/source/interrupted_import.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { create, link } from "../../src/tree/operations/names.ts";
import { loadNodes } from "../../src/tree/nodes/load_nodes.ts";
import { NodeLog } from "../../src/tree/nodes/node_log.ts";
import { parseOrphanRecord } from "../../src/tree/orphan.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { listNames, restoreListings } from "../../src/tree/operations/listing.ts";
import { restoreNodes } from "../../src/tree/replay/restore_nodes.ts";
import { WorkingTree } from "../../src/tree/working_tree.ts";
import { Journal } from "../../src/tree/journal/journal.ts";
import { withTemporary } from "../support/temporary.ts";
import { randomness, SEED } from "../support/random.ts";
import { Fixture } from "../tree/fixture.ts";
import { memoryPlace } from "../support/memory_place.ts";

const FILES = Number(Deno.env.get("AGENTVFS_FILES") ?? 1_000);
const FILE = 0o100644;
const DIRECTORY = 0o040755;

type Random = (below: number) => number;

/** Bytes changed, cut or repeated. */
function damaged(sound: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  let bytes = sound.slice();
  if (random(10) === 0) bytes = bytes.map(() => random(256));
  for (let i = random(6); i > 0 && bytes.length > 0; i--) {
    bytes[random(bytes.length)] = random(3) ? random(256) : 0;
  }
  if (random(4) === 0) bytes = bytes.slice(random(bytes.length));
  return random(4) === 0 ? bytes.slice(0, random(bytes.length + 1)) : bytes;
}

function forDamaged(
  sound: Uint8Array<ArrayBuffer>,
  test: (bytes: Uint8Array<ArrayBuffer>) => void,
) {
  const random = randomness(SEED);
  for (let i = 0; i < FILES; i++) {
    const bytes = damaged(sound, random);
    try {
      test(bytes);
    } catch (cause) {
      throw new Error(`File ${i} of seed ${SEED}`, { cause });
    }
  }
}

Deno.test("a hostile node log gives no node that is not there, and ends", () => {
  const fixture = new Fixture(memoryPlace());
  try {
    const { tree } = fixture;
    const path = `${fixture.journalPath}/nodes`;
    const log = new NodeLog(path);
    tree.nodes.keepIn(log);
    const make = (parent: Inode, name: string, mode: number) => {
      const inode = create(tree, parent, name, mode, 0, 0, 0, null) as Inode;
      tree.nodes.remember(inode);
      return inode;
    };
    for (let i = 0; i < 5; i++) {
      const directory = make(tree.root, `d${i}`, DIRECTORY);
      const file = make(directory, "f", FILE);
      link(tree, file, tree.root, `l${i}`);
      make(make(directory, "deep", DIRECTORY), "g", FILE);
    }
    listNames(tree, tree.root, 0, () => true);
    tree.nodes.flushLog();
    const sound = Deno.readFileSync(path);
    log.close();
    tree.nodes.log = null;
    const base = fixture.checkpoint();
    const { nextInode } = tree;
    const nothing = replay(
      new WorkingTree(fixture.store, null, new Journal(fixture.journalPath), base, nextInode),
      [],
    );
    forDamaged(sound, (bytes) => {
      Deno.writeFileSync(path, bytes);
      const { nodes, listings } = loadNodes(path);
      const journal = new Journal(fixture.journalPath);
      const again = new WorkingTree(fixture.store, null, journal, base, nextInode);
      const lost = restoreNodes(again, nothing, nodes);
      assert.ok(lost.length <= nodes.size);
      const names = again.load(again.root) || [...again.root.directory!.entries!.keys()].sort();
      restoreListings(again, listings);
      assert.deepEqual([...again.root.directory!.entries!.keys()].sort(), names);
      journal.close();
    });
  } finally {
    fixture.close();
  }
});

Deno.test("a hostile record of an open file without a name is none, or one that can be", () => {
  const record = {
    ...{
      nodeId: 7,
      ino: 8,
      mode: 0o100644,
      uid: 1,
      gid: 2,
      rdev: 0,
      size: 30,
      times: [1, 2, 3, 4],
    },
    ...{ target: null, xattrs: [["user.a", [1, 2]]], baseSize: 10, extents: [[0, 10, -1, 0]] },
    ...{ base: { content: "ab".repeat(32), chunked: false, size: 10 }, references: [] },
  };
  const sound = new TextEncoder().encode(JSON.stringify(record));
  assert.notEqual(parseOrphanRecord(sound), null);
  forDamaged(sound, (bytes) => {
    const told = parseOrphanRecord(bytes);
    assert.ok(told === null || Number.isSafeInteger(told.nodeId));
  });
});

Deno.test("hostile notes, records and tables are not believed", () =>
  withTemporary(async (directory) => {
    const began = { sec: 1, nsec: 2 };
    const root = { content: "ab".repeat(32), entries: 3 };
    saveInterrupted(directory, "/p", { snapshot: { root, links: null } as never, began });
    const note = Deno.readFileSync(`${directory}/import.json`);
    forDamaged(note, (bytes) => {
      Deno.writeFileSync(`${directory}/import.json`, bytes);
      const state = loadInterrupted(directory, "/p");
      assert.ok(state === null || Number.isSafeInteger(state.began.sec));
    });
    const table = new TextEncoder().encode(
      "40 22 0:35 / /mnt/with\\040space rw,nosuid shared:9 - fuse.agentvfs agentvfs rw\n",
    );
    forDamaged(table, (bytes) => {
      for (const { path } of parseMountinfo(new TextDecoder().decode(bytes))) {
        assert.equal(typeof path, "string");
      }
    });
    const record = {
      source: "/s",
      mount: "/m",
      store: "/t",
      socket: "/k",
      log: "/l",
      version: "1",
    };
    const random = randomness(SEED);
    const sound = new TextEncoder().encode(JSON.stringify(record));
    for (let i = 0; i < 300; i++) {
      Deno.writeFileSync(`${directory}/workspace.json`, damaged(sound, random));
      const read = await readRecord(directory);
      assert.ok(read === null || typeof read.socket === "string");
    }
  }));
