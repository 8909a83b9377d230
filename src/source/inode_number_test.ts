import assert from "node:assert/strict";
import * as fc from "fast-check";
import { FOREIGN_INODES, NEW_INODES, shownInode } from "./inode_number.ts";

const u32 = fc.nat(0xffffffff);
const identity = fc.record({
  inoLow: u32,
  inoHigh: u32,
  devMajor: fc.nat(0xfff),
  devMinor: fc.nat(0xfffff),
});

Deno.test("an inode of the root's device shows its own number", () => {
  const inode = { inoLow: 5, inoHigh: 0xffff, devMajor: 8, devMinor: 1 };
  assert.equal(shownInode(inode, 8, 1), 0xffff * 2 ** 32 + 5);
});

Deno.test("any other stays clear of the numbers of new files and keeps its low half", () => {
  fc.assert(fc.property(identity, (inode) => {
    const shown = shownInode(inode, 0x1000, 0);
    assert.ok(shown >= FOREIGN_INODES && shown < 2 * FOREIGN_INODES && shown > NEW_INODES);
    assert.equal(shown % 2 ** 32, inode.inoLow);
  }));
});

Deno.test("two inodes below 2^51 of one device never show the same number", () => {
  const small = fc.record({ inoLow: u32, inoHigh: fc.nat(0x7ffff) });
  fc.assert(fc.property(small, small, fc.nat(0xfff), (a, b, devMinor) => {
    fc.pre(a.inoLow !== b.inoLow || a.inoHigh !== b.inoHigh);
    const device = { devMajor: 7, devMinor };
    assert.notEqual(shownInode({ ...a, ...device }, 0, 0), shownInode({ ...b, ...device }, 0, 0));
  }));
});

Deno.test("the same inode number on two devices shows two numbers", () => {
  const at = (devMinor: number) =>
    shownInode({ inoLow: 2, inoHigh: 0, devMajor: 0, devMinor }, 9, 9);
  assert.equal(new Set(Array.from({ length: 100 }, (_, i) => at(i))).size, 100);
});

Deno.test("a number of 2^48 or more on the root's device is replaced", () => {
  const shown = shownInode({ inoLow: 1, inoHigh: 0x10000, devMajor: 8, devMinor: 1 }, 8, 1);
  assert.ok(shown >= FOREIGN_INODES);
});
