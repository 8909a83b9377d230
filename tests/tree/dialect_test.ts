/** Answers lie where the dialect has their fields: Linux's, and one played that has others, as macOS's has. */

import assert from "node:assert/strict";
import { type Dialect } from "../../src/mount/fuse/dialect.ts";
import { OUT, Reply } from "../../src/mount/fuse/reply.ts";
import { LINUX_DIALECT } from "../../src/mount/linux/dialect.ts";
import { MAIN_VIEW, type View } from "../../src/mount/views.ts";
import { Fixture, make } from "./fixture.ts";

/** Of protocol 7.19 with a creation time among the attributes (struct fuse_attr has 104 bytes there). */
const OTHER: Dialect = {
  newestMinor: 19,
  oldestMinor: 19,
  attr: {
    ...LINUX_DIALECT.attr,
    SIZE_OF: 104,
    ATIME_NSEC: 56,
    MTIME_NSEC: 60,
    CTIME_NSEC: 64,
    MODE: 72,
    NLINK: 76,
    UID: 80,
    GID: 84,
    RDEV: 88,
    FLAGS: 92,
    BLKSIZE: 96,
  },
  attrOut: { ...LINUX_DIALECT.attrOut, SIZE: 120 },
  entryOut: { ...LINUX_DIALECT.entryOut, SIZE: 144 },
};

for (const [name, dialect] of [["Linux", LINUX_DIALECT], ["another", OTHER]] as const) {
  Deno.test(`an entry and attributes in the dialect of ${name}`, () => {
    const fixture = new Fixture();
    try {
      const { tree } = fixture;
      const inode = make(tree, tree.root, "file", 0o100640);
      const view: View = {
        number: MAIN_VIEW,
        tree,
        writable: true,
        inodeSpace: 0,
        completed: null,
        frozen: false,
        isRouted: false,
        branch: "main",
      };
      const reply = new Reply(dialect);
      const { attr, attrOut, entryOut } = dialect;
      const seen = (at: number) => [
        reply.view.getUint32(at + attr.INO, true),
        reply.view.getUint32(at + attr.MODE, true),
        reply.view.getUint32(at + attr.NLINK, true),
        reply.view.getUint32(at + attr.MTIME_NSEC, true),
      ];
      const expected = [inode.ino % 2 ** 32, 0o100640, 1, inode.mtimeNsec];
      assert.equal(reply.entry(view, inode), entryOut.SIZE);
      assert.equal(reply.view.getUint32(OUT + entryOut.NODEID, true), inode.nodeId);
      assert.deepEqual(seen(OUT + entryOut.ATTR), expected);
      assert.equal(reply.attributes(view, inode), attrOut.SIZE);
      assert.deepEqual(seen(OUT + attrOut.ATTR), expected);
    } finally {
      fixture.close();
    }
  });
}
