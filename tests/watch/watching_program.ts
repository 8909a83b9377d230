/**
 * A program that watches, and what it has printed so far.
 *
 * @module
 */

import { until } from "../support/process.ts";

const DEADLINE_MS = 60_000;

export interface ProgramOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
}

export class WatchingProgram {
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  output = "";

  constructor([program, ...args]: readonly string[], options: ProgramOptions) {
    this.#child = new Deno.Command(program!, {
      args,
      ...options,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdout, stderr } = this.#child;
    this.#read = Promise.all([this.#collect(stdout), this.#collect(stderr)]);
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.output += text;
  }

  /** Waits until `condition` gives something for what was printed so far. */
  async until<T>(what: string, condition: (output: string) => T | null | false): Promise<T> {
    try {
      return await until(what, () => condition(this.output), DEADLINE_MS);
    } catch (error) {
      console.error(`--- the end of what it printed:\n${this.output.slice(-3000)}\n---`);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stdin.close().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch { /* it has ended */ }
    await this.#child.status;
    await this.#read;
  }
}
