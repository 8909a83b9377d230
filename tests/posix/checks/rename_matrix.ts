import { type Check, check } from "../check.ts";
import { bytesOf, contentOf, describe, type Lab } from "../lab.ts";
import {
  linkat,
  mkdirat,
  mknodat,
  pwrite,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  renameat,
  S_IFIFO,
  stat,
  symlinkat,
} from "../system_calls.ts";

/** What can be moved, and moved onto. */
const KINDS: Record<string, (lab: Lab, name: string) => void> = {
  file: (lab, name) => lab.file(name, `file ${name}`),
  "empty directory": (lab, name) => void mkdirat(lab.at, name),
  "full directory": (lab, name) => {
    mkdirat(lab.at, name);
    lab.file(`${name}/inside`, name);
  },
  symlink: (lab, name) => void symlinkat("target", lab.at, name),
  fifo: (lab, name) => void mknodat(lab.at, name, S_IFIFO | 0o600),
  nothing: () => {},
  "linked file": (lab, name) => {
    lab.file("shared", "shared");
    linkat(lab.at, "shared", lab.at, name);
  },
};

const FLAGS = { replace: 0, noreplace: RENAME_NOREPLACE, exchange: RENAME_EXCHANGE };

const matrix: Check[] = [];
for (const [flag, value] of Object.entries(FLAGS)) {
  for (const [source, makeSource] of Object.entries(KINDS)) {
    matrix.push(check(`rename (${flag}) of ${source} onto everything`, (lab) => {
      Object.entries(KINDS).forEach(([target, makeTarget], i) => {
        // Both in one directory, and across two.
        for (const [from, to] of [["d/a", "d/b"], ["d/a", "e/b"]] as const) {
          const part = lab.part(`${i}-${to[0]}`);
          for (const directory of ["d", "e"]) mkdirat(part.at, directory);
          makeSource(part, from);
          makeTarget(part, to);
          const label = `${target} in ${to[0] === "d" ? "the same" : "another"} directory`;
          part.see(label, renameat(part.at, from, to, value));
          for (const name of ["d", "e", from, to, "shared"]) part.seeStat(name, name);
          part.see("names", part.list("d") + " | " + part.list("e"));
        }
      });
    }));
  }
}

export const checks: Check[] = [
  ...matrix,

  check("rename of a directory into itself", (lab) => {
    mkdirat(lab.at, "a");
    mkdirat(lab.at, "a/b");
    mkdirat(lab.at, "a/b/c");
    for (const flags of Object.values(FLAGS)) {
      lab.see("into itself", renameat(lab.at, "a", "a/x", flags));
      lab.see("deep into itself", renameat(lab.at, "a", "a/b/c/x", flags));
      lab.see("onto a descendant", renameat(lab.at, "a", "a/b/c", flags));
      lab.see("onto an ancestor", renameat(lab.at, "a/b/c", "a", flags));
      lab.see("onto itself", renameat(lab.at, "a", "a", flags));
    }
    lab.see("names", `${lab.list("a")} ${lab.list("a/b")}`);
  }),

  check("rename with dots, slashes and no names", (lab) => {
    mkdirat(lab.at, "d");
    lab.file("f");
    const pairs = [
      ["d/.", "x"],
      ["d/..", "x"],
      ["d", "."],
      ["d", "d/."],
      ["d", ".."],
      ["", "x"],
      ["f", ""],
      ["f/", "x"],
      ["f", "x/"],
      ["d/", "x"],
      ["x", "y/"],
      ["y/", "d"],
      ["f", "d/"],
      ["none/x", "f"],
      ["f", "none/x"],
      ["f/x", "g"],
      ["f", "f/x"],
    ];
    for (const [from, to] of pairs) {
      lab.see(`${from} to ${to}`, renameat(lab.at, from!, to!));
      lab.see("names", lab.list().join(" "));
    }
  }),

  check("rename of one name of a file onto another of the same file", (lab) => {
    lab.file("a", "one file");
    linkat(lab.at, "a", lab.at, "b");
    lab.see("replace", renameat(lab.at, "a", "b"));
    lab.see("names", lab.list().join(" "));
    lab.see("noreplace", renameat(lab.at, "a", "b", RENAME_NOREPLACE));
    lab.see("exchange", renameat(lab.at, "a", "b", RENAME_EXCHANGE));
    lab.seeStat("a", "a");
  }),

  check("rename with contradicting or unknown flags", (lab) => {
    lab.file("a");
    lab.file("b");
    lab.see("both", renameat(lab.at, "a", "b", RENAME_NOREPLACE | RENAME_EXCHANGE));
    lab.see("unknown", renameat(lab.at, "a", "b", 1 << 10));
    lab.see("names", lab.list().join(" "));
  }),

  check("rename keeps inode numbers", (lab) => {
    lab.file("a");
    mkdirat(lab.at, "d");
    const [file, directory] = [lab.stat("a").ino, lab.stat("d").ino];
    renameat(lab.at, "a", "d/b");
    lab.see("file", lab.stat("d/b").ino === file);
    renameat(lab.at, "d", "e");
    lab.see("directory", lab.stat("e").ino === directory);
    lab.file("x");
    const other = lab.stat("x").ino;
    renameat(lab.at, "x", "e/b", RENAME_EXCHANGE);
    lab.see("exchanged", lab.stat("x").ino === file && lab.stat("e/b").ino === other);
  }),

  check("rename of a directory changes what .. is", (lab) => {
    for (const name of ["a", "b", "a/sub"]) mkdirat(lab.at, name);
    renameat(lab.at, "a/sub", "b/sub");
    lab.see("parent", lab.stat("b/sub/..").ino === lab.stat("b").ino);
    lab.seeStat("a", "a");
    lab.seeStat("b", "b");
  }),

  check("rename onto an open file", (lab) => {
    lab.file("old", "old");
    lab.file("new", "new");
    const fd = lab.open("old");
    lab.see("rename", renameat(lab.at, "new", "old"));
    lab.seeContent("by name", "old");
    lab.see("by descriptor", JSON.stringify(contentOf(fd)));
    const replaced = stat(fd, "");
    lab.see("replaced", typeof replaced === "number" ? replaced : describe(replaced, lab.self));
    lab.see("write", pwrite(fd, bytesOf("still here"), 3));
    lab.see("by descriptor", JSON.stringify(contentOf(fd)));
    lab.seeContent("by name", "old");
  }),
];
