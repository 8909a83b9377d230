/** Listing directories. */

import type { ScriptRow } from "../script.ts";

const MANY = Array.from({ length: 60 }, (_, i) => `f${String(i).padStart(2, "0")}`);

export const listingRows: readonly ScriptRow[] = [
  ["", "open; list", ""],
  ["a b/", "open; list", "a b"],
  ["d/", "open d; list", ". .."],
  ["d/a d/b/", "open d; list", ". .. a b"],
  ["a", "open a; list", "NOT_A_DIRECTORY"],
  [MANY.join(" "), "open; list", MANY.join(" ")],
  [MANY.map((name) => `d/${name}`).join(" "), "open d; list", [".", "..", ...MANY].join(" ")],
  ["a.c b.c c.h", "open; list *.c", "a.c b.c"],
  ["a.c A.H b.h", "open; list *.h", "A.H b.h"],
  ["ab abc b", "open; list a*", "ab abc"],
  ["ab abc b", "open; list a?", "ab"],
  ["ab abc b", "open; list ???", "abc"],
  ["ab abc", "open; list a>>", "ab abc"],
  ["a a.b a.b.c", 'open; list a"*', "a a.b a.b.c"],
  ["a.txt a.b.txt b", "open; list <.txt", "a.txt a.b.txt"],
  ["ab", "open; list x*", ""],
  ["d/a", "open d; list *", ". .. a"],
  ["d/a", "open d; list a", "a"],
  ["a=xyz b", "open; stat a", "a ARCHIVE 3"],
  ["Abc=xyz", "open; stat aBC", "Abc ARCHIVE 3"],
  ["d/", "open; stat d", "d DIRECTORY 0"],
  ["!a", "open; stat a", "a READONLY|ARCHIVE 0"],
  ["a", "open; stat b", "none"],
  ["a", "open a; stat b", "NOT_A_DIRECTORY"],
  ["l->x", "open; stat l", "l REPARSE_POINT 0"],
  ["l->d d/", "open; stat l", "l DIRECTORY|REPARSE_POINT 0"],
  ["a:b=1", "open; stat a%uf03ab", "a%uf03ab ARCHIVE 1"],
  ["a", "open; x: create b; list", "a b"],
  ["a b", "open; x: open a; @x delete; @x close; list", "b"],
  ["a", "open; x: open a; @x rename z; list", "z"],
  ["a", "open; list; x: create .agentvfs", "OBJECT_NAME_COLLISION", "a"],
];
