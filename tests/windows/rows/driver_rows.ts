/** What the driver and the kernel around it do by themselves, and what of it comes through: symlinks that are gone along, pages of a listing, what is too long. */

import type { ScriptRow } from "../script.ts";

const FOLDER = "d".repeat(250);
/** Deeper than this no path is one that the driver asks for: a request has 16 320 bytes. */
const DEEP = Array.from({ length: 32 }, () => FOLDER).join("/");
const TOO_DEEP = `${DEEP}/${"e".repeat(250)}`;

const MANY = Array.from({ length: 200 }, (_, i) => `${"long-".repeat(20)}${i + 100}`);

export const driverRows: readonly ScriptRow[] = [
  // Symlinks are gone along, from the root of the volume whatever its device is.
  ["l->a a=x", "open l follow; read", "SUCCESS 'x'"],
  ["d/l->../a a=x", "open d/l follow; read", "SUCCESS 'x'"],
  ["l->m m->d/e d/e=x", "open l follow; read", "SUCCESS 'x'"],
  ["l->d d/e/f=x", "open l/e/f follow; read", "SUCCESS 'x'"],
  ["l->d d/m->../a a=x", "open l/m follow; read", "SUCCESS 'x'"],
  ["d/l->/a a=x", "open d/l follow; read", "SUCCESS 'x'"],
  ["L->A a=x", "open l follow; read", "SUCCESS 'x'"],
  ["l->d d/", "open l dir follow; list", ". .."],
  ["l->d d/", "create l/new follow; write 0 x", "SUCCESS 1", "d/ d/new=x l->d"],
  ["l->a a=x", "over l follow; write 0 y", "SUCCESS 1", "a=y l->a"],
  ["l->a a=x", "open l follow; delete; close", "SUCCESS", "l->a"],
  ["l->a", "openif l follow; write 0 x", "SUCCESS 1", "a=x l->a"],
  ["l->a", "open l follow", "OBJECT_NAME_NOT_FOUND"],
  ["l->a a=x", "create l follow", "OBJECT_NAME_COLLISION", "a=x l->a"],
  [`l->${DEEP} ${DEEP}/f=x`, "open l/f follow; read", "SUCCESS 'x'"],
  // Of a listing each page but the first begins behind a name.
  [MANY.map((name) => `d/${name}`).join(" "), "open d; list", [".", "..", ...MANY].join(" ")],
  // Paths as long as a request is; the driver has no room for a longer one.
  [`${DEEP}/f=x`, `open ${DEEP}/f; read`, "SUCCESS 'x'"],
  [`${DEEP}/f=x`, `open ${DEEP.toUpperCase()}/F; read`, "SUCCESS 'x'"],
  [`${DEEP}/f=x`, `open ${TOO_DEEP}`, "INVALID_PARAMETER"],
  ["", `create ${"n".repeat(255)}/x`, "OBJECT_PATH_NOT_FOUND", ""],
  // Names that no driver asks for.
  ["a=x", "open a::$DATA", "OBJECT_NAME_INVALID"],
  ["a=x", "create a:stream", "OBJECT_NAME_INVALID", "a=x"],
  ["d/a=x", "open d//a", "OBJECT_NAME_INVALID"],
  ["a=x", "open /a", "SUCCESS opened"],
  ["a=x", "open a<", "OBJECT_NAME_INVALID"],
  ["a=x", 'open a"', "OBJECT_NAME_INVALID"],
  // What contradicts itself.
  ["", "create d dir tmp", "INVALID_PARAMETER", ""],
  ["d/", "over d dir", "INVALID_PARAMETER", "d/"],
  ["", "create a tmp; attr", "ARCHIVE", "a"],
  // What is overwritten is asked of others as if it were written, what is superseded as if it were deleted.
  ["a=x", "y: open a read share:rd; over a read", "SHARING_VIOLATION", "a=x"],
  ["a=x", "y: open a read share:rw; over a read", "SUCCESS overwritten", "a"],
  ["a=x", "y: open a read share:rw; super a read", "SHARING_VIOLATION", "a=x"],
  ["a=x", "y: open a read share:rd; super a read", "SUCCESS superseded", "a"],
  ["a=x", "y: open a read share:r; openif a read", "SUCCESS opened", "a=x"],
  // What could not be overwritten is closed, and nothing of it stays.
  ["a=x", "over a ea:$LXMOD=#40755; open a; read", "SUCCESS 'x'", "a=x"],
  ["a=x", "over a ea:agentvfs.windows=x; create a", "OBJECT_NAME_COLLISION", "a=x"],
  ["a=x", "over a doc ea:$LXMOD=#40755; open a; read", "SUCCESS 'x'", "a=x"],
  // Deletion, as the driver decides it.
  ["a=x", "open a read; delete", "ACCESS_DENIED", "a=x"],
  ["a=x", "open a; delete onclose", "NOT_SUPPORTED", "a=x"],
  ["!a=x", "open a del setattr; delete; setattr normal; delete", "CANNOT_DELETE", "a=x"],
  ["!a=x", "open a del setattr; delete; setattr normal; delete force; close", "SUCCESS", ""],
  ["!a=x", "open a del setattr; delete; undelete; setattr normal; delete; close", "SUCCESS", ""],
  ["d/f", "y: open d/f; open d; delete; @y delete; @y close; delete", "DIRECTORY_NOT_EMPTY", "d/"],
  [
    "d/f",
    "y: open d/f; open d; delete; @y delete; @y close; delete posix",
    "DIRECTORY_NOT_EMPTY",
  ],
  ["a=x", "y: open a; open a; delete posix; open a", "DELETE_PENDING", "a=x"],
  ["a=x", "y: open a; open a; delete posix; undelete; close; @y close", "SUCCESS", "a=x"],
  ["a=x", "y: open a; open a; delete posix; @y close; close", "SUCCESS", ""],
  ["a=x", "y: open a; open a; delete posix; close; @y delete", "0xc0000123", ""],
  ["l->a a", "open l link; delete posix; close", "SUCCESS", "a"],
  // Renames, as the driver lets them through.
  ["a=x", "open a; rename b/", "SUCCESS", "b=x"],
  ["d/", "open d; rename e/", "SUCCESS", "e/"],
  ["a=x", "open a; rename a", "SUCCESS", "a=x"],
  ["!a=x b=y", "open a read; rename b", "ACCESS_DENIED", "!a=x b=y"],
  ["d/f=x", "y: open d/f; open d; rename e posix; @y read", "SUCCESS 'x'", "e/ e/f=x"],
  ["d/f=x", "y: open d/f; open d; rename e posix; @y delete; @y close", "SUCCESS", "e/"],
  [
    "d/e/f=x",
    "y: open d/e/f; open d; rename g posix; open g/e/f; @y delete; @y close; open g/e/f",
    "DELETE_PENDING",
  ],
  ["d/f=x", "y: open d/f read share:rw; open d; rename e posix", "SHARING_VIOLATION", "d/ d/f=x"],
  ["d/f=x", "y: open d/f attr; open d; rename e", "ACCESS_DENIED", "d/ d/f=x"],
  ["a/ b/f", "y: open b/f; open a; rename b posix", "ACCESS_DENIED", "a/ b/ b/f"],
  ["a=x b=y", "y: open b; open a; rename b posix; @y rename c", "ACCESS_DENIED", "b=x"],
  ["a=x", "open a; rename b; rename a; rename b; read", "SUCCESS 'x'", "b=x"],
  [
    "a=1 b=2",
    "x: open a; y: open b; @x rename t; @y rename a; @x rename b; open a; read",
    "SUCCESS '2'",
    "a=2 b=1",
  ],
  // Times: 0 keeps one, and so does -1.
  ["a", "open a; settime WRITE 1000000; settime WRITE 0; time WRITE", "1000000"],
  ["a", "open a; settime WRITE 1000000; keeptime WRITE; time WRITE", "1000000"],
  ["a", "open a; settime CREATION 1000000; keeptime CREATION; time CREATION", "1000000"],
  ["a=x", "open a byid", "NOT_IMPLEMENTED", "a=x"],
  ["", "create a blind ea:k=v", "ACCESS_DENIED", ""],
  ["", "create a blind; setea k=v; eas", "k=v", "a"],
  // Attributes from the first to the last.
  ["", "create a ro; close; open a del setattr; setattr normal; delete; close", "SUCCESS", ""],
  ["", "create a sys; attr", "SYSTEM|ARCHIVE", "a"],
  ["a=x", "overif a ro; attr", "READONLY|ARCHIVE", "!a"],
  ["a=x", "overif a ro; close; overif a", "ACCESS_DENIED", "!a"],
  ["a=x", "overif a sys; attr", "SYSTEM|ARCHIVE", "a"],
  [
    "a=x",
    "overif a hidden; close; overif a hidden; setattr normal; close; overif a; attr",
    "ARCHIVE",
    "a",
  ],
  [
    "d/a",
    "open d/a; rename d/b/; close; open d; rename e/; x: open e/b",
    "SUCCESS opened",
    "e/ e/b",
  ],
  ["!a=x", "y: open a read del; open a read del; delete posix", "CANNOT_DELETE", "!a=x"],
  [
    "!a=x",
    "y: open a read del; open a read del; delete posix force; close; @y read",
    "SUCCESS 'x'",
    "",
  ],
  // Extended attributes of what is overwritten are those that come with it.
  ["a=x", "over a ea:k=v; close; over a ea:l=w; eas", "l=w", "a"],
  ["a=x", "over a ea:k=v; close; over a; eas", "NO_EAS_ON_FILE", "a"],
  ["a=x", "super a ea:k=v; close; open a; eas", "k=v", "a"],
  // Not had: hard links, lengths that are valid, positions.
  ["a=x", "open a; setclass 11", "NOT_SUPPORTED", "a=x"],
  ["a=x", "open a; setclass 72", "INVALID_PARAMETER", "a=x"],
  ["a=x", "open a; setclass 39", "INVALID_PARAMETER", "a=x"],
];
