/** NtCreateFile: each disposition, on whatever is there. */

import type { ScriptRow } from "../script.ts";

/**
 * What each disposition answers: of nothing, a file, one that may not be written, an empty directory, one that is not empty;
 * with no option, as a directory, as a file.
 */
const GIVEN = { none: "", file: "x=old", readonly: "!x=old", folder: "x/", full: "x/y" } as const;

const OPENED = "SUCCESS opened";
const CREATED = "SUCCESS created";
const OVER = "SUCCESS overwritten";
const SUPER = "SUCCESS superseded";
const NO = "OBJECT_NAME_NOT_FOUND";
const COLLISION = "OBJECT_NAME_COLLISION";
const IS_DIR = "FILE_IS_A_DIRECTORY";
const NOT_DIR = "NOT_A_DIRECTORY";
const DENIED = "ACCESS_DENIED";
const BAD = "INVALID_PARAMETER";

type Cells = Readonly<Record<keyof typeof GIVEN, string>>;

const MATRIX: readonly (readonly [verb: string, option: string, cells: Cells])[] = [
  ["open", "", { none: NO, file: OPENED, readonly: DENIED, folder: OPENED, full: OPENED }],
  ["open", "dir", { none: NO, file: NOT_DIR, readonly: NOT_DIR, folder: OPENED, full: OPENED }],
  ["open", "file", { none: NO, file: OPENED, readonly: DENIED, folder: IS_DIR, full: IS_DIR }],
  ["create", "", {
    none: CREATED,
    file: COLLISION,
    readonly: COLLISION,
    folder: COLLISION,
    full: COLLISION,
  }],
  ["create", "dir", {
    none: CREATED,
    file: COLLISION,
    readonly: COLLISION,
    folder: COLLISION,
    full: COLLISION,
  }],
  ["create", "file", {
    none: CREATED,
    file: COLLISION,
    readonly: COLLISION,
    folder: IS_DIR,
    full: IS_DIR,
  }],
  ["openif", "", { none: CREATED, file: OPENED, readonly: DENIED, folder: OPENED, full: OPENED }],
  ["openif", "dir", {
    none: CREATED,
    file: NOT_DIR,
    readonly: NOT_DIR,
    folder: OPENED,
    full: OPENED,
  }],
  ["openif", "file", {
    none: CREATED,
    file: OPENED,
    readonly: DENIED,
    folder: IS_DIR,
    full: IS_DIR,
  }],
  ["over", "", { none: NO, file: OVER, readonly: DENIED, folder: COLLISION, full: COLLISION }],
  ["over", "dir", { none: BAD, file: BAD, readonly: BAD, folder: BAD, full: BAD }],
  ["over", "file", { none: NO, file: OVER, readonly: DENIED, folder: IS_DIR, full: IS_DIR }],
  ["overif", "", {
    none: CREATED,
    file: OVER,
    readonly: DENIED,
    folder: COLLISION,
    full: COLLISION,
  }],
  ["overif", "dir", { none: BAD, file: BAD, readonly: BAD, folder: BAD, full: BAD }],
  ["overif", "file", { none: CREATED, file: OVER, readonly: DENIED, folder: IS_DIR, full: IS_DIR }],
  ["super", "", {
    none: CREATED,
    file: SUPER,
    readonly: DENIED,
    folder: COLLISION,
    full: COLLISION,
  }],
  ["super", "dir", { none: BAD, file: BAD, readonly: BAD, folder: BAD, full: BAD }],
  ["super", "file", { none: CREATED, file: SUPER, readonly: DENIED, folder: IS_DIR, full: IS_DIR }],
];

/** What there is afterwards: what was made, what was emptied, and else what there was. */
function treeAfter(given: string, option: string, then: string): string {
  if (then === CREATED) return option === "dir" ? "x/" : "x";
  if (then === OVER || then === SUPER) return "x";
  return given === "x/y" ? "x/ x/y" : given;
}

const matrix: ScriptRow[] = MATRIX.flatMap(([verb, option, cells]) =>
  Object.entries(GIVEN).map(([kind, given]): ScriptRow => {
    const then = cells[kind as keyof Cells];
    return [given, `${verb} x ${option}`.trim(), then, treeAfter(given, option, then)];
  })
);

