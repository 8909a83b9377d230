import { type Check, check, rootCheck } from "../check.ts";
import { bytesOf, contentOf, type Lab } from "../lab.ts";
import {
  control,
  F_RDLCK,
  F_UNLCK,
  F_WRLCK,
  FALLOC_COLLAPSE_RANGE,
  FALLOC_INSERT_RANGE,
  FALLOC_KEEP_SIZE,
  fallocate,
  fchmodat,
  ioctl,
  mkdirat,
  nameToHandle,
  O_CREAT,
  O_DIRECT,
  O_RDONLY,
  O_RDWR,
  openat,
  pwrite,
  RENAME_WHITEOUT,
  renameat,
  statx,
  STATX_BTIME,
  unlinkat,
  write,
} from "../system_calls.ts";

const PAGE = 4096;
const F_SETLEASE = 1024;
const F_GETLEASE = 1025;
const F_NOTIFY = 1026;
const DN_CREATE = 4;
const FS_IOC_GETFLAGS = 0x80086601;
const FS_IOC_SETFLAGS = 0x40086602;
const FS_IOC_FIEMAP = 0xc020660b;
const FICLONE = 0x40049409;
const FIONREAD = 0x541b;
const FIGETBSZ = 2;

function pages(lab: Lab, count: number): number {
  const fd = lab.open("f", O_CREAT | O_RDWR);
  for (let i = 0; i < count; i++) write(fd, bytesOf(String(i).repeat(PAGE)));
  return fd;
}

export const checks: Check[] = [
  check("ranges are collapsed and inserted", (lab) => {
    const fd = pages(lab, 4);
    lab.see("collapse", fallocate(fd, FALLOC_COLLAPSE_RANGE, PAGE, PAGE));
    lab.see("insert", fallocate(fd, FALLOC_INSERT_RANGE, PAGE, PAGE));
  }),

  check("space that is allocated counts as blocks", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    fallocate(fd, FALLOC_KEEP_SIZE, 0, 64 * 1024);
    lab.see("blocks", lab.stat("f").blocks);
  }),

  check("directories have a size and blocks", (lab) => {
    mkdirat(lab.at, "d");
    lab.see("empty", `${lab.stat("d").size} ${lab.stat("d").blocks}`);
    const at = lab.open("d", O_RDONLY);
    for (let i = 0; i < 500; i++) lab.opened(openat(at, `${"n".repeat(100)}${i}`, O_CREAT));
    lab.see("grown", `${lab.stat("d").size} ${lab.stat("d").blocks}`);
  }),

  rootCheck("a rename leaves a whiteout behind", (lab) => {
    lab.file("f");
    lab.see("rename", renameat(lab.at, "f", "g", RENAME_WHITEOUT));
    lab.seeStat("whiteout", "f");
  }),

  check("a file tells when it was made", (lab) => {
    lab.file("f");
    const value = statx(lab.at, "f", 0, STATX_BTIME);
    const mask = typeof value === "number" ? value : new DataView(value.buffer).getUint32(0, true);
    lab.see("told", (mask & STATX_BTIME) !== 0);
  }),

  check("flags of chattr", (lab) => {
    lab.file("f");
    lab.see("get", ioctl(lab.open("f"), FS_IOC_GETFLAGS, new Uint8Array(8)));
  }),

  rootCheck("a file is made immutable", (lab) => {
    lab.file("f");
    const flags = new Uint8Array(8);
    flags[0] = 0x10;
    const fd = lab.open("f");
    lab.see("set", ioctl(fd, FS_IOC_SETFLAGS, flags));
    lab.see("unlink", unlinkat(lab.at, "f"));
    flags[0] = 0;
    lab.see("clear", ioctl(fd, FS_IOC_SETFLAGS, flags));
  }),

  check("extents are mapped", (lab) => {
    // struct fiemap: from 0 on, everything, synced first, with room for one struct fiemap_extent.
    const map = new Uint8Array(32 + 56);
    const view = new DataView(map.buffer);
    view.setBigUint64(8, 2n ** 63n, true);
    view.setUint32(16, 1, true);
    view.setUint32(24, 1, true);
    lab.see("fiemap", ioctl(pages(lab, 2), FS_IOC_FIEMAP, map));
  }),

  check("requests that any file answers", (lab) => {
    const fd = pages(lab, 2);
    const bytes = new Uint8Array(8);
    lab.see("FIONREAD", ioctl(fd, FIONREAD, bytes));
    lab.see("bytes", new DataView(bytes.buffer).getInt32(0, true));
    lab.see("FIGETBSZ", ioctl(fd, FIGETBSZ, bytes));
    lab.see("clone", ioctl(lab.open("g", O_CREAT | O_RDWR), FICLONE, new Uint8Array(8)));
    lab.see("a terminal's", ioctl(fd, 0x5401, new Uint8Array(64)));
  }),

  check("leases are granted and told", (lab) => {
    lab.file("f");
    const fd = lab.open("f", O_RDONLY);
    lab.see("none", control(fd, F_GETLEASE, 0));
    lab.see("read", control(fd, F_SETLEASE, F_RDLCK));
    lab.see("told", control(fd, F_GETLEASE, 0));
    lab.see("unlock", control(fd, F_SETLEASE, F_UNLCK));
    lab.see("write", control(fd, F_SETLEASE, F_WRLCK));
    lab.see("unlock", control(fd, F_SETLEASE, F_UNLCK));
  }),

  check("directory notification is accepted", (lab) => {
    lab.see("notify", control(lab.at, F_NOTIFY, DN_CREATE));
    lab.see("off", control(lab.at, F_NOTIFY, 0));
  }),

  check("names become handles", (lab) => {
    lab.file("f");
    lab.see("handle", nameToHandle(lab.at, "f"));
    lab.see("of nothing", nameToHandle(lab.at, "none"));
  }),

  check("direct writes that are not aligned", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR | O_DIRECT);
    lab.see("write", pwrite(fd, bytesOf("odd"), 1));
    lab.see("size", lab.stat("f").size);
    lab.see("content", contentOf(lab.open("f"), 1));
  }),

  check("a mode that keeps all out keeps its owner's descriptors in", (lab) => {
    const fd = pages(lab, 1);
    fchmodat(lab.at, "f", 0);
    lab.see("write", pwrite(fd, bytesOf("x"), 0));
    lab.see("read", contentOf(fd, 0, 2));
  }),
];
