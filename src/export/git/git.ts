/**
 * Runs git in a repository.
 *
 * Paths are handed over and taken as the bytes they are: binary strings here.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { blocksOf } from "../blocks.ts";
import { ExportError } from "../export_error.ts";

/** They would lead git to another repository or index than the one that is meant. */
const STRAY =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|PREFIX|NAMESPACE|CEILING_DIRECTORIES|.*_PATHSPECS)$/;

export interface GitOutcome {
  readonly code: number;
  /** Binary string. */
  readonly out: string;
  readonly err: string;
}

export class Git {
  /** @param options before every command: `-C DIR`, `--git-dir=DIR` and the like */
  constructor(
    readonly directory: string,
    readonly options: readonly string[] = [],
  ) {}

  /** Runs a command to its end. Throws {@linkcode ExportError} `no_git` where there is no git. */
  async run(
    args: readonly string[],
    input: Iterable<Uint8Array> | AsyncIterable<Uint8Array> | null = null,
  ): Promise<GitOutcome> {
    const child = this.#spawn(args, input !== null);
    const fed = input === null ? Promise.resolve() : feed(child.stdin, input);
    // Who feeds waits for who reads, and the other way round.
    const [{ code, stdout, stderr }] = await Promise.all([child.output(), fed]);
    const [out, err] = [stdout, stderr].map((bytes) => Buffer.from(bytes).toString("latin1"));
    return { code, out: out!, err: err!.trim() };
  }

  /** As {@linkcode run}, for what has to succeed; its output. Throws {@linkcode ExportError} `git_failed`. */
  async succeed(
    args: readonly string[],
    input: Iterable<Uint8Array> | AsyncIterable<Uint8Array> | null = null,
  ): Promise<string> {
    const { code, out, err } = await this.run(args, input);
    if (code === 0) return out;
    throw gitFailed(args, err);
  }

  /** One line of output; null where git has no answer. */
  async ask(...args: string[]): Promise<string | null> {
    const { code, out } = await this.run(args);
    return code === 0 ? out.replace(/\n$/, "") : null;
  }

  #spawn(args: readonly string[], hasInput: boolean): Deno.ChildProcess {
    const env = Object.entries(Deno.env.toObject()).filter(([name]) => !STRAY.test(name));
    try {
      return new Deno.Command("git", {
        args: [...this.options, ...args],
        cwd: this.directory,
        clearEnv: true,
        env: { ...Object.fromEntries(env), LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" },
        stdin: hasInput ? "piped" : "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
      throw new ExportError("no_git", 4, "Cannot run git: there is none on the PATH", {
        hint: "Install git",
        cause,
      });
    }
  }
}

/** A command of git that had to succeed did not. */
export function gitFailed([command]: readonly string[], said: string): ExportError {
  const why = said.split("\n").find((line) => /^(fatal|error):/.test(line)) ?? said.split("\n")[0];
  return new ExportError("git_failed", 1, `git ${command} failed: ${why}`);
}

/** A program that ends early says why itself. */
async function feed(
  stdin: WritableStream<Uint8Array>,
  input: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    for await (const block of blocksOf(input)) await writer.write(block);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
