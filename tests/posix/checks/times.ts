import { type Check, check, rootCheck } from "../check.ts";
import { bytesOf, type Lab, nextTick } from "../lab.ts";
import {
  AT_REMOVEDIR,
  AT_SYMLINK_NOFOLLOW,
  copyFileRange,
  fchmodat,
  fchownat,
  fsync,
  linkat,
  mkdirat,
  mknodat,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  pwrite,
  read,
  readlinkat,
  removexattr,
  RENAME_EXCHANGE,
  renameat,
  S_IFIFO,
  setxattr,
  stat,
  symlinkat,
  type Time,
  truncate,
  unlinkat,
  UTIME_NOW,
  UTIME_OMIT,
  utimensat,
  write,
} from "../system_calls.ts";

/** One call each, on a file `f`, a directory `d` with `g` in it, and a symlink `l`. */
const OPERATIONS: Record<string, (lab: Lab) => void> = {
  "a write": (lab) => void pwrite(lab.open("f"), bytesOf("xyz"), 0),
  "a write of nothing": (lab) => void pwrite(lab.open("f"), new Uint8Array(), 0),
  "an append": (lab) => void write(lab.open("f", O_RDWR | O_APPEND), bytesOf("more")),
  "reading a file": (lab) => void read(lab.open("f", O_RDONLY), new Uint8Array(4)),
  "reading a directory": (lab) => void lab.list("d"),
  "reading a link": (lab) => void readlinkat(lab.at, "l"),
  "open and close": (lab) => lab.seeOpen("open", "f", O_RDWR),
  "open with O_TRUNC": (lab) => lab.seeOpen("open", "f", O_RDWR | O_TRUNC),
  "open with O_TRUNC of an empty file": (lab) => lab.seeOpen("open", "d/g", O_RDWR | O_TRUNC),
  "open with O_CREAT of what exists": (lab) => lab.seeOpen("open", "f", O_RDWR | O_CREAT),
  "fsync": (lab) => void fsync(lab.open("f")),
  "chmod": (lab) => void fchmodat(lab.at, "f", 0o600),
  "chmod to the same": (lab) => void fchmodat(lab.at, "f", 0o644),
  "chmod of a directory": (lab) => void fchmodat(lab.at, "d", 0o700),
  "chown to the same": (lab) => void fchownat(lab.at, "f", lab.self.uid, lab.self.gid),
  "chown of nothing": (lab) => void fchownat(lab.at, "f", -1, -1),
  "truncate": (lab) => void truncate(lab.link("f"), 1),
  "setxattr": (lab) => void setxattr(lab.link("f"), "user.x", bytesOf("y")),
  "removexattr": (lab) => void removexattr(lab.link("f"), "user.there"),
  "setxattr of a directory": (lab) => void setxattr(lab.link("d"), "user.x", bytesOf("y")),
  "link": (lab) => void linkat(lab.at, "f", lab.at, "d/second"),
  "unlink of one of two names": (lab) => void unlinkat(lab.at, "twin"),
  "unlink": (lab) => void unlinkat(lab.at, "d/g"),
  "rename within a directory": (lab) => void renameat(lab.at, "d/g", "d/h"),
  "rename into a directory": (lab) => void renameat(lab.at, "f", "d/f"),
  "rename over a file": (lab) => void renameat(lab.at, "f", "d/g"),
  "rename over a twin": (lab) => void renameat(lab.at, "f", "twin"),
  "rename of a directory": (lab) => void renameat(lab.at, "d/sub", "e"),
  "exchange": (lab) => void renameat(lab.at, "f", "d/g", RENAME_EXCHANGE),
  "exchange of a file and a directory": (lab) =>
    void renameat(lab.at, "f", "d/sub", RENAME_EXCHANGE),
  "mkdir": (lab) => void mkdirat(lab.at, "d/new"),
  "rmdir": (lab) => void unlinkat(lab.at, "d/sub", AT_REMOVEDIR),
  "create": (lab) => lab.file("d/new"),
  "a failed create": (lab) => lab.seeOpen("open", "d/g", O_CREAT | O_EXCL | O_RDWR),
  "a failed unlink": (lab) => void unlinkat(lab.at, "d/none"),
  "a failed rmdir": (lab) => void unlinkat(lab.at, "d", AT_REMOVEDIR),
  "mkfifo": (lab) => void mknodat(lab.at, "d/fifo", S_IFIFO | 0o600),
  "symlink": (lab) => void symlinkat("x", lab.at, "d/link"),
  "O_TMPFILE": (lab) => void lab.open("d", O_TMPFILE | O_RDWR),
  "copy_file_range": (lab) => void copyFileRange(lab.open("f"), 0, lab.open("d/g"), 0, 3),
  "copy_file_range of nothing": (lab) =>
    void copyFileRange(lab.open("f"), 99, lab.open("d/g"), 0, 3),
};

const NAMES = [".", "f", "twin", "d", "d/g", "d/sub", "l"];

const TIMES: Record<string, Time> = {
  "0": [0, 0],
  "one nanosecond": [0, 1],
  "the last of a second": [1_000_000_000, 999_999_999],
  "before 1970": [-1, 500_000_000],
  "1910": [-1_893_456_000, 0],
  "1901": [-(2 ** 31), 0],
  "2038": [2 ** 31, 0],
  "2106": [2 ** 32, 5],
  "2446": [15_032_385_535, 0],
  now: UTIME_NOW,
  omit: UTIME_OMIT,
};

function relation(value: bigint, before: bigint, after: bigint): string {
  return value >= before && value <= after ? "now" : String(value);
}

