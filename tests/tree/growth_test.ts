/** No operation costs the square of how many pieces, names, links, nodes or records there are. */

import assert from "node:assert/strict";
import { S_IFREG } from "../../src/store/trees/entry.ts";
import { EXTENT_ZERO } from "../../src/tree/nodes/extent.ts";
import { applyResize, applyWrite, read } from "../../src/tree/operations/data.ts";
import { dropForgotten } from "../../src/tree/drop_forgotten.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { listNames } from "../../src/tree/operations/listing.ts";
import { listSegments } from "../../src/tree/journal/journal.ts";
import { link, rename, unlink } from "../../src/tree/operations/names.ts";
import { Overlay } from "../../src/tree/nodes/overlay.ts";
import { blocksOf, seek } from "../../src/tree/operations/read.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { assertNoSquare } from "../support/growth.ts";
import { EMPTY_SNAPSHOT, Fixture, make, writeText } from "./fixture.ts";

const MODE = S_IFREG | 0o644;
/** Two blocks: one of data, and a hole. */
const STRIDE = 8192;

function withFixture(test: (fixture: Fixture) => void): void {
  const fixture = new Fixture();
  try {
    test(fixture);
  } finally {
    fixture.close();
  }
}

/** A number that visits all below `n` once, in no order, for i from 0 to n - 1. */
function scattered(i: number, n: number): number {
  return i % 2 === 0 ? i >> 1 : n - 1 - (i >> 1);
}

Deno.test("pieces of a file: written in any order", () => {
  for (const order of [(i: number, n: number) => n - 1 - i, scattered]) {
    assertNoSquare("pieces", 10_000, (n) => () => {
      const overlay = new Overlay(null, 0);
      for (let i = 0; i < n; i++) overlay.cover(order(i, n) * STRIDE, 4096, 1, i);
      assert.equal(overlay.extents.size, n);
    });
  }
});

Deno.test("pieces of a file: cut out, and written over by larger ones", () => {
  assertNoSquare("pieces that are replaced", 10_000, (n) => {
    const overlay = new Overlay(null, 0);
    for (let i = 0; i < n; i++) overlay.cover(i * STRIDE, 4096, 1, i);
    return () => {
      for (let i = 0; i < n; i += 4) overlay.cover(i * STRIDE + 100, 3 * STRIDE, EXTENT_ZERO, 0);
      for (let i = n; i > 0; i--) overlay.truncate(i * STRIDE);
    };
  });
});

Deno.test("pieces of a file: sought, and counted after each change", () =>
  withFixture(({ tree }) => {
    let made = 0;
    const sparse = (n: number): Inode => {
      const file = make(tree, tree.root, `f${made++}`, MODE);
      for (let i = 0; i < n; i++) applyWrite(tree, file, i * STRIDE, 4096, MODE, 1, 0);
      return file;
    };
    assertNoSquare("pieces that are sought", 1000, (n) => {
      const file = sparse(n);
      return () => {
        let found = 0;
        for (let at = 0; at < file.size;) {
          const data = seek(tree, file, at, false);
          if (data < 0) break;
          at = seek(tree, file, data, true);
          found++;
        }
        assert.equal(found, n);
      };
    });
    assertNoSquare("pieces that are counted after each write", 1000, (n) => () => {
      const file = make(tree, tree.root, `f${made++}`, MODE);
      for (let i = 0; i < n; i++) {
        applyWrite(tree, file, scattered(i, n) * STRIDE, 4096, MODE, 1, 0);
        assert.equal(blocksOf(tree, file), 8 * (i + 1));
      }
    });
    assertNoSquare("bytes written one by one, and counted", 4000, (n) => () => {
      const file = make(tree, tree.root, `f${made++}`, MODE);
      for (let i = 0; i < n; i++) {
        applyWrite(tree, file, i, 1, MODE, 1, 2 * i);
        assert.equal(blocksOf(tree, file), 8 * Math.ceil((i + 1) / 4096));
      }
    });
    assertNoSquare("pieces that are cut off and counted", 1000, (n) => {
      const file = sparse(n);
      blocksOf(tree, file);
      return () => {
        for (let i = n - 1; i > 0; i--) {
          applyResize(tree, file, i * STRIDE, MODE);
          assert.equal(blocksOf(tree, file), 8 * i);
        }
      };
    });
  }));

Deno.test("pieces of a file: read, stored, sought in the store, and replayed", () =>
  withFixture((fixture) => {
    let made = 0;
    const written = (n: number): Inode => {
      const file = make(fixture.tree, fixture.tree.root, `f${made++}`, MODE);
      for (let i = 0; i < n; i++) {
        writeText(fixture.tree, file, scattered(i, n) * STRIDE, "some text");
      }
      return file;
    };
    const buffer = new Uint8Array(1024 * 1024);
    assertNoSquare("pieces that are read", 500, (n) => {
      const file = written(n);
      return () => {
        for (let at = 0; at < file.size; at += buffer.length) {
          read(fixture.tree, file, at, buffer, 0, buffer.length);
        }
      };
    });
    assertNoSquare("pieces that are stored", 500, (n) => {
      written(n);
      return () => void fixture.checkpoint();
    });
    assertNoSquare("pieces that are sought in the store", 500, (n) => {
      const file = written(n);
      fixture.checkpoint();
      return () => {
        let found = 0;
        for (let at = 0; at < file.size; found++) {
          const data = seek(fixture.tree, file, at, false);
          if (data < 0) break;
          at = seek(fixture.tree, file, data, true);
        }
        assert.equal(found, n);
        assert.equal(blocksOf(fixture.tree, file), 8 * n);
      };
    });
  }));

