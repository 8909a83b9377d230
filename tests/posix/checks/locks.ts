import { type Check, check } from "../check.ts";
import type { Lab } from "../lab.ts";
import { python } from "../python_child.ts";
import {
  close,
  F_GETLK,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_RDLCK,
  F_SETLK,
  F_UNLCK,
  F_WRLCK,
  flock,
  lock,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  mkdirat,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  openat,
  renameat,
  unlinkat,
} from "../system_calls.ts";

/** What another process is told when it tries for a lock: `kind` is one of fcntl's. */
function elsewhere(lab: Lab, name: string, kind: string, start = 0, length = 0): string {
  const script = `
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
try:
    fcntl.lockf(fd, fcntl.${kind} | fcntl.LOCK_NB, ${length}, ${start})
    print("granted")
except OSError as error: print("refused", error.errno)`;
  return python(lab, script, [`${lab.path}/${name}`])[0]!;
}

export const checks: Check[] = [
  check("flock: shared and exclusive between descriptions", (lab) => {
    lab.file("f");
    const [a, b] = [lab.open("f"), lab.open("f")];
    lab.see("a shared", flock(a, LOCK_SH | LOCK_NB));
    lab.see("b shared", flock(b, LOCK_SH | LOCK_NB));
    lab.see("b exclusive", flock(b, LOCK_EX | LOCK_NB));
    lab.see("a unlocks", flock(a, LOCK_UN));
    lab.see("b exclusive", flock(b, LOCK_EX | LOCK_NB));
    lab.see("a shared", flock(a, LOCK_SH | LOCK_NB));
    lab.see("b down to shared", flock(b, LOCK_SH | LOCK_NB));
    lab.see("a shared", flock(a, LOCK_SH | LOCK_NB));
    lab.see("unknown", flock(a, 64));
  }),

  check("flock: closing gives the lock back, unlinking does not", (lab) => {
    lab.file("f");
    const [b] = [lab.open("f")];
    const a = openat(lab.at, "f", O_RDWR);
    lab.see("a", flock(a, LOCK_EX | LOCK_NB));
    unlinkat(lab.at, "f");
    lab.see("b", flock(b, LOCK_EX | LOCK_NB));
    close(a);
    lab.see("b", flock(b, LOCK_EX | LOCK_NB));
    lab.file("f");
    lab.see("new file", flock(lab.open("f"), LOCK_EX | LOCK_NB));
  }),

  check("flock: of directories and read-only descriptors", (lab) => {
    mkdirat(lab.at, "d");
    lab.file("f");
    const d = lab.open("d", O_RDONLY);
    lab.see("directory", flock(d, LOCK_EX | LOCK_NB));
    lab.see("directory again", flock(lab.open("d", O_RDONLY), LOCK_EX | LOCK_NB));
    lab.see("read only", flock(lab.open("f", O_RDONLY), LOCK_EX | LOCK_NB));
  }),

  check("flock: another process waits", (lab) => {
    lab.file("f");
    const fd = lab.open("f");
    const attempt = `
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
try:
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    print("granted")
except OSError as error: print("refused", error.errno)`;
    const path = `${lab.path}/f`;
    lab.see("free", python(lab, attempt, [path])[0]!);
    flock(fd, LOCK_SH);
    lab.see("shared", python(lab, attempt, [path])[0]!);
    flock(fd, LOCK_UN);
    lab.see("free again", python(lab, attempt, [path])[0]!);
  }),

  check("fcntl locks: between processes, by range", (lab) => {
    lab.file("f", "0123456789");
    const fd = lab.open("f");
    lab.see("own", lock(fd, F_SETLK, F_WRLCK, 2, 4));
    lab.see("overlapping", elsewhere(lab, "f", "LOCK_EX", 5, 1));
    lab.see("shared overlapping", elsewhere(lab, "f", "LOCK_SH", 0, 3));
    lab.see("before", elsewhere(lab, "f", "LOCK_EX", 0, 2));
    lab.see("behind", elsewhere(lab, "f", "LOCK_EX", 6, 0));
    lab.see("all", elsewhere(lab, "f", "LOCK_EX"));
    lab.see("unlock a part", lock(fd, F_SETLK, F_UNLCK, 3, 1));
    lab.see("in the gap", elsewhere(lab, "f", "LOCK_EX", 3, 1));
    lab.see("beside the gap", elsewhere(lab, "f", "LOCK_EX", 3, 2));
    lab.see("to shared", lock(fd, F_SETLK, F_RDLCK, 0, 0));
    lab.see("shared", elsewhere(lab, "f", "LOCK_SH"));
    lab.see("exclusive", elsewhere(lab, "f", "LOCK_EX"));
  }),

  check("fcntl locks: one process does not lock itself out, a close gives all back", (lab) => {
    lab.file("f");
    const [a, b] = [lab.open("f"), openat(lab.at, "f", O_RDWR)];
    lab.see("a", lock(a, F_SETLK, F_WRLCK));
    lab.see("b", lock(b, F_SETLK, F_WRLCK));
    lab.see("who is in the way", lock(b, F_GETLK, F_WRLCK));
    lab.see("elsewhere", elsewhere(lab, "f", "LOCK_EX"));
    close(b);
    lab.see("elsewhere after a close", elsewhere(lab, "f", "LOCK_EX"));
  }),

  check("fcntl locks: the descriptor's mode counts", (lab) => {
    lab.file("f");
    lab.see("write lock of a reader", lock(lab.open("f", O_RDONLY), F_SETLK, F_WRLCK));
    lab.see("read lock of a writer", lock(lab.open("f", O_WRONLY), F_SETLK, F_RDLCK));
    lab.see("past the end", lock(lab.open("f"), F_SETLK, F_WRLCK, 1e12, 5));
    lab.see("negative start", lock(lab.open("f"), F_SETLK, F_WRLCK, -5, 1));
    lab.see("backwards", lock(lab.open("f"), F_SETLK, F_WRLCK, 10, -5));
    lab.see("of a directory", lock(lab.open(".", O_RDONLY), F_SETLK, F_RDLCK));
  }),

  check("open file description locks conflict within a process", (lab) => {
    lab.file("f");
    const [a, b] = [lab.open("f"), lab.open("f")];
    lab.see("a", lock(a, F_OFD_SETLK, F_WRLCK, 0, 10));
    lab.see("b overlapping", lock(b, F_OFD_SETLK, F_WRLCK, 5, 10));
    lab.see("b beside", lock(b, F_OFD_SETLK, F_WRLCK, 10, 10));
    lab.see("in the way", lock(b, F_OFD_GETLK, F_RDLCK, 0, 1));
    lab.see("nothing in the way", lock(b, F_OFD_GETLK, F_RDLCK, 100, 1));
    lab.see("fcntl elsewhere", elsewhere(lab, "f", "LOCK_SH", 0, 1));
    lab.see("a unlocks", lock(a, F_OFD_SETLK, F_UNLCK, 0, 10));
    lab.see("b", lock(b, F_OFD_SETLK, F_WRLCK, 0, 10));
  }),

  check("flock and fcntl locks know nothing of each other", (lab) => {
    lab.file("f");
    const [a, b] = [lab.open("f"), lab.open("f")];
    lab.see("flock", flock(a, LOCK_EX | LOCK_NB));
    lab.see("description lock", lock(b, F_OFD_SETLK, F_WRLCK));
    lab.see("fcntl elsewhere", elsewhere(lab, "f", "LOCK_EX"));
  }),

  check("a lock stays with the file when it is renamed", (lab) => {
    lab.file("f");
    lab.file("g");
    const fd = lab.open("f");
    lock(fd, F_SETLK, F_WRLCK);
    renameat(lab.at, "f", "h");
    lab.see("new name", elsewhere(lab, "h", "LOCK_EX"));
    renameat(lab.at, "g", "f");
    lab.see("old name, another file", elsewhere(lab, "f", "LOCK_EX"));
  }),

  check("fcntl locks queue up and all get their turn", (lab) => {
    lab.file("counter", "0");
    const script = `
import fcntl, os, sys
fd = os.open(sys.argv[1] + "/counter", os.O_RDWR)
for i in range(200):
    fcntl.lockf(fd, fcntl.LOCK_EX)
    value = int(os.pread(fd, 20, 0))
    os.pwrite(fd, b"%d" % (value + 1), 0)
    fcntl.lockf(fd, fcntl.LOCK_UN)`;
    python(lab, script, [lab.path], 4);
    lab.seeContent("counted", "counter");
  }),
];