export const checks: Check[] = [
  ...Object.entries(OPERATIONS).map(([name, action]) =>
    check(`which times ${name} changes`, (lab) => {
      lab.file("f", "text");
      setxattr(lab.link("f"), "user.there", bytesOf("x"));
      linkat(lab.at, "f", lab.at, "twin");
      // Where a name comes to stand for another file, all its times are to differ.
      nextTick();
      mkdirat(lab.at, "d");
      lab.file("d/g");
      nextTick();
      mkdirat(lab.at, "d/sub");
      symlinkat("f", lab.at, "l");
      const fd = lab.open("d/g");
      lab.seeTimes(name, NAMES, () => action(lab));
      // A file that lost its name is still seen through its descriptor.
      const gone = stat(fd, "");
      lab.see("link count of d/g", typeof gone === "number" ? gone : gone.nlink);
      lab.seeTimes("nothing more", NAMES, () => {});
    })
  ),

  check("utimensat with every kind of time", (lab) => {
    for (const [atimeName, atime] of Object.entries(TIMES)) {
      for (const [mtimeName, mtime] of Object.entries(TIMES)) {
        lab.file("f");
        utimensat(lab.at, "f", [[7, 7], [8, 8]]);
        const before = BigInt(Date.now() - 50) * 1_000_000n;
        const label = `${atimeName}, ${mtimeName}`;
        lab.see(label, utimensat(lab.at, "f", [atime, mtime]));
        const after = BigInt(Date.now() + 50) * 1_000_000n;
        const value = lab.stat("f");
        lab.see("atime", relation(value.atime, before, after));
        lab.see("mtime", relation(value.mtime, before, after));
        lab.see("ctime", relation(value.ctime, before, after));
        unlinkat(lab.at, "f");
      }
    }
  }),

  check("utimensat of directories, links and through links", (lab) => {
    lab.file("f");
    mkdirat(lab.at, "d");
    symlinkat("f", lab.at, "l");
    symlinkat("nowhere", lab.at, "dangling");
    mknodat(lab.at, "p", S_IFIFO | 0o600);
    const times: [Time, Time] = [[100, 1], [200, 2]];
    for (const name of ["f", "d", "l", "dangling", "p"]) {
      for (const flags of [0, AT_SYMLINK_NOFOLLOW]) {
        lab.see(`${name} ${flags}`, utimensat(lab.at, name, times, flags));
      }
      const { atime, mtime } = lab.stat(name);
      lab.see(name, `${mtime} ${name === "l" ? "" : atime}`);
    }
    lab.see("bad nanoseconds", utimensat(lab.at, "f", [[0, 1_000_000_000], [0, 0]]));
    lab.see("negative nanoseconds", utimensat(lab.at, "f", [[0, -1], [0, 0]]));
    lab.see("omit both", utimensat(lab.at, "none", [UTIME_OMIT, UTIME_OMIT]));
  }),

  check("utimensat changes ctime unless it changes nothing", (lab) => {
    lab.file("f");
    lab.seeTimes("omit both", ["f"], () => utimensat(lab.at, "f", [UTIME_OMIT, UTIME_OMIT]));
    lab.seeTimes("atime", ["f"], () => utimensat(lab.at, "f", [[1, 1], UTIME_OMIT]));
    lab.seeTimes("mtime", ["f"], () => utimensat(lab.at, "f", [UTIME_OMIT, [1, 1]]));
    lab.seeTimes("the same", ["f"], () => utimensat(lab.at, "f", [[1, 1], [1, 1]]));
    lab.seeTimes("now", ["f"], () => utimensat(lab.at, "f", null));
  }),

  check("a new file's times are all the same, and not in the future", (lab) => {
    const before = BigInt(Date.now() - 50) * 1_000_000n;
    lab.file("f");
    mkdirat(lab.at, "d");
    symlinkat("x", lab.at, "l");
    const after = BigInt(Date.now() + 50) * 1_000_000n;
    for (const name of ["f", "d", "l"]) {
      const { atime, mtime, ctime } = lab.stat(name);
      lab.see(name, atime === mtime && mtime === ctime && mtime >= before && mtime <= after);
    }
  }),

  check("times never run backwards from one operation to the next", (lab) => {
    let last = 0n;
    let backwards = 0;
    for (let i = 0; i < 200; i++) {
      lab.file(`f${i}`, "x");
      const { mtime } = lab.stat(`f${i}`);
      if (mtime < last) backwards++;
      last = mtime;
    }
    lab.see("backwards", backwards);
  }),

  check("times set by hand stay when the file is read, linked and moved", (lab) => {
    lab.file("f", "text");
    utimensat(lab.at, "f", [[100, 1], [200, 2]]);
    linkat(lab.at, "f", lab.at, "g");
    renameat(lab.at, "g", "h");
    lab.see("mtime", String(lab.stat("h").mtime));
    lab.seeContent("content", "f");
    lab.see("mtime", String(lab.stat("h").mtime));
    fchmodat(lab.at, "f", 0o600);
    lab.see("mtime", String(lab.stat("h").mtime));
  }),

  rootCheck("chown and chmod by root change ctime alone", (lab) => {
    lab.file("f", "text", 0o6755);
    lab.seeTimes("chown", ["f"], () => fchownat(lab.at, "f", 1, 1));
    lab.seeTimes("chmod", ["f"], () => fchmodat(lab.at, "f", 0o4755));
    lab.seeTimes("chown back", ["f"], () => fchownat(lab.at, "f", 0, 0));
  }),
];
