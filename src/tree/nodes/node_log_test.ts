import assert from "node:assert/strict";
import { cString } from "../../../ffi/binary_string.ts";
import { close, O_CREAT, O_RDWR, open } from "../../host/files.ts";
import { S_IFREG } from "../../store/trees/entry.ts";
import { SYSTEM_CALLS } from "../../store/files/file_calls.ts";
import { DirectoryState, Dirent, Inode } from "./inode.ts";
import { loadNodes } from "./load_nodes.ts";
import { NodeLog } from "./node_log.ts";

const NOTHING: ReadonlyMap<number, Inode> = new Map();
const CONNECTION = { minor: 45, flags: 0xffffffff, flags2: 3 };

function inode(nodeId: number, name: string, parent: Inode | null, ino = 2 ** 48 + nodeId): Inode {
  const made = new Inode(nodeId, ino, S_IFREG, 0, 0, 0, 0, 0, 0, 0, 0);
  made.name = name;
  made.parent = parent;
  made.lookups = 1;
  return made;
}

function references(nodeId: number, lookups: number): Inode {
  const made = inode(nodeId, "", null);
  made.lookups = lookups;
  return made;
}

function withLog(body: (log: NodeLog, path: string) => void): void {
  const directory = Deno.makeTempDirSync();
  const log = new NodeLog(`${directory}/nodes`);
  try {
    body(log, log.path);
  } finally {
    log.close();
    Deno.removeSync(directory, { recursive: true });
  }
}

Deno.test("a log tells what was bound and not forgotten", () =>
  withLog((log, path) => {
    const root = inode(1, "", null);
    const names = ["a", '\xff\n "', "n".repeat(255)];
    log.connected(CONNECTION);
    names.forEach((name, i) => log.bind(inode(10 + i, name, root)));
    log.flush(NOTHING);
    log.bind(inode(20, "later", null, 7));
    log.count(references(10, 0));
    log.count(references(12, 3));
    log.flush(NOTHING);
    const { connection, nodes } = loadNodes(path);
    assert.deepEqual(connection, CONNECTION);
    assert.deepEqual([...nodes], [
      [11, { ino: 2 ** 48 + 11, lookups: 1, parent: 1, name: names[1] }],
      [12, { ino: 2 ** 48 + 12, lookups: 3, parent: 1, name: names[2] }],
      [20, { ino: 7, lookups: 1, parent: 0, name: "later" }],
    ]);
  }));

Deno.test("a log tells the cookies of the names of directories that are known", () =>
  withLog((log, path) => {
    const long = Array.from({ length: 400 }, (_, i) => String(i).padStart(255, "n"));
    for (const id of [10, 11, 12]) log.bind(inode(id, `directory ${id}`, null));
    log.listed(10, ["a", "\xff", "b", "c"], [3, 4, 7, 9]);
    log.listed(11, long, long.map((_, i) => 100 + i));
    log.listed(12, ["forgotten"], [3]);
    log.listed(1, ["in the root"], [5]);
    log.listed(10, ["a"], [10]);
    log.count(references(12, 0));
    log.flush(NOTHING);
    assert.deepEqual(
      loadNodes(path).listings,
      new Map([
        [10, new Map([["a", 10], ["\xff", 4], ["b", 7], ["c", 9]])],
        [11, new Map(long.map((name, i) => [name, 100 + i]))],
        [1, new Map([["in the root", 5]])],
      ]),
    );
  }));

Deno.test("a flipped bit costs what follows it, and is never taken for something else", () =>
  withLog((log, path) => {
    log.connected(CONNECTION);
    for (let i = 0; i < 4; i++) log.bind(inode(10 + i, `name ${i}`, null));
    log.count(references(11, 5));
    log.listed(11, ["one", "two"], [3, 4]);
    log.flush(NOTHING);
    const whole = loadNodes(path);
    assert.equal(whole.damagedAt, null);
    const file = Deno.readFileSync(path);
    const length = file.findLastIndex((byte) => byte !== 0) + 1;
    const bytes = file.subarray(0, length + 64);
    for (let bit = 0; bit < 8 * length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      Deno.writeFileSync(`${path}.damaged`, damaged);
      const { nodes, listings, damagedAt } = loadNodes(`${path}.damaged`);
      assert.ok([...listings].every(([id]) => id === 11));
      assert.ok(damagedAt !== null, `bit ${bit} was not noticed`);
      for (const [id, node] of nodes) {
        const { lookups, ...rest } = whole.nodes.get(id)!;
        assert.deepEqual({ ...node, lookups }, { ...rest, lookups });
      }
    }
  }));

Deno.test("a name given later replaces the one before", () =>
  withLog((log, path) => {
    log.bind(inode(5, "old", null));
    log.bind(inode(5, "new", null));
    log.flush(NOTHING);
    assert.equal(loadNodes(path).nodes.get(5)!.name, "new");
  }));

