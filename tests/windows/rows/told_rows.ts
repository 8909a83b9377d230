/**
 * What there is, what a program does, and what is told of it, by the level that is recorded. Steps are those of `script.ts`; what is
 * open is closed in the end.
 */

export type ToldRow = readonly [given: string, steps: string, told: string];

const changes: readonly ToldRow[] = [
  ["", "create a", "create a 0644"],
  ["", "create d dir", "mkdir d 0755"],
  [
    "d/",
    "create d/a; write 3 text; write end more",
    "create d/a 0644; write d/a @3 4; write d/a @7 4",
  ],
  ["", "create l ->d/f", "symlink l -> d/f 0777"],
  ["a=x", "open a; read; info", ""],
  ["a=x", "open a; write 0 y constrained; write 9 z constrained", "write a @0 1"],
  ["a=x", "over a", "truncate a 0"],
  ["a=x", "super a hidden", "truncate a 0"],
  ["a=x", "openif a; write 0 y", "write a @0 1"],
  ["a=x", "create a", ""],
  ["!a=x", "over a", ""],
  ["a=x", "open a; size 9; alloc 0; alloc 4096", "truncate a 9; truncate a 0"],
  ["a=x", "open a; delete; undelete; close", ""],
  ["a=x", "open a; delete; close", "unlink a"],
  ["a=x", "open a doc; close", "unlink a"],
  [
    "a=x",
    "x: open a; y: open a; @x delete; @x close; @y write 0 y; @y close",
    "write a @0 1; unlink a",
  ],
  [
    "a=x",
    "x: open a; y: open a; @x delete posix; @x close; @y write 0 y",
    "unlink a; write - @0 1",
  ],
  ["d/", "open d; delete; close", "rmdir d"],
  ["d/f", "open d doc; close", "rmdir d ENOTEMPTY"],
  ["d/f", "open d; delete", ""],
  ["a=x d/", "open a; rename d/b; write 0 y", "rename a -> d/b; write d/b @0 1"],
  ["a=x b=y", "open a; rename b", ""],
  ["a=x b=y", "open a; rename b replace", "rename a -> b"],
  ["a=x B=y", "open a; rename b replace", "rename a -> b"],
  ["a=x", "open a; rename A", "rename a -> A"],
  [
    "d/f e/",
    "open d; rename e/d; x: open e/d/f; @x write 0 y",
    "rename d -> e/d; write e/d/f @0 1",
  ],
  ["Name=x", "open nAME; write 0 y", "write Name @0 1"],
  ["a%ff=x", "open a%uf0ff; write 0 y", "write a\xff @0 1"],
  ["", "create a%uf03a", "create a: 0644"],
  ["d/a l->d", "open d/a; write 0 y", "write d/a @0 1"],
  ["a=x", "open a; setattr ro", "chmod a 0444"],
  ["a=x", "open a; setattr hidden", "chmod a"],
  ["a=x", "open a; settime WRITE 5", "utimes a"],
  ["a=x", "open a; setea x=1; setea x=", "setxattr a -> user.x; removexattr a -> user.x"],
  ["", "create l; setlink d/f; dellink", "create l 0644; symlink l -> d/f; create l"],
  ["", "x: create .agentvfs/new; open .agentvfs read; setattr hidden", ""],
];

const opens: readonly ToldRow[] = [
  ["a=x", "open a read", "open a"],
  ["a=x", "open a attr", ""],
  ["a=x", "open a max", "open a"],
  ["d/", "open d read", "open d"],
  ["", "create a", "create a 0644"],
  ["", "open a", ""],
];

const all: readonly ToldRow[] = [
  ["a=x", "open a attr; info", "stat a; stat a"],
  ["a=xyz", "open a read; read 1 2", "open a; read a @1 2"],
  ["d/f", "open d read; list", "open d; read d"],
];

const off: readonly ToldRow[] = [["a=x", "open a; write 0 y; delete; close", ""]];

export const toldRows = { changes, opens, all, off };
