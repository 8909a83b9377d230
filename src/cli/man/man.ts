/**
 * `agentvfs man`: shows a manual page, prints it for other programs, or writes them all.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { join } from "node:path";
import { CommandError, usageError } from "../command_error.ts";
import { nearest } from "../nearest.ts";
import { onTerminal, print, safe } from "../print/output.ts";
import { manPage, manPageNames } from "./man_pages.ts";

const HELP = `Show the manual page of a command

Usage: agentvfs man [COMMAND]
       agentvfs man --to DIR

      --to DIR  write all pages into DIR, as for a directory share/man/man1
  -h, --help    this help

Where nobody reads it on a terminal it is printed as man(7) takes it.`;

/** Resolves with the exit code. */
export async function man(args: readonly string[]): Promise<number> {
  const { to, words } = read(args);
  if (words === null) {
    print(HELP);
    return 0;
  }
  if (to !== undefined) {
    await Deno.mkdir(to, { recursive: true });
    for (const name of manPageNames()) {
      await Deno.writeTextFile(join(to, `${name}.1`), await manPage(name));
    }
    return 0;
  }
  const page = await manPage(nameOf(words));
  if (!onTerminal() || !await shown(page)) print(page.trimEnd());
  return 0;
}

function read(args: readonly string[]): { to: string | undefined; words: string[] | null } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { to: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    return { to: values.to, words: values.help ? null : positionals };
  } catch (cause) {
    throw usageError(`agentvfs man: ${(cause as Error).message}`, "See agentvfs man --help");
  }
}

/** Commands of a group are in the page of the group. */
function nameOf([word]: readonly string[]): string {
  if (word === undefined) return "agentvfs";
  const names = manPageNames();
  if (names.includes(`agentvfs-${word}`)) return `agentvfs-${word}`;
  const close = nearest(word, names.slice(1).map((name) => name.slice("agentvfs-".length)));
  throw usageError(
    `There is no manual page of ${JSON.stringify(safe(word))}`,
    close === null ? "agentvfs man lists the commands" : `Did you mean agentvfs man ${close}?`,
  );
}

/** By man, which takes what is no file of its own by the name of one. False where it is not installed. */
async function shown(page: string): Promise<boolean> {
  const file = await Deno.makeTempFile({ suffix: ".1" });
  try {
    await Deno.writeTextFile(file, page);
    const { code } = await new Deno.Command("man", { args: ["-l", file] }).spawn().status;
    return code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new CommandError("man_failed", 1, "Cannot run man", { cause: error });
  } finally {
    await Deno.remove(file);
  }
}
