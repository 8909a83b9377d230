import { type Check, check } from "../check.ts";
import type { Lab } from "../lab.ts";
import {
  AT_REMOVEDIR,
  close,
  type Dirent,
  getdents,
  linkat,
  lseek,
  mkdirat,
  mknodat,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  openat,
  RENAME_EXCHANGE,
  renameat,
  S_IFIFO,
  S_IFSOCK,
  SEEK_CUR,
  SEEK_SET,
  symlinkat,
  unlinkat,
} from "../system_calls.ts";

/** Small enough to take several calls for a few dozen names. */
const SMALL = 512;

function filled(lab: Lab, count: number): number {
  mkdirat(lab.at, "d");
  const at = lab.open("d", O_RDONLY | O_DIRECTORY);
  for (let i = 0; i < count; i++) close(openat(at, `name-${i}`, O_CREAT));
  return at;
}

/** What is left of a listing, from where the descriptor stands. */
function rest(fd: number, bytes = SMALL): Dirent[] {
  const entries: Dirent[] = [];
  for (let part = getdents(fd, bytes); typeof part !== "number" && part.length > 0;) {
    entries.push(...part);
    part = getdents(fd, bytes);
  }
  return entries;
}

function namesOf(entries: readonly Dirent[]): string[] {
  return entries.map((entry) => entry.name).filter((name) => !/^\.\.?$/.test(name));
}

