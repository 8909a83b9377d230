import { type Check, check } from "../check.ts";
import { bytesOf, contentOf, describe, type Lab } from "../lab.ts";
import {
  close,
  fchmodat,
  fdatasync,
  fstatfs,
  fsync,
  ftruncate,
  mkdirat,
  mknodat,
  O_CREAT,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  openat,
  pwrite,
  read,
  renameat,
  S_IFCHR,
  S_IFIFO,
  S_IFREG,
  S_IFSOCK,
  stat,
  syncfs,
  unixSocket,
  unlinkat,
  write,
} from "../system_calls.ts";

function seeDescriptor(lab: Lab, label: string, fd: number): void {
  const value = stat(fd, "");
  lab.see(label, typeof value === "number" ? value : describe(value, lab.self));
}

export const checks: Check[] = [
  check("an unlinked file can be used while it is open", (lab) => {
    lab.file("f", "content");
    const [a, b] = [lab.open("f"), lab.open("f", O_RDONLY)];
    seeDescriptor(lab, "before", a);
    lab.see("unlink", unlinkat(lab.at, "f"));
    seeDescriptor(lab, "after", a);
    lab.see("write", pwrite(a, bytesOf("CHANGED"), 3));
    lab.see("read by another", contentOf(b));
    lab.see("truncate", ftruncate(a, 5));
    seeDescriptor(lab, "truncated", b);
    lab.see("large", pwrite(a, new Uint8Array(200_000), 5));
    seeDescriptor(lab, "grown", b);
    lab.see("mode", fchmodat(-100, `/proc/self/fd/${a}`, 0o600));
    seeDescriptor(lab, "mode", b);
    lab.see("fsync", fsync(a));
    lab.seeOpen("through proc", `../../proc/self/fd/${a}`, O_RDONLY);
    lab.file("f", "another");
    lab.see("content", contentOf(b, 0, 5));
    lab.seeContent("new file", "f");
  }),

  check("a renamed file is the same through its descriptor", (lab) => {
    lab.file("f", "content");
    mkdirat(lab.at, "d");
    const fd = lab.open("f");
    renameat(lab.at, "f", "d/g");
    lab.see("write", pwrite(fd, bytesOf("C"), 0));
    lab.seeContent("by name", "d/g");
    seeDescriptor(lab, "descriptor", fd);
  }),

  check("a replaced file lives on through its descriptor", (lab) => {
    lab.file("old", "old content");
    lab.file("new", "new");
    const fd = lab.open("old");
    renameat(lab.at, "new", "old");
    seeDescriptor(lab, "replaced", fd);
    lab.see("content", contentOf(fd));
    lab.see("write", pwrite(fd, bytesOf("STILL"), 0));
    lab.see("content", contentOf(fd));
    lab.seeContent("by name", "old");
  }),

  check("an O_PATH descriptor names a file without opening it", (lab) => {
    lab.file("f", "content", 0);
    const fd = lab.open("f", O_PATH);
    seeDescriptor(lab, "stat", fd);
    lab.see("read", read(fd, new Uint8Array(1)));
    unlinkat(lab.at, "f");
    seeDescriptor(lab, "unlinked", fd);
  }),

  check("a removed directory through its descriptor", (lab) => {
    mkdirat(lab.at, "d");
    const fd = lab.open("d", O_RDONLY | O_DIRECTORY);
    seeDescriptor(lab, "before", fd);
    unlinkat(lab.at, "d", 0x200);
    seeDescriptor(lab, "after", fd);
    lab.see("chmod", fchmodat(-100, `/proc/self/fd/${fd}`, 0o700));
    seeDescriptor(lab, "mode", fd);
  }),

  check("every kind of sync succeeds", (lab) => {
    lab.file("f", "content");
    const fd = lab.open("f");
    write(fd, bytesOf("data"));
    lab.see("fsync", fsync(fd));
    lab.see("fdatasync", fdatasync(fd));
    lab.see("syncfs", syncfs(fd));
    lab.see("of a reader", fsync(lab.open("f", O_RDONLY)));
    lab.see("of a directory", fsync(lab.at));
    lab.see("of data of a directory", fdatasync(lab.at));
    lab.see("of a path", fsync(lab.open("f", O_PATH)));
  }),

  check("the file system's figures make sense", (lab) => {
    const { blockSize, blocks, free, available, files, filesFree, nameLength, fragment } = fstatfs(
      lab.at,
    ) as Record<string, number>;
    lab.see("block size", blockSize!);
    lab.see("fragment", fragment!);
    lab.see("name length", nameLength!);
    lab.see("blocks", blocks! >= free! && free! >= available! && available! > 0);
    lab.see("files", files! >= filesFree! && filesFree! > 0);
  }),

  check("fifos, sockets and devices have names, modes and numbers", (lab) => {
    lab.see("fifo", mknodat(lab.at, "fifo", S_IFIFO | 0o640));
    lab.see("socket", mknodat(lab.at, "socket", S_IFSOCK | 0o640));
    lab.see("file", mknodat(lab.at, "file", S_IFREG | 0o640));
    lab.see("no type", mknodat(lab.at, "untyped", 0o640));
    // Device 0:0 is the whiteout, which anybody may make.
    lab.see("whiteout", mknodat(lab.at, "whiteout", S_IFCHR | 0o600, 0));
    for (const name of ["fifo", "socket", "file", "untyped", "whiteout"]) lab.seeStat(name, name);
    lab.seeOpen("open a socket", "socket", O_RDWR);
  }),

  check("a socket is bound, connected to and unlinked", (lab) => {
    const bound = unixSocket(lab.link("s"), "bind");
    lab.seeOk("bind", bound);
    lab.seeOk("bind again", unixSocket(lab.link("s"), "bind"));
    lab.see("kind", (lab.stat("s").mode >> 12).toString(8));
    lab.seeOk("connect", unixSocket(lab.link("s"), "connect"));
    lab.file("f");
    lab.seeOk("connect to a file", unixSocket(lab.link("f"), "connect"));
    lab.seeOk("connect to nothing", unixSocket(lab.link("none"), "connect"));
    if (bound >= 0) close(bound);
    lab.see("unlink", unlinkat(lab.at, "s"));
  }),

  check("1 000 open files at once", (lab) => {
    const fds = Array.from({ length: 1000 }, (_, i) => openat(lab.at, `f${i}`, O_CREAT | O_RDWR));
    fds.forEach((fd, i) => write(fd, bytesOf(`file ${i}`)));
    for (let i = 0; i < 1000; i += 2) unlinkat(lab.at, `f${i}`);
    lab.see("kept", fds.every((fd, i) => contentOf(fd) === `file ${i}`));
    for (const fd of fds) close(fd);
    lab.see("left", lab.list().length);
  }),

  check("inode numbers differ and stay", (lab) => {
    const numbers = new Set<bigint>();
    for (let i = 0; i < 100; i++) {
      lab.file(`f${i}`);
      numbers.add(lab.stat(`f${i}`).ino);
    }
    lab.see("different", numbers.size);
    const first = lab.stat("f0").ino;
    lab.file("f0", "longer");
    fchmodat(lab.at, "f0", 0o600);
    lab.see("the same", lab.stat("f0").ino === first);
    lab.see("one device", lab.stat("f0").device === lab.stat(".").device);
  }),
];