Deno.test("many records at once are all there", () =>
  withLog((log, path) => {
    for (let i = 0; i < 20_000; i++) log.bind(inode(i, `name-${i}`, null));
    log.flush(NOTHING);
    const { nodes } = loadNodes(path);
    assert.equal(nodes.size, 20_000);
    assert.equal(nodes.get(19_999)!.name, "name-19999");
  }));

Deno.test("what is torn at the end is left out", () =>
  withLog((log, path) => {
    log.bind(inode(1, "whole", null));
    log.bind(inode(2, "torn", null));
    log.flush(NOTHING);
    const size = Deno.readFileSync(path).findLastIndex((byte) => byte !== 0) + 1;
    for (let cut = 1; cut < 30; cut++) {
      Deno.truncateSync(path, size - cut);
      assert.deepEqual([...loadNodes(path).nodes.keys()], [1], `${cut} bytes less`);
    }
  }));

Deno.test("a log that is closed writes to no file that has its descriptor's number since", () => {
  withLog((log, path) => {
    log.bind(inode(1, "known", null));
    log.flush(NOTHING);
    log.close();
    const other = open(cString(`${path}.other`), O_RDWR | O_CREAT, 0o600);
    try {
      log.count(references(1, 0));
      log.flush(NOTHING);
      assert.equal(Deno.statSync(`${path}.other`).size, 0);
    } finally {
      close(other);
    }
  });
});

Deno.test("no file means nothing is known", () => {
  assert.deepEqual(loadNodes("/nonexistent/nodes"), {
    connection: null,
    nodes: new Map(),
    forgotten: new Map(),
    largest: 0,
    listings: new Map(),
    damagedAt: null,
  });
});

Deno.test("a log that is mostly obsolete is written anew with what is left", () =>
  withLog((log, path) => {
    const left = inode(1, "left", null);
    const live = new Map([[1, left]]);
    const name = "x".repeat(255);
    for (let i = 0; i < 130_000; i++) {
      log.bind(inode(2 + i, name, null));
      log.count(references(2 + i, 0));
      if (i % 1000 === 0) log.flush(live);
    }
    log.connected(CONNECTION);
    log.bind(left);
    log.flush(live);
    assert.ok(Deno.statSync(path).size < 16 * 1024 * 1024);
    const { nodes, connection, largest } = loadNodes(path);
    assert.deepEqual([...nodes.keys()], [1]);
    assert.deepEqual(connection, CONNECTION);
    assert.equal(largest, 130_001, "ids that were given out are not given out again");
  }));

Deno.test("what the kernel has forgotten the next log knows, and its ids are taken", () =>
  withLog((log, path) => {
    log.bind(inode(1, "known", null));
    log.bind(inode(9, "forgotten", null));
    log.count(references(9, 0));
    log.flush(NOTHING);
    const { nodes, forgotten, largest } = loadNodes(path);
    assert.deepEqual([...nodes.keys()], [1]);
    assert.deepEqual([...forgotten], [[9, {
      ino: inode(9, "forgotten", null).ino,
      lookups: 0,
      parent: 0,
      name: "forgotten",
    }]]);
    assert.equal(largest, 9);
    const next = new NodeLog(`${path}.next`);
    next.keep(forgotten, 20);
    next.flush(NOTHING);
    const again = loadNodes(`${path}.next`);
    assert.deepEqual([again.nodes.size, again.forgotten, again.largest], [0, forgotten, 20]);
    next.close();
  }));

Deno.test("a long log of which all is needed is written anew as often as it doubles", () => {
  const directory = Deno.makeTempDirSync();
  let renamed = 0;
  const rename = (from: string, to: string) => {
    renamed++;
    Deno.renameSync(from, to);
  };
  const log = new NodeLog(`${directory}/nodes`, { ...SYSTEM_CALLS, rename }, 1000);
  try {
    const listed = inode(5, "d", inode(1, "", null));
    const names = Array.from({ length: 2000 }, (_, i) => `a name that is listed ${i}`);
    listed.directory = new DirectoryState(null, null);
    listed.directory.entries = new Map(
      names.map((name, i) => [name, new Dirent(inode(100 + i, name, listed), 3 + i)]),
    );
    listed.directory.told = 2 + names.length;
    const live = new Map([[5, listed]]);
    log.bind(listed);
    log.listed(5, names, names.map((_, i) => 3 + i));
    const flushes = 4000;
    for (let i = 0; i < flushes; i++) {
      log.count(listed);
      log.flush(live);
    }
    // They are 50 KB of names and 100 KB of counts.
    assert.ok(renamed <= 6, `it was written ${renamed} times`);
    assert.equal(loadNodes(log.path).listings.get(5)?.size, names.length);
  } finally {
    log.close();
    Deno.removeSync(directory, { recursive: true });
  }
});