export const checks: Check[] = [
  check("link counts of directories follow their subdirectories", (lab) => {
    mkdirat(lab.at, "d");
    lab.seeStat("empty", "d");
    for (const name of ["a", "b", "c"]) {
      mkdirat(lab.at, `d/${name}`);
      lab.seeStat(`with ${name}`, "d");
    }
    lab.file("d/file");
    symlinkat("a", lab.at, "d/link");
    lab.seeStat("files do not count", "d");
    unlinkat(lab.at, "d/a", AT_REMOVEDIR);
    lab.seeStat("without a", "d");
    mkdirat(lab.at, "e");
    renameat(lab.at, "d/b", "e/b");
    lab.seeStat("moved out", "d");
    lab.seeStat("moved in", "e");
    renameat(lab.at, "d/file", "e/b", RENAME_EXCHANGE);
    lab.seeStat("exchanged out", "e");
    lab.seeStat("exchanged in", "d");
    mkdirat(lab.at, "e/new");
    renameat(lab.at, "e/new", "d/c");
    lab.seeStat("replaced", "d");
    lab.seeStat("replacing", "e");
    lab.seeStat("above", ".");
  }),

  check("a listing has each name once, with its type and inode number", (lab) => {
    lab.file("file");
    mkdirat(lab.at, "directory");
    symlinkat("x", lab.at, "link");
    mknodat(lab.at, "fifo", S_IFIFO | 0o600);
    mknodat(lab.at, "socket", S_IFSOCK | 0o600);
    const entries = rest(lab.open(".", O_RDONLY | O_DIRECTORY));
    for (const { name, type, ino } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      lab.see(name, `type ${type}, its own number: ${ino === lab.stat(name).ino}`);
    }
  }),

  check("a listing in small pieces is complete", (lab) => {
    const fd = filled(lab, 300);
    const names = namesOf(rest(fd));
    lab.see("names", names.length);
    lab.see("different", new Set(names).size);
    lab.see("at the end", rest(fd).length);
    lseek(fd, 0, SEEK_SET);
    lab.see("rewound", namesOf(rest(fd)).length);
  }),

  check("names removed during a listing hide no others", (lab) => {
    const fd = filled(lab, 200);
    const first = namesOf(getdents(fd, SMALL) as Dirent[]);
    for (const name of first) unlinkat(fd, name);
    const others = namesOf(rest(fd));
    lab.see(
      "all seen once",
      new Set([...first, ...others]).size === 200 &&
        first.length + others.length === 200,
    );
    lab.see("left", lab.list("d").length === 200 - first.length);
  }),

  check("removing each name as it is listed empties the directory", (lab) => {
    const fd = filled(lab, 500);
    let removed = 0;
    for (let part = getdents(fd, SMALL); typeof part !== "number" && part.length > 0;) {
      for (const name of namesOf(part)) removed += unlinkat(fd, name) === 0 ? 1 : 0;
      part = getdents(fd, SMALL);
    }
    lab.see("removed", removed);
    lab.see("rmdir", unlinkat(lab.at, "d", AT_REMOVEDIR));
  }),

  check("names made during a listing repeat no others", (lab) => {
    const fd = filled(lab, 200);
    const seen = namesOf(getdents(fd, SMALL) as Dirent[]);
    for (let i = 0; i < 200; i++) close(openat(fd, `later-${i}`, O_CREAT));
    for (const name of namesOf(rest(fd))) seen.push(name);
    const old = seen.filter((name) => name.startsWith("name"));
    lab.see("old names", old.length);
    lab.see("once each", new Set(seen).size === seen.length);
  }),

  check("names renamed during a listing are not lost twice", (lab) => {
    const fd = filled(lab, 100);
    const seen = namesOf(getdents(fd, SMALL) as Dirent[]);
    const last = seen.at(-1)!;
    renameat(fd, last, "renamed");
    seen.push(...namesOf(rest(fd)));
    const untouched = seen.filter((name) => name !== last && name !== "renamed");
    lab.see("untouched names", untouched.length);
    lab.see("once each", new Set(untouched).size === untouched.length);
  }),

  check("a position told can be returned to", (lab) => {
    const fd = filled(lab, 150);
    const whole = rest(fd);
    const places = [0, 1, 2, 30, 75, 148, 150];
    for (const place of places) {
      lseek(fd, whole[place]!.offset, SEEK_SET);
      const names = rest(fd).map((entry) => entry.name).join();
      const expected = whole.slice(place + 1).map((entry) => entry.name).join();
      lab.see(`from ${place}`, names === expected);
    }
  }),

  check("a position told survives removals before it", (lab) => {
    const fd = filled(lab, 150);
    const whole = rest(fd);
    for (const { name } of whole.slice(0, 60)) unlinkat(fd, name);
    lseek(fd, whole[80]!.offset, SEEK_SET);
    const names = rest(fd).map((entry) => entry.name).join();
    lab.see("the rest", names === whole.slice(81).map((entry) => entry.name).join());
    lab.see("position", lseek(fd, 0, SEEK_CUR) > 0);
  }),

  check("an open directory sees changes after a rewind", (lab) => {
    const fd = filled(lab, 5);
    rest(fd);
    lab.file("d/new");
    unlinkat(fd, "name-1");
    lseek(fd, 0, SEEK_SET);
    lab.see("names", namesOf(rest(fd)).sort().join(" "));
  }),

  check("two listings do not disturb each other", (lab) => {
    const first = filled(lab, 100);
    const second = lab.open("d", O_RDONLY | O_DIRECTORY);
    const seen: [string[], string[]] = [[], []];
    for (let i = 0; i < 50; i++) {
      [first, second].forEach((fd, n) => {
        const part = getdents(fd, SMALL * (n + 1));
        if (typeof part !== "number") seen[n]!.push(...namesOf(part));
      });
    }
    lab.see("first", seen[0].length);
    lab.see("second", seen[1].length);
  }),

  check("getdents with a buffer that is too small, or not on a directory", (lab) => {
    const fd = filled(lab, 3);
    const tiny = getdents(fd, 8);
    lab.see("tiny", typeof tiny === "number" ? tiny : tiny.length);
    lab.file("f");
    const file = getdents(lab.open("f"));
    lab.see("file", typeof file === "number" ? file : file.length);
  }),

  check("a listing of a removed directory", (lab) => {
    mkdirat(lab.at, "d");
    const fd = lab.open("d", O_RDONLY | O_DIRECTORY);
    unlinkat(lab.at, "d", AT_REMOVEDIR);
    const entries = getdents(fd);
    lab.see("entries", typeof entries === "number" ? entries : entries.length);
  }),

  check("dots are what they should be", (lab) => {
    mkdirat(lab.at, "d");
    mkdirat(lab.at, "d/e");
    const entries = rest(lab.open("d/e", O_RDONLY | O_DIRECTORY));
    const number = (name: string) => entries.find((entry) => entry.name === name)?.ino;
    lab.see("dot", number(".") === lab.stat("d/e").ino);
    lab.see("dot dot", number("..") === lab.stat("d").ino);
    renameat(lab.at, "d/e", "e");
    const moved = rest(lab.open("e", O_RDONLY | O_DIRECTORY));
    const parent = moved.find((entry) => entry.name === "..")?.ino;
    lab.see("dot dot after a move", parent === lab.stat(".").ino);
  }),

  check("5 000 names in a directory", (lab) => {
    const fd = filled(lab, 5000);
    lab.see("names", new Set(namesOf(rest(fd, 32768))).size);
    for (let i = 0; i < 5000; i += 2) unlinkat(fd, `name-${i}`);
    lseek(fd, 0, SEEK_SET);
    lab.see("half", new Set(namesOf(rest(fd, 32768))).size);
    for (let i = 1; i < 5000; i += 2) linkat(fd, `name-${i}`, lab.at, `l-${i}`);
    lab.see("linked", lab.list().length);
  }),
];
