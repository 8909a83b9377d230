/** Answers lie where the dialect has their fields. */

import assert from "node:assert/strict";
import { OUT, Reply } from "../../src/mount/fuse/reply.ts";
import { LINUX_DIALECT } from "../../src/mount/linux/dialect.ts";
import { darwinDialect } from "../../src/mount/macos/dialect.ts";
import { MAIN_VIEW, type View } from "../../src/mount/views.ts";
import { Fixture, make } from "./fixture.ts";

for (
  const [name, dialect] of [
    ["Linux", LINUX_DIALECT],
    ["macOS", darwinDialect({ uid: 501, gid: 20 })],
  ] as const
) {
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
        isKept: true,
        branch: "main",
      };
      const reply = new Reply(dialect);
      const { attr, attrOut, entryOut } = dialect;
      const seen = (at: number) => [
        reply.view.getUint32(at + attr.INO, true),
        reply.view.getUint32(at + attr.MODE, true),
        reply.view.getUint32(at + attr.NLINK, true),
        reply.view.getUint32(at + attr.UID, true),
        reply.view.getUint32(at + attr.MTIME_NSEC, true),
      ];
      const ino = dialect.numbersByNode ? inode.nodeId : inode.ino;
      const uid = dialect.owner?.uid ?? inode.uid;
      const expected = [ino % 2 ** 32, 0o100640, 1, uid, inode.mtimeNsec];
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
