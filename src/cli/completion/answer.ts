/**
 * Answers what `agentvfs completions` prints: `agentvfs __complete SHELL -- WORDS…`. `shells/scripts.ts` says how.
 *
 * @module
 */

import { basename } from "node:path";
import { print } from "../print/output.ts";
import { complete } from "./complete.ts";
import { quotedForBash, readBashLine } from "./shells/bash_line.ts";
import type { Suggestions } from "./suggestion.ts";

/** Resolves with the exit code. Never rejects, and says nothing of what went wrong: who types would see it. */
export async function answer([shell, , ...given]: readonly string[]): Promise<number> {
  try {
    if (shell === "bash") {
      const [breaks = "", line = ""] = given;
      const read = readBashLine(line, breaks);
      const { words, ...also } = await completed(read.words, read.current);
      tell({ ...also, words: words.map(({ word }) => ({ word: quotedForBash(word, read) })) });
    } else {
      const typed = given.at(-1) ?? "";
      const current = shell === "powershell" ? typed.slice(0, -1) : typed;
      tell(await completed(given.slice(0, -1), current));
    }
    return 0;
  } catch {
    return 1;
  }
}

async function completed(words: readonly string[], current: string): Promise<Suggestions> {
  const [program = "agentvfs", ...rest] = words;
  const root = rest.indexOf("--root");
  if (root >= 0 && rest[root + 1] !== undefined) {
    Deno.env.set("AGENTVFS_STATE_DIR", rest[root + 1]!);
  }
  return await complete(basename(program).replace(/\.exe$/, ""), rest, current);
}

function tell({ also, programAt, words }: Suggestions): void {
  print(programAt === undefined ? also : `${also} ${programAt}`);
  for (const { word, brief } of words) {
    print(brief === undefined || brief === "" ? word : `${word}\t${brief}`);
  }
}
