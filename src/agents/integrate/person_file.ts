/**
 * Reading and replacing files that are a person's: links are followed, modes kept, and nobody ever sees half of one.
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";
import { TargetError } from "./target.ts";

/** Links that are followed at most. */
const MOST_LINKS = 40;

/** The text, its byte order mark included; null where there is no file. Throws {@linkcode TargetError}. */
export async function readText(path: string): Promise<string | null> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return null;
    throw new TargetError(path, `It cannot be read: ${reason(cause)}`, { cause });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new TargetError(path, "It is no UTF-8", { cause });
  }
}

/** Throws {@linkcode TargetError} where a file is meant to stay as it is: who made it read-only meant that, whoever asks. */
export async function checkWritable(path: string): Promise<void> {
  const real = await resolved(path);
  try {
    const { mode } = await Deno.stat(real);
    if (mode !== null && (mode & 0o222) === 0) throw new TargetError(path, "It is read-only");
    (await Deno.open(real, { write: true })).close();
  } catch (cause) {
    if (cause instanceof TargetError) throw cause;
    if (!(cause instanceof Deno.errors.NotFound)) {
      throw new TargetError(path, `It cannot be written: ${reason(cause)}`, { cause });
    }
  }
  const parent = await existingParent(real);
  const { mode } = await Deno.stat(parent);
  if (mode !== null && (mode & 0o222) === 0) {
    throw new TargetError(path, `Its directory ${parent} is read-only`);
  }
}

/** Replaces or makes a file. Resolves with the directories that had to be made, the outermost first. */
export async function writeText(path: string, text: string, mode?: number): Promise<string[]> {
  const real = await resolved(path);
  const before = await Deno.stat(real).catch(() => null);
  const made = await makeDirectories(dirname(real));
  const temporary = join(dirname(real), `.agentvfs-${crypto.randomUUID()}`);
  const wanted = mode ?? (before?.mode ?? 0o644) & 0o7777;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) sent += await file.write(bytes.subarray(sent));
    await Deno.chmod(temporary, wanted);
    const isOthers = before !== null && before.uid !== Deno.uid();
    if (isOthers) await Deno.chown(temporary, before.uid, before.gid).catch(() => {});
    await file.sync();
    await Deno.rename(temporary, real);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw new TargetError(path, `It cannot be written: ${reason(cause)}`, { cause });
  }
  return made;
}

/** Removes a file, and then the directories that are empty now, given with the outermost first. */
export async function removeFile(path: string, directories: readonly string[]): Promise<void> {
  try {
    await Deno.remove(await resolved(path));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) {
      throw new TargetError(path, `It cannot be removed: ${reason(cause)}`, { cause });
    }
  }
  for (const directory of directories.toReversed()) {
    // One that has something in it stays.
    await Deno.remove(directory).catch(() => {});
  }
}

/** Where a path leads through links of its last part, also to what is not there. */
async function resolved(path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const link = await Deno.readLink(at).catch(() => null);
    if (link === null) return at;
    at = resolve(await Deno.realPath(dirname(at)).catch(() => dirname(at)), link);
  }
  throw new TargetError(path, "It is a link that leads in a circle");
}

async function makeDirectories(directory: string): Promise<string[]> {
  const parent = await existingParent(directory);
  const made: string[] = [];
  for (let at = directory; at !== parent; at = dirname(at)) made.unshift(at);
  await Deno.mkdir(directory, { recursive: true });
  return made;
}

/** The path itself, or the innermost directory that it would be in and that is there. */
async function existingParent(path: string): Promise<string> {
  for (let at = path;; at = dirname(at)) {
    const info = await Deno.stat(at).catch(() => null);
    if (info?.isDirectory || at === dirname(at)) return at;
  }
}

function reason(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(
    / \(os error \d+\).*/,
    "",
  );
}
