import assert from "node:assert/strict";
import { findWatches } from "./watches.ts";

/** A place like /proc, in which processes have these descriptors: number of the process → what fdinfo says of each. */
function withProcesses(
  processes: Record<string, { kind: string; info: string }[]>,
  body: (proc: string) => void,
): void {
  const proc = Deno.makeTempDirSync();
  try {
    for (const [pid, descriptors] of Object.entries(processes)) {
      for (const part of ["fd", "fdinfo"]) {
        Deno.mkdirSync(`${proc}/${pid}/${part}`, { recursive: true });
      }
      Deno.writeTextFileSync(
        `${proc}/${pid}/mountinfo`,
        "36 25 0:52 / /m rw - fuse.agentvfs a rw\n",
      );
      descriptors.forEach(({ kind, info }, fd) => {
        Deno.symlinkSync(kind, `${proc}/${pid}/fd/${fd}`);
        Deno.writeTextFileSync(`${proc}/${pid}/fdinfo/${fd}`, `pos:\t0\nflags:\t02\n${info}\n`);
      });
    }
    body(proc);
  } finally {
    Deno.removeSync(proc, { recursive: true });
  }
}

const INOTIFY = "anon_inode:inotify";
const FANOTIFY = "anon_inode:[fanotify]";
const inotify = (ino: string, sdev: string) =>
  `inotify wd:1 ino:${ino} sdev:${sdev} mask:fce ignored_mask:0 fhandle-bytes:8 fhandle-type:1`;

Deno.test("the inodes of one file system that are watched are found, by their space", () =>
  withProcesses({
    7: [{ kind: INOTIFY, info: `${inotify("2a", "34")}\n${inotify("2b", "800010")}` }],
    8: [{ kind: "/some/file", info: inotify("2c", "34") }, {
      kind: INOTIFY,
      info: inotify((2n * 2n ** 53n + 5n).toString(16), "34"),
    }],
  }, (proc) => {
    const expected = { everything: false, inodes: { 0: [42], 2: [5] } };
    assert.deepEqual(findWatches("0:52", proc), expected);
    assert.equal(findWatches("0:53", proc), null);
    assert.deepEqual(findWatches("8:16", proc)!.inodes, { 0: [43] });
  }));

Deno.test("a mark on a file system or on a mount of it watches everything", () => {
  const marks = {
    "fanotify sdev:34 mflags:0 mask:10 ignored_mask:0": true,
    "fanotify sdev:35 mflags:0 mask:10 ignored_mask:0": false,
    "fanotify mnt_id:24 mflags:0 mask:10 ignored_mask:0": true,
    "fanotify mnt_id:25 mflags:0 mask:10 ignored_mask:0": false,
  };
  for (const [info, isFound] of Object.entries(marks)) {
    withProcesses({ 7: [{ kind: FANOTIFY, info }] }, (proc) => {
      const expected = isFound ? { everything: true, inodes: {} } : null;
      assert.deepEqual(findWatches("0:52", proc), expected, info);
    });
  }
});
