import { type Check, check } from "../check.ts";
import { bytesOf, contentOf } from "../lab.ts";
import { python } from "../python_child.ts";
import {
  linkat,
  mkdirat,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDWR,
  O_TMPFILE,
  pwrite,
  renameat,
  stat,
  symlinkat,
  unlinkat,
  write,
} from "../system_calls.ts";

const AT_EMPTY_PATH = 0x1000;
const AT_SYMLINK_FOLLOW = 0x400;

export const checks: Check[] = [
  check("O_EXCL is won by one of several processes", (lab) => {
    const script = `
import os, sys
won = 0
for i in range(200):
    try:
        os.close(os.open(sys.argv[1] + "/x%d" % i, os.O_CREAT | os.O_EXCL))
        won += 1
    except FileExistsError: pass
print(won)`;
    const won = python(lab, script, [lab.path], 4).map(Number);
    lab.see("won in all", won.reduce((a, b) => a + b, 0));
    lab.see("names", lab.list().length);
  }),

  check("appends of several processes are neither lost nor torn", (lab) => {
    const script = `
import os, sys
fd = os.open(sys.argv[1] + "/log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
for i in range(250):
    line = b"%d %d " % (os.getpid(), i)
    os.write(fd, line.ljust(99, b".") + b"\\n")`;
    python(lab, script, [lab.path], 4);
    const lines = contentOf(lab.open("log"), 0, 200_000).split("\n").slice(0, -1);
    lab.see("lines", lines.length);
    lab.see("whole", lines.every((line) => /^\d+ \d+ \.+$/.test(line) && line.length === 99));
    lab.see("different", new Set(lines).size);
  }),

  check("mkdir, link and rename have one winner as well", (lab) => {
    const script = `
import os, sys
won = 0
for i in range(100):
    for act in (lambda: os.mkdir("%s/d%d" % (sys.argv[1], i)),
                lambda: os.link("%s/f" % sys.argv[1], "%s/l%d" % (sys.argv[1], i)),
                lambda: os.rename("%s/r%d" % (sys.argv[1], i), "%s/s%d" % (sys.argv[1], i))):
        try: act(); won += 1
        except (FileExistsError, FileNotFoundError): pass
print(won)`;
    lab.file("f");
    for (let i = 0; i < 100; i++) lab.file(`r${i}`);
    const won = python(lab, script, [lab.path], 3).map(Number);
    lab.see("won in all", won.reduce((a, b) => a + b, 0));
    lab.seeStat("f", "f");
  }),

  check("a nameless file lives as long as it is open", (lab) => {
    const fd = lab.open(".", O_TMPFILE | O_RDWR, 0o640);
    lab.see("write", write(fd, bytesOf("nobody sees this")));
    lab.see("content", contentOf(fd));
    const value = stat(fd, "");
    lab.see("link count", typeof value === "number" ? value : value.nlink);
    lab.see("mode", typeof value === "number" ? value : value.mode.toString(8));
    lab.see("names", lab.list().join(" "));
  }),

  check("a nameless file can get a name", (lab) => {
    const fd = lab.open(".", O_TMPFILE | O_RDWR, 0o640);
    write(fd, bytesOf("content"));
    lab.see("by path", linkat(-100, `/proc/self/fd/${fd}`, lab.at, "named", AT_SYMLINK_FOLLOW));
    lab.seeStat("named", "named");
    lab.seeContent("content", "named");
    lab.see("second name", linkat(lab.at, "named", lab.at, "second"));
    lab.seeStat("named", "named");
    lab.see("write", pwrite(fd, bytesOf("C"), 0));
    lab.seeContent("content", "second");
    const again = linkat(-100, `/proc/self/fd/${fd}`, lab.at, "named", AT_SYMLINK_FOLLOW);
    lab.see("onto a name", again);
  }),

  check("a nameless file made exclusively gets no name", (lab) => {
    const fd = lab.open(".", O_TMPFILE | O_RDWR | O_EXCL, 0o640);
    lab.see("link", linkat(-100, `/proc/self/fd/${fd}`, lab.at, "named", AT_SYMLINK_FOLLOW));
    lab.see("names", lab.list().join(" "));
  }),

  check("O_TMPFILE needs a directory and write access", (lab) => {
    lab.file("f");
    symlinkat(".", lab.at, "link");
    lab.seeOpen("in a file", "f", O_TMPFILE | O_RDWR);
    lab.seeOpen("in nothing", "none", O_TMPFILE | O_RDWR);
    lab.seeOpen("through a link", "link", O_TMPFILE | O_RDWR);
    lab.seeOpen("for reading", ".", O_TMPFILE);
    lab.seeOpen("with creat", ".", O_TMPFILE | O_CREAT | O_RDWR);
  }),

  check("an unlinked file cannot be linked again", (lab) => {
    lab.file("f", "content");
    const fd = lab.open("f");
    unlinkat(lab.at, "f");
    lab.see("by path", linkat(-100, `/proc/self/fd/${fd}`, lab.at, "g", AT_SYMLINK_FOLLOW));
    lab.see("empty path", linkat(fd, "", lab.at, "g", AT_EMPTY_PATH));
    lab.see("names", lab.list().join(" "));
  }),

  check("replacing by rename is never seen half done", (lab) => {
    const script = `
import os, sys
path, number = sys.argv[1] + "/f", sys.argv[2]
torn = 0
for i in range(300):
    if number == "0":
        with open(path + ".new", "w") as file: file.write(("old", "new")[i % 2] * 1000)
        os.rename(path + ".new", path)
    else:
        with open(path) as file: torn += file.read() not in ("old" * 1000, "new" * 1000)
print(torn)`;
    lab.file("f", "old".repeat(1000));
    lab.see("torn", python(lab, script, [lab.path], 3).join(" "));
    lab.see("names", lab.list().join(" "));
  }),

  check("O_APPEND after a rename and a truncate", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR | O_APPEND);
    write(fd, bytesOf("first"));
    renameat(lab.at, "f", "g");
    lab.file("f", "another");
    write(fd, bytesOf(" second"));
    lab.seeContent("renamed", "g");
    lab.seeContent("another", "f");
    mkdirat(lab.at, "d");
    renameat(lab.at, "g", "d/g");
    write(fd, bytesOf(" third"));
    lab.seeContent("moved", "d/g");
  }),
];