export const createRows: readonly ScriptRow[] = [
  ...matrix,
  // Paths.
  ["", "open", OPENED],
  ["", "open / dir", OPENED],
  ["", "open / file", IS_DIR],
  ["", "create /", DENIED],
  ["", "over /", DENIED],
  ["", "overif / file", DENIED],
  ["", "super /", DENIED],
  ["", "openif / dir", OPENED],
  ["", "open a/b", "OBJECT_PATH_NOT_FOUND"],
  ["", "create a/b", "OBJECT_PATH_NOT_FOUND", ""],
  ["a=x", "open a/b", "OBJECT_PATH_NOT_FOUND"],
  ["a=x", "create a/b", "OBJECT_PATH_NOT_FOUND", "a=x"],
  ["a/", "open a/b/c", "OBJECT_PATH_NOT_FOUND"],
  ["a/b/c=x", "open a/b/c", OPENED],
  ["a/b/c=x", "open A/B/C name?", "\\a\\b\\c"],
  ["a/", "open a/", OPENED],
  ["a=x", "open a/", "OBJECT_NAME_INVALID"],
  ["", "create a/ dir", CREATED, "a/"],
  ["", "create a/", "OBJECT_NAME_INVALID", ""],
  ["a/", "x: create a/b dir; create a/b/c", CREATED, "a/ a/b/ a/b/c"],
  // Options that contradict each other.
  ["", "open / dir file", BAD],
  ["a", "open a dir file", BAD],
  ["a", "open a doc read", BAD],
  // Access.
  ["!a=x", "open a read", OPENED],
  ["!a=x", "open a write", DENIED],
  ["!a=x", "open a append", DENIED],
  ["!a=x", "open a del", OPENED],
  ["!a=x", "open a setattr", OPENED],
  ["!a=x", "open a max granted?", "0x1f01b9"],
  ["a=x", "open a max granted?", "0x1f01ff"],
  ["a=x", "open a read granted?", "0x81"],
  ["a=x", "open a read max granted?", "0x1f01ff"],
  ["!a/", "open a", OPENED],
  ["!a/", "create a/b", CREATED, "!a/ a/b"],
  // Attributes of what is made.
  ["", "create a ro; attr", "READONLY|ARCHIVE", "!a"],
  ["", "create a ro; write 0 text", "SUCCESS 4", "!a=text"],
  ["", "create a; attr", "ARCHIVE", "a"],
  ["", "create a normal; attr", "ARCHIVE"],
  ["", "create a hidden; attr", "HIDDEN|ARCHIVE"],
  ["", "create a hidden sys; attr", "HIDDEN|SYSTEM|ARCHIVE"],
  ["", "create a dir; attr", "DIRECTORY", "a/"],
  ["", "create a dir hidden; attr", "HIDDEN|DIRECTORY", "a/"],
  ["", "create a dir ro; attr", "READONLY|DIRECTORY", "!a/"],
  ["", "create a ro doc", "CANNOT_DELETE", ""],
  // Overwriting.
  ["a=old", "over a hidden; attr", "HIDDEN|ARCHIVE", "a"],
  ["a=old", "over a ro; attr", "READONLY|ARCHIVE", "!a"],
  ["a=old", "x: open a; @x setattr hidden; over a", DENIED, "a=old"],
  ["a=old", "x: open a; @x setattr hidden; super a", DENIED, "a=old"],
  ["a=old", "x: open a; @x setattr hidden; over a hidden; attr", "HIDDEN|ARCHIVE", "a"],
  ["a=old", "x: open a; @x setattr hidden; super a hidden; attr", "HIDDEN|ARCHIVE", "a"],
  ["a=old", "x: open a; @x setattr hidden; super a hidden sys; attr", "HIDDEN|SYSTEM|ARCHIVE", "a"],
  ["a=old", "x: open a; @x setattr sys; overif a", DENIED, "a=old"],
  ["a=old", "x: open a; @x setattr hidden; openif a; attr", "HIDDEN", "a=old"],
  ["*a=old", "over a; write 0 new", "SUCCESS 3", "*a=new"],
  ["a=old", "x: open a; over a; @x read", "END_OF_FILE", "a"],
  ["a=old", "x: open a; over a; write 0 n; @x read", "SUCCESS 'n'", "a=n"],
  ["a=old", "x: open a; @x setea k=v; over a; eas", "NO_EAS_ON_FILE", "a"],
  ["a=old", "over a ea:k=v; eas", "k=v"],
  ["a/", "x: open a; @x overwrite", IS_DIR],
  // The directory of a name, as it is opened before a rename.
  ["a/b=x", "open a/b target", "SUCCESS exists"],
  ["a/", "open a/b target", "SUCCESS does_not_exist"],
  ["a/", "open a/b/c target", "OBJECT_PATH_NOT_FOUND"],
  ["b", "open b target; attr", "DIRECTORY"],
  ["", "open / target", DENIED],
  // Extended attributes of what is made.
  ["", "create a ea:key=value; eas", "key=value"],
  ["", "create a ea:$LXMOD=#100755; eas", "$LXUID=#1750 $LXGID=#1750 $LXMOD=#100755", "*a"],
  ["", "create a ea:$LXMOD=#40755", BAD, ""],
  ["a=old", "over a ea:$LXMOD=#40755", BAD, "a=old"],
  ["a=old", "super a ea:agentvfs.windows=x", "ACCESS_DENIED", "a=old"],
  ["a", "open a; setea k=v $LXMOD=text5; eas", "NO_EAS_ON_FILE", "a"],
  ["", "create a dir ea:$LXMOD=#100644", BAD, ""],
  ["", "create a ea:agentvfs.windows=x", "ACCESS_DENIED", ""],
  ["", "create a ea:key=v ea:$LXMOD=text5; create a", "SUCCESS created", "a"],
];
