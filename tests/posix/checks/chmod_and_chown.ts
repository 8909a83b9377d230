import { type Check, check, rootCheck } from "../check.ts";
import type { Identity } from "../lab.ts";
import { bytesOf } from "../lab.ts";
import {
  AT_SYMLINK_NOFOLLOW,
  copyFileRange,
  FALLOC_KEEP_SIZE,
  FALLOC_PUNCH_HOLE,
  FALLOC_ZERO_RANGE,
  fallocate,
  fchmodat,
  fchownat,
  ftruncate,
  linkat,
  mkdirat,
  mknodat,
  O_RDWR,
  O_TRUNC,
  pwrite,
  renameat,
  S_IFIFO,
  setxattr,
  symlinkat,
  truncate,
  utimensat,
} from "../system_calls.ts";

const OWNER: Identity = { uid: 65501, gid: 65511 };
const OTHER: Identity = { uid: 65503, gid: 65513 };
const WHO = { root: { uid: 0, gid: 0 }, owner: OWNER, other: OTHER };

/** Modes whose privilege bits may have to go. */
const MODES = [0o6777, 0o4755, 0o2755, 0o6711, 0o2745, 0o6644, 0o7777, 0o2666];

/** What clears set-user-ID and set-group-ID, and what does not; each is given the file's descriptor. */
const CHANGES: Record<string, (fd: number, path: string) => number> = {
  write: (fd) => pwrite(fd, bytesOf("x"), 0),
  "write of nothing": (fd) => pwrite(fd, new Uint8Array(), 0),
  ftruncate: (fd) => ftruncate(fd, 2),
  "ftruncate to the same": (fd) => ftruncate(fd, 4),
  truncate: (_, path) => truncate(path, 1),
  fallocate: (fd) => fallocate(fd, 0, 0, 10_000),
  "fallocate within": (fd) => fallocate(fd, 0, 0, 2),
  punch: (fd) => fallocate(fd, FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, 0, 2),
  zero: (fd) => fallocate(fd, FALLOC_ZERO_RANGE, 0, 2),
  utimens: (_, path) => utimensat(-100, path, null),
  setxattr: (_, path) => setxattr(path, "user.x", bytesOf("y")),
  "chown to nobody": (_, path) => fchownat(-100, path, -1, -1),
  "copy_file_range": (fd) => copyFileRange(fd, 0, fd, 100, 3),
};

export const checks: Check[] = [
  ...Object.entries(CHANGES).map(([name, change]) =>
    rootCheck(`what ${name} does to set-user-ID and set-group-ID`, (lab) => {
      for (const [who, identity] of Object.entries(WHO)) {
        for (const mode of MODES) {
          const file = `${who} ${mode.toString(8)}`;
          lab.file(file, "text");
          fchownat(lab.at, file, OWNER.uid, OWNER.gid);
          fchmodat(lab.at, file, mode | 0o006);
          lab.as(identity, () => {
            const fd = lab.open(file);
            lab.see(file, change(fd, lab.link(file)));
          });
          lab.see("mode", lab.stat(file).mode.toString(8));
        }
      }
    })
  ),

  rootCheck("what O_TRUNC does to set-user-ID and set-group-ID", (lab) => {
    for (const [who, identity] of Object.entries(WHO)) {
      for (const mode of MODES) {
        for (const text of ["text", ""]) {
          const file = `${who} ${mode.toString(8)} ${text}`;
          lab.file(file, text);
          fchownat(lab.at, file, OWNER.uid, OWNER.gid);
          fchmodat(lab.at, file, mode | 0o006);
          lab.as(identity, () => lab.seeOpen(file, file, O_RDWR | O_TRUNC));
          lab.see("mode", lab.stat(file).mode.toString(8));
        }
      }
    }
  }),

  rootCheck("who may change the owner to whom", (lab) => {
    for (const [who, identity] of Object.entries(WHO)) {
      for (const [to, target] of Object.entries(WHO)) {
        for (const [uid, gid] of [[target.uid, -1], [-1, target.gid], [target.uid, target.gid]]) {
          const file = `${who} ${to} ${uid} ${gid}`;
          lab.file(file);
          fchownat(lab.at, file, OWNER.uid, OWNER.gid);
          fchmodat(lab.at, file, 0o6755);
          lab.as(identity, () => lab.see(file, fchownat(lab.at, file, uid!, gid!)));
          lab.seeStat("after", file);
        }
      }
    }
  }),

  rootCheck("chown of directories and links keeps bits and follows or not", (lab) => {
    mkdirat(lab.at, "d");
    fchmodat(lab.at, "d", 0o7777);
    lab.see("directory", fchownat(lab.at, "d", 1, 1));
    lab.seeStat("directory", "d");
    lab.file("f");
    fchmodat(lab.at, "f", 0o6755);
    symlinkat("f", lab.at, "l");
    lab.see("the link", fchownat(lab.at, "l", 1, 1, AT_SYMLINK_NOFOLLOW));
    lab.seeStat("link", "l");
    lab.seeStat("file", "f");
    lab.see("through the link", fchownat(lab.at, "l", 2, 2));
    lab.seeStat("link", "l");
    lab.seeStat("file", "f");
    mknodat(lab.at, "p", S_IFIFO | 0o6755);
    fchmodat(lab.at, "p", 0o6755);
    lab.see("fifo", fchownat(lab.at, "p", 1, 1));
    lab.seeStat("fifo", "p");
  }),

  rootCheck("a chown that names nobody is for the owner all the same", (lab) => {
    for (const [who, identity] of Object.entries(WHO)) {
      lab.file(who, "", 0o755);
      fchownat(lab.at, who, OWNER.uid, OWNER.gid);
      fchmodat(lab.at, who, 0o6755);
      lab.as(identity, () => lab.see(who, fchownat(lab.at, who, -1, -1)));
      lab.seeStat("after", who);
    }
  }),

  rootCheck("only the owner changes the mode", (lab) => {
    for (const [who, identity] of Object.entries(WHO)) {
      lab.file(who);
      mkdirat(lab.at, `d-${who}`);
      for (const name of [who, `d-${who}`]) {
        fchownat(lab.at, name, OWNER.uid, OWNER.gid);
        lab.as(identity, () => lab.see(name, fchmodat(lab.at, name, 0o1777)));
        lab.seeStat(name, name);
      }
    }
  }),

  rootCheck("large ids are kept", (lab) => {
    lab.file("f");
    for (const id of [65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2]) {
      lab.see(String(id), fchownat(lab.at, "f", id, id));
      lab.seeStat("after", "f");
    }
  }),

  check("chmod takes every bit there is", (lab) => {
    lab.file("f");
    mkdirat(lab.at, "d");
    for (let bit = 0; bit < 12; bit++) {
      for (const name of ["f", "d"]) {
        lab.see(`${name} bit ${bit}`, fchmodat(lab.at, name, 1 << bit | 0o700));
        lab.see("mode", lab.stat(name).mode.toString(8));
      }
    }
  }),

  check("mode and owner belong to the file, not the name", (lab) => {
    lab.file("a");
    linkat(lab.at, "a", lab.at, "b");
    fchmodat(lab.at, "a", 0o600);
    lab.seeStat("other name", "b");
    renameat(lab.at, "b", "c");
    lab.seeStat("moved", "c");
  }),
];
