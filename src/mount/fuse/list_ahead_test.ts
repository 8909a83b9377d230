import assert from "node:assert/strict";
import { S_IFDIR, S_IFREG } from "../../store/trees/entry.ts";
import { DirectoryState, Dirent, Inode } from "../../tree/nodes/inode.ts";
import { MAIN_VIEW, type View } from "../views.ts";
import { ListAhead } from "./list_ahead.ts";

function directory(name: string, names: number, parent: Inode | null = null): Inode {
  const inode = new Inode(1, 1, S_IFDIR, 0, 0, 0, 0, 0, 0, 0, 0);
  inode.name = name;
  inode.parent = parent;
  inode.directory = new DirectoryState(null, null);
  const file = new Inode(2, 2, S_IFREG, 0, 0, 0, 0, 0, 0, 0, 0);
  const entries = Array.from({ length: names }, (_, i) => [`f${i}`, new Dirent(file, i)] as const);
  inode.directory.entries = new Map(entries);
  return inode;
}

const main = { number: MAIN_VIEW } as View;
const branch = { number: 3 } as View;

/** Paths that are listed while `times` names of each directory are looked up. */
function listed(times: number, directories: readonly Inode[], view = main): string[] {
  const paths: string[] = [];
  const ahead = new ListAhead((path) => paths.push(path));
  for (let i = 0; i < times; i++) for (const each of directories) ahead.lookedUp(view, each);
  return paths;
}

Deno.test("a directory is listed once some of its names were looked up, and once only", () => {
  const root = directory("", 20);
  const inner = directory("inner", 100, directory("outer", 1, root));
  assert.deepEqual(listed(3, [inner]), []);
  assert.deepEqual(listed(100, [inner]), ["outer/inner"]);
  assert.deepEqual(listed(4, [root, inner]), ["", "outer/inner"]);
});

Deno.test("of a large directory more has to be looked up; of others nothing is listed", () => {
  const large = directory("large", 1000);
  large.parent = directory("", 1);
  assert.deepEqual([listed(31, [large]).length, listed(32, [large]).length], [0, 1]);
  assert.deepEqual(listed(10_000, [directory("", 5), directory("", 5000)]), []);
  assert.deepEqual(listed(100, [large], branch), []);
});

Deno.test("the directories behind it that nobody has looked at are listed, too", () => {
  const root = directory("", 0);
  const children = Array.from({ length: 10 }, (_, i) => directory(`d${i}`, 20, root));
  children.forEach((child, i) => root.directory!.entries!.set(child.name, new Dirent(child, i)));
  const file = new Inode(2, 2, S_IFREG, 0, 0, 0, 0, 0, 0, 0, 0);
  root.directory!.entries!.set("file", new Dirent(file, 10));
  for (const i of [1, 4, 5, 6, 7, 8, 9]) children[i]!.directory!.entries = null;
  assert.deepEqual(listed(4, [children[3]!]), ["d4", "d5", "d6", "d7", "d3"]);
  assert.deepEqual(listed(4, [children[0]!]), ["d1", "d4", "d5", "d6", "d0"]);
  children[9]!.directory!.entries = children[3]!.directory!.entries;
  assert.deepEqual(listed(4, [children[9]!]), ["d9"]);
});

Deno.test("many directories at once: only so many are remembered", () => {
  const many = Array.from({ length: 100 }, () => directory("", 20));
  assert.deepEqual(listed(50, many), []);
  assert.equal(listed(50, many.slice(0, 50)).length, 50);
});

Deno.test("a directory whose path no system call takes is not listed", () => {
  const chain = (depth: number) => {
    let at = directory("", 1);
    for (let i = 0; i < depth; i++) at = directory("d", i === depth - 1 ? 100 : 1, at);
    return at;
  };
  assert.equal(listed(100, [chain(1_900)]).length, 1);
  assert.equal(listed(100, [chain(20_000)]).length, 0);
});
