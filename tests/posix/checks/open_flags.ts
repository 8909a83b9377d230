import { type Check, check } from "../check.ts";
import { bytesOf, contentOf } from "../lab.ts";
import {
  close,
  lseek,
  mkdirat,
  mknodat,
  O_APPEND,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_DSYNC,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_SYNC,
  O_TRUNC,
  O_WRONLY,
  openat,
  pwrite,
  read,
  S_IFIFO,
  SEEK_CUR,
  symlinkat,
  write,
} from "../system_calls.ts";

const ACCESS = { read: O_RDONLY, write: O_WRONLY, both: O_RDWR };
const FLAGS = {
  "no flags": 0,
  creat: O_CREAT,
  "creat+excl": O_CREAT | O_EXCL,
  trunc: O_TRUNC,
  "creat+trunc": O_CREAT | O_TRUNC,
  append: O_APPEND,
  "append+trunc": O_APPEND | O_TRUNC,
  directory: O_DIRECTORY,
  "creat+directory": O_CREAT | O_DIRECTORY,
  nofollow: O_NOFOLLOW,
  path: O_PATH,
  "path+nofollow": O_PATH | O_NOFOLLOW,
  excl: O_EXCL,
  noatime: O_NOATIME,
  "creat+nofollow": O_CREAT | O_NOFOLLOW,
  "creat+excl+nofollow": O_CREAT | O_EXCL | O_NOFOLLOW,
};

/** What an open meets. */
const TARGETS = [
  "file",
  "directory",
  "missing",
  "link-to-file",
  "link-to-directory",
  "link-to-missing",
  "loop",
  "file/",
  "directory/",
  "missing/",
  "file/below",
];

const matrix: Check[] = Object.entries(FLAGS).map(([name, flags]) =>
  check(`open with ${name} of every kind of name`, (lab) => {
    for (const [mode, access] of Object.entries(ACCESS)) {
      for (const target of TARGETS) {
        const part = lab.part(`${mode} ${target}`.replaceAll("/", "_"));
        part.file("file", "content");
        mkdirat(part.at, "directory");
        symlinkat("file", part.at, "link-to-file");
        symlinkat("directory", part.at, "link-to-directory");
        symlinkat("missing", part.at, "link-to-missing");
        symlinkat("loop", part.at, "loop");
        const fd = openat(part.at, target, access | flags, 0o640);
        part.seeOk(`${mode} ${target}`, fd);
        if (fd < 0) continue;
        part.see("reads", read(fd, new Uint8Array(16)));
        part.see("writes", write(fd, bytesOf("XY")));
        part.see("position", lseek(fd, 0, SEEK_CUR));
        close(fd);
        for (const file of ["file", "missing"]) part.seeContent(file, file);
      }
    }
  })
);

export const checks: Check[] = [
  ...matrix,

  check("open and a fifo", (lab) => {
    mknodat(lab.at, "fifo", S_IFIFO | 0o644);
    lab.seeOpen("write end without a reader", "fifo", O_WRONLY | O_NONBLOCK);
    lab.seeOpen("read end", "fifo", O_RDONLY | O_NONBLOCK);
    const fd = lab.open("fifo", O_RDWR | O_NONBLOCK);
    lab.see("write", write(fd, bytesOf("through the pipe")));
    lab.see("read", read(fd, new Uint8Array(100)));
    lab.see("read again", read(fd, new Uint8Array(100)));
    lab.see("seek", lseek(fd, 0, SEEK_CUR));
    lab.seeOpen("truncated", "fifo", O_RDWR | O_TRUNC | O_NONBLOCK);
    lab.seeOpen("as a directory", "fifo", O_RDONLY | O_DIRECTORY | O_NONBLOCK);
  }),

  check("O_APPEND moves the position to the end at each write", (lab) => {
    lab.file("f", "start");
    const appending = lab.open("f", O_RDWR | O_APPEND);
    const plain = lab.open("f", O_RDWR);
    lab.see("write", write(appending, bytesOf("A")));
    lab.see("position", lseek(appending, 0, SEEK_CUR));
    pwrite(plain, bytesOf("plain"), 10);
    lab.see("write", write(appending, bytesOf("B")));
    lab.see("position", lseek(appending, 0, SEEK_CUR));
    // Linux appends here too, whatever the offset; POSIX would not.
    lab.see("pwrite", pwrite(appending, bytesOf("C"), 0));
    lab.seeContent("content", "f");
  }),

  check("synchronous and direct writes arrive", (lab) => {
    for (const [name, flags] of [["sync", O_SYNC], ["dsync", O_DSYNC]] as const) {
      const fd = lab.open(name, O_CREAT | O_RDWR | flags);
      lab.see(name, write(fd, bytesOf("data")));
      lab.seeContent(name, name);
    }
    lab.file("direct", "x".repeat(8192));
    lab.seeOpen("direct", "direct", O_RDWR | O_DIRECT);
  }),

  check("a descriptor opened for reading cannot write, and the other way round", (lab) => {
    lab.file("f", "text");
    lab.see("write", write(lab.open("f", O_RDONLY), bytesOf("x")));
    lab.see("read", read(lab.open("f", O_WRONLY), new Uint8Array(4)));
    lab.see("read of a path", read(lab.open("f", O_PATH), new Uint8Array(4)));
    lab.see("read of a directory", read(lab.at, new Uint8Array(4)));
    lab.see("pwrite below zero", pwrite(lab.open("f", O_RDWR), bytesOf("x"), -1));
  }),

  check("a new file gets its mode less the mask, and opens even so", (lab) => {
    for (const mode of [0, 0o400, 0o200, 0o666, 0o777, 0o4755, 0o2755, 0o1644]) {
      const name = mode.toString(8);
      const fd = lab.open(name, O_CREAT | O_EXCL | O_RDWR, mode);
      lab.see("write", write(fd, bytesOf("x")));
      lab.seeStat(name, name);
    }
  }),

  check("writes with a gap leave zeros", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    lab.see("write", pwrite(fd, bytesOf("end"), 5000));
    lab.seeStat("size", "f");
    lab.see("zeros", contentOf(fd, 0, 5000) === "\0".repeat(5000));
    lab.see("past the end", read(lab.open("f"), new Uint8Array(10_000)));
    lab.see("beyond", JSON.stringify(contentOf(fd, 6000)));
  }),
];
