import { type Check, check, rootCheck } from "../check.ts";
import {
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  fchdir,
  linkat,
  mkdirat,
  mknodat,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  openat,
  readlinkat,
  S_IFIFO,
  stat,
  symlinkat,
  unlinkat,
} from "../system_calls.ts";

const NAMES = [
  "file",
  "empty",
  "full",
  "link",
  "dangling",
  "to-directory",
  "fifo",
  "missing",
  "file/",
  "empty/",
  "full/",
  "link/",
  "to-directory/",
  "missing/",
  "file/below",
  "missing/below",
  ".",
  "..",
  "empty/.",
  "full/..",
  "",
  "loop/x",
  "loop",
];

export const checks: Check[] = [
  ...Object.entries({ unlink: 0, rmdir: AT_REMOVEDIR }).map(([operation, flags]) =>
    check(`${operation} of every kind of name`, (lab) => {
      for (const name of NAMES) {
        const part = lab.part(`for ${name.replaceAll("/", "_").replaceAll(".", "dot")}`);
        part.file("file");
        mkdirat(part.at, "empty");
        mkdirat(part.at, "full");
        part.file("full/x");
        symlinkat("file", part.at, "link");
        symlinkat("nowhere", part.at, "dangling");
        symlinkat("empty", part.at, "to-directory");
        symlinkat("loop", part.at, "loop");
        mknodat(part.at, "fifo", S_IFIFO | 0o600);
        part.see(name, unlinkat(part.at, name, flags));
        part.see("left", part.list().join(" "));
      }
    })
  ),

  check("link from and to every kind of name", (lab) => {
    for (const flags of [0, AT_SYMLINK_FOLLOW]) {
      for (const name of NAMES) {
        const part = lab.part(`${flags} ${name.replaceAll("/", "_").replaceAll(".", "dot")}`);
        part.file("file");
        mkdirat(part.at, "empty");
        mkdirat(part.at, "full");
        symlinkat("file", part.at, "link");
        symlinkat("nowhere", part.at, "dangling");
        symlinkat("empty", part.at, "to-directory");
        symlinkat("loop", part.at, "loop");
        mknodat(part.at, "fifo", S_IFIFO | 0o600);
        part.see(`from ${name}`, linkat(part.at, name, part.at, "new", flags));
        part.seeStat("new", "new");
        part.file("source");
        part.see(`to ${name}`, linkat(part.at, "source", part.at, name, flags));
        part.seeStat("source", "source");
      }
    }
  }),

  check("mkdir, mknod and symlink onto every kind of name", (lab) => {
    for (const name of NAMES) {
      const part = lab.part(`for ${name.replaceAll("/", "_").replaceAll(".", "dot")}`);
      part.file("file");
      mkdirat(part.at, "empty");
      mkdirat(part.at, "full");
      symlinkat("file", part.at, "link");
      symlinkat("nowhere", part.at, "dangling");
      symlinkat("empty", part.at, "to-directory");
      symlinkat("loop", part.at, "loop");
      part.see(`mkdir ${name}`, mkdirat(part.at, name));
      part.see(`mkfifo ${name}`, mknodat(part.at, name, S_IFIFO | 0o600));
      part.see(`symlink ${name}`, symlinkat("x", part.at, name));
      part.see("names", part.list().join(" "));
    }
  }),

  check("link counts follow links and unlinks", (lab) => {
    lab.file("a", "content");
    for (const name of ["b", "c", "d"]) {
      lab.see(name, linkat(lab.at, "a", lab.at, name));
      lab.seeStat(name, "a");
    }
    for (const name of ["a", "c", "d"]) {
      lab.see(name, unlinkat(lab.at, name));
      lab.seeStat(name, "b");
    }
    lab.seeContent("content", "b");
    lab.see("inode", lab.stat("b").nlink);
  }),

  check("links of symlinks and special files", (lab) => {
    symlinkat("target", lab.at, "s");
    mknodat(lab.at, "p", S_IFIFO | 0o600);
    for (const name of ["s", "p"]) {
      lab.see(name, linkat(lab.at, name, lab.at, `${name}2`));
      lab.seeStat(name, `${name}2`);
      lab.see("same", lab.stat(name).ino === lab.stat(`${name}2`).ino);
      unlinkat(lab.at, name);
      lab.seeStat(name, `${name}2`);
    }
    lab.see("target", readlinkat(lab.at, "s2"));
  }),

  check("symlinks keep any target", (lab) => {
    for (
      const target of ["", "x", "/", "a/b/../c", "x".repeat(4095), "x".repeat(4096), "\xff\xfe"]
    ) {
      const name = `of ${target.length} ${target.slice(0, 1) === "/" ? "slash" : ""}`;
      lab.see(name, symlinkat(target, lab.at, name));
      const read = readlinkat(lab.at, name);
      lab.see("the same", typeof read === "number" ? read : read === target);
      lab.seeStat(name, name);
    }
    lab.file("f");
    lab.see("of a file", readlinkat(lab.at, "f"));
    lab.see("of a directory", readlinkat(lab.at, "."));
    lab.see("of nothing", readlinkat(lab.at, "none"));
  }),

  check("a directory that is gone takes nothing more", (lab) => {
    mkdirat(lab.at, "d");
    const at = lab.open("d", O_RDONLY | O_DIRECTORY);
    lab.see("rmdir", unlinkat(lab.at, "d", AT_REMOVEDIR));
    lab.seeOk("create", openat(at, "f", O_CREAT | O_RDWR));
    lab.see("mkdir", mkdirat(at, "e"));
    lab.see("symlink", symlinkat("x", at, "s"));
    lab.see("mkfifo", mknodat(at, "p", S_IFIFO | 0o600));
    lab.seeOk("dot", openat(at, ".", O_RDONLY));
    lab.seeOk("dot dot", openat(at, "..", O_RDONLY));
    lab.seeOk("missing", openat(at, "x", O_RDONLY));
    lab.file("f");
    lab.see("link into", linkat(lab.at, "f", at, "f"));
    const value = stat(at, "");
    lab.see("link count", typeof value === "number" ? value : value.nlink);
    lab.see("again", unlinkat(lab.at, "d", AT_REMOVEDIR));
  }),

  check("the current directory may be removed", (lab) => {
    const back = lab.opened(openat(-100, ".", O_RDONLY | O_DIRECTORY));
    mkdirat(lab.at, "d");
    fchdir(lab.open("d", O_RDONLY | O_DIRECTORY));
    try {
      lab.see("rmdir .", unlinkat(-100, ".", AT_REMOVEDIR));
      lab.see("rmdir", unlinkat(lab.at, "d", AT_REMOVEDIR));
      lab.seeOk("create", openat(-100, "f", O_CREAT | O_RDWR));
      lab.seeOk("list", openat(-100, ".", O_RDONLY));
      const value = stat(-100, ".");
      lab.see("link count", typeof value === "number" ? value : value.nlink);
    } finally {
      fchdir(back);
    }
    lab.see("names", lab.list().join(" "));
  }),

  check("unlink and rmdir of what was just made again", (lab) => {
    for (let i = 0; i < 20; i++) {
      lab.file("x", String(i));
      if (i % 5 === 0) lab.seeContent("content", "x");
      lab.see("unlink", unlinkat(lab.at, "x"));
      lab.see("again", unlinkat(lab.at, "x"));
      lab.see("mkdir", mkdirat(lab.at, "x"));
      lab.see("rmdir", unlinkat(lab.at, "x", AT_REMOVEDIR));
    }
  }),

  rootCheck("root cannot link directories either", (lab) => {
    mkdirat(lab.at, "d");
    lab.see("link", linkat(lab.at, "d", lab.at, "e"));
    lab.see("unlink", unlinkat(lab.at, "d"));
  }),

  check("link between file systems", (lab) => {
    const other = lab.opened(openat(-100, "/proc", O_RDONLY | O_DIRECTORY));
    lab.see("from there", linkat(other, "version", lab.at, "x"));
    lab.file("f");
    lab.see("to there", linkat(lab.at, "f", other, "x"));
  }),
];
