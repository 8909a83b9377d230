/**
 * Two directories between which there is every kind of change, for the tests of this folder.
 *
 * @module
 */

import { asOnDisk } from "./fixtures.ts";
import {
  directory,
  file,
  type ModelInode,
  symlink,
} from "../../history/snapshots/testing/fixtures.ts";

export function everyChange(): { before: ModelInode; after: ModelInode } {
  const joined = file("has one name more");
  const parted = file("shared, then not");
  const rewritten = file("old text of two names");
  const rewrittenAfter = file("new text of two names", { ino: rewritten.ino, mtime: 9 });
  const moved = file("moved");
  const chmodded = file("of two names");
  const chmoddedAfter = { ...chmodded, mode: 0o755 };
  const split = file("one file of two names, then two");
  const twin = file("two files, then one");
  const stays = file("stays");
  const before = directory({
    edited: file("one"),
    gone: file("gone"),
    mode: file("mode"),
    link: symlink("old"),
    "file to directory": file("f"),
    "link to directory": symlink("nowhere"),
    "directory to file": directory({ x: file("x"), y: directory({ z: file("z") }) }),
    "directory to link": directory({ x: symlink("x") }),
    old: directory({ inner: directory({ leaf: file("leaf") }) }),
    joined,
    parted,
    "parted too": parted,
    rewritten,
    "rewritten too": rewritten,
    chmodded,
    "chmodded too": chmodded,
    moved,
    split,
    "split too": split,
    twin,
    "twin too": file("two files, then one"),
    "other mode": directory({ stays }, { mode: 0o755 }),
    same: directory({ untouched: file("untouched") }),
  });
  const after = directory({
    edited: file("two", { mtime: 77 }),
    mode: { ...before.children.get("mode")!, mode: 0o755, xattr: "note", uid: 1000 },
    link: symlink("new"),
    "file to directory": directory({ inside: file("inside") }, { mode: 0o700 }),
    "link to directory": directory({ inside: symlink("inside") }),
    "directory to file": file("now a file"),
    "directory to link": symlink("now a link"),
    fresh: directory({ empty: directory({}, { mode: 0o555 }), large: file("x".repeat(70_000)) }),
    joined,
    "joined too": joined,
    parted,
    "parted too": file("shared, then not"),
    rewritten: rewrittenAfter,
    "rewritten too": rewrittenAfter,
    chmodded: chmoddedAfter,
    "chmodded too": chmoddedAfter,
    there: directory({ moved }),
    split: file("the first of two"),
    "split too": file("the second of two"),
    twin,
    "twin too": twin,
    "other mode": directory({ stays }, { mode: 0o700, xattr: "directory" }),
    same: before.children.get("same")!,
  });
  return { before: asOnDisk(before), after: asOnDisk(after) };
}