Deno.test("records of a journal", () => {
  assertNoSquare("records that are replayed", 1000, (n) => {
    const fixture = new Fixture();
    const file = make(fixture.tree, fixture.tree.root, "f", MODE);
    for (let i = 0; i < n; i++) {
      writeText(fixture.tree, file, scattered(i, n) * STRIDE, "x");
      if (i % 4 === 0) make(fixture.tree, fixture.tree.root, `n${i}`, MODE);
      if (i % 8 === 0) rename(fixture.tree, fixture.tree.root, `n${i}`, fixture.tree.root, "m", 0);
    }
    fixture.tree.journal.close();
    return () => {
      const tree = fixture.open(EMPTY_SNAPSHOT, 2);
      replay(tree, listSegments(fixture.journalPath).filter((segment) => segment < 2));
      assert.equal((tree.lookup(tree.root, "f") as Inode).size, (n - 1) * STRIDE + 1);
      tree.close();
      fixture.store.close();
      Deno.removeSync(fixture.directory, { recursive: true });
    };
  });
});

for (const order of ["first made first", "last made first"]) {
  Deno.test(`links of a file: removed and renamed, ${order}`, () =>
    withFixture(({ tree }) => {
      let made = 0;
      const linked = (n: number): string[] => {
        const file = make(tree, tree.root, `f${made++}`, MODE);
        const names = Array.from({ length: n }, (_, i) => `${file.name}-${i}`);
        for (const name of names) assert.equal(link(tree, file, tree.root, name), 0);
        return order === "first made first" ? names : names.reverse();
      };
      assertNoSquare("links that are removed", 4000, (n) => {
        const names = linked(n);
        return () => {
          for (const name of names) assert.equal(unlink(tree, tree.root, name, false), 0);
        };
      });
      assertNoSquare("links that are renamed", 2000, (n) => {
        const names = linked(n);
        return () => {
          for (const name of names) {
            assert.equal(rename(tree, tree.root, name, tree.root, `${name}+`, 0), 0);
          }
        };
      });
    }));
}

Deno.test("links of a file: dropped from memory with their directory", () => {
  assertNoSquare("links that are dropped", 4000, (n) => {
    const fixture = new Fixture();
    const { root } = fixture.tree;
    const file = make(fixture.tree, root, "f", MODE);
    for (let i = 0; i < n; i++) link(fixture.tree, file, root, `n${i}`);
    const snapshot = fixture.checkpoint();
    fixture.tree.journal.close();
    const tree = fixture.open(snapshot, 9);
    tree.load(tree.root);
    return () => {
      // A mount's root is never forgotten.
      tree.root.lookups = 0;
      assert.equal(dropForgotten(tree), n + 1);
      tree.root.lookups = 1;
      tree.close();
      fixture.store.close();
      Deno.removeSync(fixture.directory, { recursive: true });
    };
  });
});

Deno.test("names of a directory: made, renamed, listed by several at once, and removed", () =>
  withFixture(({ tree }) => {
    let made = 0;
    const named = (n: number): Inode => {
      const directory = make(tree, tree.root, `d${made++}`, 0o040755);
      for (let i = 0; i < n; i++) make(tree, directory, `n${i}`, MODE);
      return directory;
    };
    assertNoSquare("names that are made", 2000, (n) => () => void named(n));
    assertNoSquare("names that are renamed", 2000, (n) => {
      const directory = named(n);
      return () => {
        for (let i = 0; i < n; i++) rename(tree, directory, `n${i}`, directory, `m${i}`, 0);
      };
    });
    assertNoSquare("names that three list in turns", 8000, (n) => {
      const directory = named(n);
      return () => {
        const cookies = [0, 0, 0];
        for (let batch = 0; batch < n; batch += 20) {
          for (const lister of cookies.keys()) {
            let room = 20;
            listNames(tree, directory, cookies[lister]!, (_, { cookie }) => {
              if (room-- === 0) return false;
              cookies[lister] = cookie;
              return true;
            });
          }
        }
        assert.deepEqual(cookies, new Array(3).fill(directory.directory!.nextCookie - 1));
      };
    });
    assertNoSquare("names that are removed while they are listed", 2000, (n) => {
      const directory = named(n);
      return () => {
        let cookie = 0;
        while (directory.directory!.entries!.size > 0) {
          const names: string[] = [];
          listNames(tree, directory, cookie, (name, dirent) => {
            if (names.length === 20) return false;
            names.push(name);
            cookie = dirent.cookie;
            return true;
          });
          for (const name of names) unlink(tree, directory, name, false);
        }
      };
    });
  }));

Deno.test("nodes that the kernel knows: forgotten one by one", () =>
  withFixture(({ tree }) => {
    let made = 0;
    assertNoSquare("nodes", 4000, (n) => {
      const directory = make(tree, tree.root, `d${made++}`, 0o040755);
      const nodes = Array.from({ length: n }, (_, i) => make(tree, directory, `n${i}`, MODE));
      for (const node of nodes) tree.nodes.remember(node);
      for (let i = 0; i < n; i += 2) unlink(tree, directory, `n${i}`, false);
      return () => {
        for (const { nodeId } of nodes) tree.nodes.forget(nodeId, 1);
        assert.equal(tree.nodes.orphans.size, 0);
      };
    });
  }));
