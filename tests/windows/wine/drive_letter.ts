/**
 * A volume as a drive of wine: programs of Windows work on files that the code for Windows serves, through the bridge. What
 * share modes and deletions to come are to those programs is wine's own; what the driver makes of them is the bridge's.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withBridged } from "../bridge/bridged.ts";

export interface Wine {
  readonly chroot: string;
  /** In the chroot: where it is mounted. */
  readonly volume: string;
  /** In the chroot. */
  readonly prefix: string;
  /** Runs a program of Windows by its path in the chroot, or one of wine's by its name. */
  run(...command: string[]): Promise<{ readonly code: number; readonly output: string }>;
  report(what: string, isRight: boolean): void;
}

const LETTER = "x:";

/** Has cmd.exe work on it, with a checkpoint and a rollback in between, and then others. */
export async function driveLetter(
  wine: Wine,
  work: (letter: string) => Promise<void>,
): Promise<void> {
  const letter = join(wine.chroot, wine.prefix, "dosdevices", LETTER);
  await Deno.remove(letter).catch(() => {});
  await Deno.symlink(`/${wine.volume}`, letter);
  const options = {
    at: join(wine.chroot, wine.volume),
    caseSensitive: false,
    names: "windows",
    cacheSeconds: 0,
  } as const;
  try {
    await withBridged(async ({ checkpoint, rollback, path }) => {
      const cmd = async (what: string, line: string, words: RegExp) => {
        const { output } = await wine.run("cmd.exe", "/c", `${LETTER} && ${line}`);
        const isRight = words.test(output);
        wine.report(isRight ? `cmd: ${what}` : `cmd: ${what}: ${output}`, isRight);
      };
      const there = async () => (await names(path)).join(" ");
      await cmd(
        "mkdir, echo and type",
        "mkdir a\\b && echo text>a\\b\\f.txt && type A\\B\\F.TXT",
        /^text/m,
      );
      await cmd("copy and dir", "copy a\\b\\f.txt g.txt && dir /b", /^g\.txt/m);
      const first = await checkpoint();
      await cmd("ren", "ren g.txt h.txt && dir /b", /^h\.txt/m);
      await cmd("move over a file", "echo new>n.txt && move /y n.txt h.txt && type h.txt", /^new/m);
      await cmd("attrib", "attrib +r h.txt && attrib h.txt", /R.*h\.txt/);
      await cmd("del of what may not be written is refused", "del h.txt & dir /b", /^h\.txt/m);
      await cmd("del", "attrib -r h.txt && del h.txt & if not exist h.txt echo gone", /^gone/m);
      await cmd("rmdir", "rmdir /s /q a & if not exist a echo gone", /^gone/m);
      wine.report("all that cmd.exe has removed is gone", await there() === "");
      await rollback(first);
      wine.report("a rollback brings it back", await there() === "a a/b a/b/f.txt g.txt");
      await cmd("what was brought back is read", "type a\\b\\f.txt g.txt", /text[^]*text/);
      await cmd("what is cleared away", "rmdir /s /q a & del g.txt & echo done", /^done/m);
      await work(LETTER);
    }, options);
  } finally {
    await Deno.remove(letter);
  }
}

/** What is in a directory of this system, without `.agentvfs`. */
async function names(directory: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(directory, below))) {
    found.push(join(below, name));
    if (isDirectory) found.push(...await names(directory, join(below, name)));
  }
  assert.ok(!found.includes(".agentvfs"));
  return found.sort();
}
