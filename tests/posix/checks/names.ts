import { type Check, check } from "../check.ts";
import {
  linkat,
  mkdirat,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  readlinkat,
  renameat,
  symlinkat,
  unlinkat,
} from "../system_calls.ts";

/** Every byte a name may hold, and names that tempt to be changed. */
const NAMES: Record<string, string> = {
  "all low bytes": Array.from({ length: 46 }, (_, i) => String.fromCharCode(i + 1)).join(""),
  "all high bytes": Array.from({ length: 128 }, (_, i) => String.fromCharCode(i + 128)).join(""),
  "invalid UTF-8": "\xff\xfe\x80broken\xc3",
  "overlong UTF-8": "\xc0\xae\xc0\xae",
  "surrogates": "\xed\xa0\x80",
  composed: "\xc3\xa9",
  decomposed: "e\xcc\x81",
  "a newline": "one\ntwo",
  spaces: "  leading and trailing  ",
  "three dots": "...",
  "a dash": "-rf",
  "a backslash": "a\\b",
  "a star": "*",
  "a quote": "'\"",
  "255 bytes": "x".repeat(255),
  "255 high bytes": "\xfe".repeat(255),
  "an emoji": "\xf0\x9f\x98\x80",
  "a colon": "C:",
  "reserved elsewhere": "NUL",
};

export const checks: Check[] = [
  ...Object.entries(NAMES).map(([kind, name]) =>
    check(`a name with ${kind}`, (lab) => {
      lab.file(name, "content");
      lab.seeContent("content", name);
      lab.see("listed", lab.list().join() === name);
      lab.seeOpen("again", name, O_CREAT | O_EXCL | O_RDWR);
      lab.see("link", linkat(lab.at, name, lab.at, "plain"));
      lab.see("rename", renameat(lab.at, "plain", `${name.slice(0, 200)}2`));
      lab.see("symlink", symlinkat(name, lab.at, "l"));
      lab.see("target", readlinkat(lab.at, "l") === name);
      lab.seeContent("through it", "l");
      lab.see("unlink", unlinkat(lab.at, name));
      lab.see("mkdir", mkdirat(lab.at, name));
      lab.file(`${name}/inside`, "below");
      lab.seeContent("below", `${name}/inside`);
    })
  ),

  check("names that differ in case or normal form are different", (lab) => {
    for (const name of ["a", "A", "\xc3\xa9", "e\xcc\x81", "\xc3\x89", "a ", "a.", ".a"]) {
      lab.seeOpen(name, name, O_CREAT | O_EXCL | O_RDWR);
    }
    lab.see("names", lab.list().length);
    lab.seeOpen("another case", "B", O_RDONLY);
  }),

  check("many slashes and dots are one slash", (lab) => {
    mkdirat(lab.at, "d");
    lab.file("d/f", "text");
    for (const path of ["d//f", "d///f", "./d/./f", "d/../d/f", "d/f/", "d/f/.", "d/./", "d//"]) {
      lab.seeOpen(path, path, O_RDONLY);
    }
  }),
];
