/**
 * Several programs at work in the mount, each in a directory of its own and each with a copy on a disk of what
 * it was promised.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { Conversation } from "../support/conversation.ts";
import { assertSame, differences, manifestOf } from "../support/manifest.ts";
import { succeed } from "../support/process.ts";
import { scriptPath } from "../support/python.ts";

/** What workload.py answers. Times in ms since 1970. */
export interface WorkReport {
  /** Operations that were answered. */
  readonly done: number;
  /** Begin, end and kind of changes that took long. */
  readonly slow: readonly (readonly [number, number, string])[];
  /** The operation during which the mount went away. */
  readonly lost: { readonly operation: readonly unknown[]; readonly errno: number } | null;
  /** An operation that had another outcome in the mount than on the disk. */
  readonly wrong: unknown;
}

const DEADLINE_MS = 60_000;

/** errno of a request that was under way when the connection ended; of one that came later it is ENOTCONN. */
export const ECONNABORTED = 103;

/** Modification times pass by on the disk and in the mount at different moments. */
const IGNORED = ["mtime"];

export class Workers {
  readonly #workers: Conversation[] = [];

  private constructor(
    /** Directory of the mount that holds theirs. */
    readonly mount: string,
    /** Directory on the disk that holds the copies. */
    readonly reference: string,
  ) {}

  /** Starts `count` workers. With `atomic`, each operation happens in full or not at all. */
  static async start(
    mount: string,
    disk: string,
    options: {
      readonly count: number;
      readonly seed: number;
      readonly atomic: boolean;
      /** Kinds of operations that are left out. */
      readonly without: readonly string[];
    },
  ): Promise<Workers> {
    const workers = new Workers(mount, join(disk, "reference"));
    await Deno.mkdir(workers.reference, { recursive: true });
    for (let i = 0; i < options.count; i++) {
      const directories = [mount, workers.reference].map((root) => join(root, `w${i}`));
      for (const directory of directories) await Deno.mkdir(directory);
      const seed = options.seed * 100 + i;
      const args = [...directories, join(disk, `manifest${i}`), String(seed)];
      const command = [scriptPath(import.meta.url, "workload.py"), ...args];
      if (options.atomic) command.push("--atomic");
      command.push("--without", ...options.without);
      workers.#workers.push(new Conversation(command, { deadlineMs: DEADLINE_MS }));
    }
    return workers;
  }

  async #ask<T>(question: string): Promise<T[]> {
    return await Promise.all(this.#workers.map((worker) => worker.ask({ do: question })));
  }

  run(): Promise<unknown> {
    return this.#ask("run");
  }

  /** Stops them between two operations. Fails if one saw something that was not what it was promised. */
  async pause(): Promise<WorkReport[]> {
    return checked(await this.#ask<WorkReport>("pause"));
  }

  /** Resolves when each has met the end of the mount. */
  async lost(): Promise<WorkReport[]> {
    return checked(await this.#ask<WorkReport>("await_lost"));
  }

  close(): Promise<unknown> {
    return this.#ask("close");
  }

  /** Copies what was promised so far. */
  async save(to: string): Promise<void> {
    await succeed(["cp", "-a", this.reference, to]);
  }

  /** What was promised is what was saved. */
  async load(from: string): Promise<void> {
    await succeed(["rm", "-rf", this.reference]);
    await succeed(["cp", "-a", from, this.reference]);
  }

  /** Fails unless the mount holds exactly what was promised. */
  async compare(what: string): Promise<void> {
    assertSame(await manifestOf(this.mount), await manifestOf(this.reference), what, {
      ignore: IGNORED,
    });
  }

  /**
   * As {@linkcode compare}, but each operation that was under way when the mount ended may have happened or not.
   * The disk then holds what the mount does. Resolves with how many of them had happened.
   */
  async compareAfterLoss(what: string): Promise<number> {
    let happened = 0;
    for (const [i, worker] of this.#workers.entries()) {
      const [mount, reference] = [this.mount, this.reference].map((root) => join(root, `w${i}`));
      const actual = await manifestOf(mount!);
      const isKept = async () =>
        differences(actual, await manifestOf(reference!), { ignore: IGNORED }).length === 0;
      if (await isKept()) continue;
      // A long write may have happened in part: whole pages of it.
      let redone;
      do {
        redone = await worker.ask({ do: "redo" });
      } while (redone.more && !await isKept());
      const how = `${what}, worker ${i}, ${JSON.stringify(redone)}`;
      assertSame(actual, await manifestOf(reference!), how, { ignore: IGNORED });
      happened++;
    }
    return happened;
  }

  async end(): Promise<void> {
    for (const worker of this.#workers) await worker.end();
  }
}

function checked(reports: WorkReport[]): WorkReport[] {
  for (const { wrong } of reports) {
    assert.equal(wrong, null, `A program was told something else: ${JSON.stringify(wrong)}`);
  }
  return reports;
}
