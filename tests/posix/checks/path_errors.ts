import { type Check, check } from "../check.ts";
import type { Lab } from "../lab.ts";
import {
  AT_REMOVEDIR,
  faccessat,
  fchmodat,
  fchownat,
  linkat,
  mkdirat,
  mknodat,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  readlinkat,
  renameat,
  S_IFIFO,
  setxattr,
  stat,
  symlinkat,
  truncate,
  unlinkat,
  utimensat,
} from "../system_calls.ts";

/** Every call that takes a path, on a path. */
const CALLS: Record<string, (lab: Lab, path: string) => number> = {
  stat: (lab, path) => status(stat(lab.at, path, 0)),
  lstat: (lab, path) => status(stat(lab.at, path)),
  "access": (lab, path) => faccessat(lab.at, path, 0),
  chmod: (lab, path) => fchmodat(lab.at, path, 0o755),
  chown: (lab, path) => fchownat(lab.at, path, -1, -1),
  utimens: (lab, path) => utimensat(lab.at, path, null),
  truncate: (lab, path) => truncate(lab.link(path), 0),
  readlink: (lab, path) => status(readlinkat(lab.at, path)),
  setxattr: (lab, path) => setxattr(lab.link(path), "user.x", new Uint8Array(1)),
  mkdir: (lab, path) => mkdirat(lab.at, path),
  mkfifo: (lab, path) => mknodat(lab.at, path, S_IFIFO | 0o600),
  symlink: (lab, path) => symlinkat("x", lab.at, path),
  "link from": (lab, path) => linkat(lab.at, path, lab.at, "linked"),
  "link to": (lab, path) => linkat(lab.at, "plain", lab.at, path),
  "rename from": (lab, path) => renameat(lab.at, path, "renamed"),
  "rename to": (lab, path) => renameat(lab.at, "spare", path),
  unlink: (lab, path) => unlinkat(lab.at, path),
  rmdir: (lab, path) => unlinkat(lab.at, path, AT_REMOVEDIR),
};

function status(value: object | string | number): number {
  return typeof value === "number" ? value : 0;
}

function deep(depth: number): string {
  return Array(depth).fill("d").join("/");
}

const PATHS: Record<string, string> = {
  "a file on the way": "plain/x",
  "a file and two more": "plain/x/y",
  "a missing directory": "none/x",
  "a loop": "loop",
  "a loop on the way": "loop/x",
  "a mutual loop": "ping/x",
  "a dangling link on the way": "dangling/x",
  "a link to a file on the way": "to-plain/x",
  "a fifo on the way": "fifo/x",
  "a name of 255 bytes": "n".repeat(255),
  "a name of 256 bytes": "n".repeat(256),
  "a name of 256 bytes below a missing one": `none/${"n".repeat(256)}`,
  "a name of 256 bytes on the way": `${"n".repeat(256)}/x`,
  "255 bytes in two-byte characters": "\xc3\xa9".repeat(127) + "x",
  "4000 bytes through a missing directory": "none/" + "x/".repeat(1997),
  "4096 bytes": "x/".repeat(2048),
  "an empty path": "",
  "a trailing slash on a file": "plain/",
  "a trailing slash on nothing": "none/",
  "dots through a file": "plain/..",
  "a deep path of links": deep(3),
};

export const checks: Check[] = [
  ...Object.entries(PATHS).map(([name, path]) =>
    check(`every call, for ${name}`, (lab) => {
      for (const [call, run] of Object.entries(CALLS)) {
        const part = lab.part(call);
        part.file("plain");
        part.file("spare");
        symlinkat("loop", part.at, "loop");
        symlinkat("pong", part.at, "ping");
        symlinkat("ping", part.at, "pong");
        symlinkat("nowhere", part.at, "dangling");
        symlinkat("plain", part.at, "to-plain");
        symlinkat(".", part.at, "d");
        mknodat(part.at, "fifo", S_IFIFO | 0o600);
        // The directory's own path counts for calls that take no descriptor: only its errors matter.
        part.see(call, Math.min(0, run(part, path)));
      }
    })
  ),

  check("forty links are followed, forty-one are not", (lab) => {
    lab.file("l0", "reached");
    for (let i = 1; i <= 45; i++) symlinkat(`l${i - 1}`, lab.at, `l${i}`);
    for (const count of [1, 39, 40, 41, 45]) {
      lab.seeOpen(String(count), `l${count}`, O_RDONLY);
      lab.see(`stat ${count}`, status(stat(lab.at, `l${count}`, 0)));
    }
  }),

  check("a tree 300 directories deep", (lab) => {
    let deepest: Lab = lab;
    for (let i = 0; i < 300; i++) deepest = deepest.part("level");
    deepest.file("bottom", "down here");
    lab.seeContent("content", "level/".repeat(300) + "bottom");
    lab.seeStat("level 150", "level/".repeat(150));
    lab.see(
      "back up",
      lab.stat("level/".repeat(300) + "../".repeat(300)).ino === lab.stat(".").ino,
    );
  }),

  check("creating through a dangling link makes its target", (lab) => {
    symlinkat("made", lab.at, "link");
    lab.seeOpen("open", "link", O_CREAT | O_RDWR);
    lab.see("names", lab.list().join(" "));
    symlinkat("no/where", lab.at, "far");
    lab.seeOpen("open", "far", O_CREAT | O_RDWR);
  }),
];
