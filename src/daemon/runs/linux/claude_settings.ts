/**
 * Claude Code's `~/.claude.json`, for a program that may not write to the home directory.
 *
 * Claude replaces the file as a whole, for which it has to write beside it. With CLAUDE_CONFIG_DIR it keeps the file in that
 * directory instead. So a confined program is given `~/.claude` as that directory, and the two files are made the same before
 * it begins and when it has ended: each keeps what was changed in it since they were the same last.
 *
 * @module
 */

import { join } from "node:path";
import { mergeJson } from "./merge_json.ts";
import { stateRoot } from "../../workspaces/workspace.ts";

/** What both files said when they were the same last, by the path of the outer one. */
const BASES = "claude-settings.json";
/** How long Claude, which has the same lock, is waited for, and when its lock is one that was left behind, ms. */
const LOCK_DEADLINE_MS = 1_000;
const STALE_MS = 10_000;
const POLL_MS = 20;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Makes `.claude.json` of the home directory and of its `.claude` the same. What was changed in both, differently, is as in
 * `.claude`. One that is not JSON is left alone, and so is the other: returns false then.
 */
export async function syncClaudeSettings(home: string): Promise<boolean> {
  const inner = join(home, ".claude/.claude.json");
  const outer = await realPath(join(home, ".claude.json"));
  const unlock = await lock(`${outer}.lock`);
  try {
    const [inside, outside] = [readJson(inner, isPlain), readJson(outer)];
    if (inside === null || outside === null) return false;
    const bases = readBases();
    const merged = together(bases[outer], inside.value, outside.value);
    if (merged === undefined) return true;
    const text = JSON.stringify(merged, null, 2);
    // The base comes last: until then what is new on either side still counts as new.
    for (const [path, { text: before }] of [[inner, inside], [outer, outside]] as const) {
      if (before !== text) replace(path, text);
    }
    bases[outer] = merged;
    Deno.mkdirSync(stateRoot(), { recursive: true, mode: 0o700 });
    replace(join(stateRoot(), BASES), JSON.stringify(bases));
    return true;
  } finally {
    unlock();
  }
}

function together(base: unknown, inside: unknown, outside: unknown): unknown {
  if (inside === undefined || outside === undefined) return inside ?? outside;
  return mergeJson(base, inside, outside);
}

/**
 * A file that is not there says nothing, `undefined`. Null if what it says cannot be understood, or it is not to be read.
 */
function readJson(
  path: string,
  mayRead: (path: string) => boolean = () => true,
): { readonly text: string | null; readonly value: unknown } | null {
  try {
    if (!mayRead(path)) return null;
    const text = Deno.readTextFileSync(path);
    return { text, value: JSON.parse(text) };
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? { text: null, value: undefined } : null;
  }
}

/** What a confined program left in the place of a file may be a pipe that nobody writes to, or without end. */
function isPlain(path: string): boolean {
  const { isFile, size } = Deno.lstatSync(path);
  return isFile && size <= MAX_BYTES;
}

/** Where confined programs may write, too: nothing that they put there is written through. */
function replace(path: string, text: string): void {
  const draft = `${path}.${crypto.randomUUID()}`;
  Deno.writeTextFileSync(draft, text, { createNew: true, mode: 0o600 });
  Deno.renameSync(draft, path);
}

function readBases(): Record<string, unknown> {
  const bases = readJson(join(stateRoot(), BASES))?.value;
  return typeof bases === "object" && bases !== null ? bases as Record<string, unknown> : {};
}

/** Returns what unlocks. Who holds it for too long is not waited for. */
async function lock(path: string): Promise<() => void> {
  for (const until = performance.now() + LOCK_DEADLINE_MS; performance.now() < until;) {
    try {
      Deno.mkdirSync(path);
      return () => remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) break;
    }
    if (isStale(path)) remove(path);
    else await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return () => {};
}

function isStale(path: string): boolean {
  try {
    return Date.now() - (Deno.statSync(path).mtime?.getTime() ?? 0) > STALE_MS;
  } catch {
    return false;
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch { /* somebody else has */ }
}

async function realPath(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}
