/**
 * Manifests of directory trees, made by a program that knows nothing of agentvfs, and how two of them differ.
 *
 * @module
 */

import assert from "node:assert/strict";
import { succeed } from "./process.ts";
import { PYTHON, scriptPath } from "./python.ts";

export interface ManifestOptions {
  /** Hash the contents; true by default. */
  readonly content?: boolean;
  /** Inode numbers, change times, link counts and blocks as well. */
  readonly inodes?: boolean;
}

export type ManifestEntry = { readonly path: string } & Readonly<Record<string, unknown>>;

/** Path (one character stands for one byte) to what is there, in the order of the bytes. */
export type Manifest = ReadonlyMap<string, ManifestEntry>;

const DEADLINE_MS = 120_000;

export async function manifestOf(root: string, options: ManifestOptions = {}): Promise<Manifest> {
  const { content = true, inodes = false } = options;
  const flags = [...(content ? [] : ["--no-content"]), ...(inodes ? ["--inodes"] : [])];
  const command = [PYTHON, scriptPath(import.meta.url, "manifest.py"), ...flags, root];
  const lines = (await succeed(command, { deadlineMs: DEADLINE_MS })).trimEnd().split("\n");
  const entries = lines.slice(1).map((line) => JSON.parse(line) as ManifestEntry);
  return new Map(entries.map((entry) => [entry.path, entry]));
}

export interface CompareOptions {
  /** Fields that may differ. */
  readonly ignore?: readonly string[];
  /** Only paths for which this is true are compared. */
  readonly only?: (path: string) => boolean;
}

/** One line for each difference, in the order of paths. */
export function differences(
  actual: Manifest,
  expected: Manifest,
  { ignore = [], only = () => true }: CompareOptions = {},
): string[] {
  const lines: string[] = [];
  const paths = new Set([...expected.keys(), ...actual.keys()]);
  for (const path of [...paths].filter(only).sort()) {
    const [is, was] = [actual.get(path), expected.get(path)];
    const name = JSON.stringify(path);
    if (is === undefined) lines.push(`${name} is missing`);
    else if (was === undefined) lines.push(`${name} should not be there: ${JSON.stringify(is)}`);
    else {
      for (const field of new Set([...Object.keys(was), ...Object.keys(is)])) {
        if (ignore.includes(field)) continue;
        const [now, then] = [JSON.stringify(is[field]), JSON.stringify(was[field])];
        if (now !== then) lines.push(`${name}: ${field} is ${now}, expected ${then}`);
      }
    }
  }
  return lines;
}

const SHOWN = 20;

/** Fails with the first differences if the manifests differ. */
export function assertSame(
  actual: Manifest,
  expected: Manifest,
  what: string,
  options: CompareOptions = {},
): void {
  const lines = differences(actual, expected, options);
  const more = lines.length > SHOWN ? `\n  and ${lines.length - SHOWN} more` : "";
  const text = lines.slice(0, SHOWN).map((line) => `\n  ${line.slice(0, 400)}`).join("") + more;
  assert.equal(lines.length, 0, `${what}: ${lines.length} differences${text}`);
}
