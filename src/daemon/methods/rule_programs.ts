/**
 * Where the paths of programs lead to that rules have: looked up when rules come, and again and again while there are any, because a
 * link may lead to another program tomorrow.
 *
 * That is done here and not by the fs thread: a path may lead through the mount, or to a file system that does not answer.
 *
 * @module
 */

import {
  type ProgramFile,
  type ProgramFiles,
  programPaths,
} from "../../mount/policy/program_paths.ts";
import type { Rule } from "../../policy/rule.ts";

/** How long a link that leads elsewhere now may count as it was, ms. */
const LOOK_EVERY_MS = 2_000;
/** What was not found by then is not waited for, ms. Until it is known rules that deny apply, and those that allow do not. */
const PATIENCE_MS = 2_000;

export class RulePrograms {
  #paths: readonly string[] = [];
  #files: ProgramFiles = new Map();
  #looking: Promise<void> | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `tell`: who decides is told of all that is known. */
  constructor(
    readonly tell: (files: readonly (readonly [string, ProgramFile | null])[]) => Promise<unknown>,
  ) {}

  get files(): ProgramFiles {
    return this.#files;
  }

  /** There are these rules. Resolves when it is known where their programs are, or that has taken long. */
  async set(rules: readonly Rule[]): Promise<void> {
    this.#paths = programPaths(rules);
    clearInterval(this.#timer);
    if (this.#paths.length === 0) return;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    Deno.unrefTimer(this.#timer);
    let patience: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => patience = setTimeout(resolve, PATIENCE_MS));
    // What is under way may be about the rules before.
    const looked = (this.#looking ?? Promise.resolve()).then(() => this.#look());
    await Promise.race([looked, late]);
    clearTimeout(patience);
  }

  #look(): Promise<void> {
    return this.#looking ??= this.#lookUp()
      // The mount is gone: nobody asks any more.
      .catch(() => {})
      .finally(() => this.#looking = null);
  }

  async #lookUp(): Promise<void> {
    const files = await Promise.all(
      this.#paths.map(async (path) => [path, await programFile(path)] as const),
    );
    const isKnown = files.length === this.#files.size &&
      files.every(([path, file]) => isSame(this.#files.get(path), file));
    if (isKnown) return;
    this.#files = new Map(files);
    await this.tell(files);
  }
}

/** Null: there is nothing. */
export async function programFile(path: string): Promise<ProgramFile | null> {
  try {
    const real = await Deno.realPath(path);
    const { dev, ino } = await Deno.stat(real);
    return { path: real, device: dev, inode: ino ?? 0 };
  } catch {
    return null;
  }
}

function isSame(a: ProgramFile | null | undefined, b: ProgramFile | null): boolean {
  if (a === undefined || a === null || b === null) return a === b;
  return a.path === b.path && a.device === b.device && a.inode === b.inode;
}
