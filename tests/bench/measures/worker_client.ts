/**
 * The measuring process, as the benchmark sees it.
 *
 * @module
 */

import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { WorkerReply, WorkerRequest } from "./worker.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Longest time one measurement may take, ms. */
const DEADLINE_MS = 120_000;

export class MeasuringWorker {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  /** `within`: what begins the command line of a program that runs another one; `cwd`: where it is to begin. */
  constructor(env: Record<string, string>, within: readonly string[] = [], cwd = ROOT) {
    const worker = fileURLToPath(new URL("worker.ts", import.meta.url));
    const own = ["run", "-A", "--quiet", "--no-check", `--config=${ROOT}deno.json`, worker];
    const [command, ...args] = [...within, Deno.execPath(), ...own];
    this.#child = new Deno.Command(command!, {
      args,
      cwd,
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    // deno-lint-ignore no-explicit-any
    const input = Readable.fromWeb(this.#child.stdout as any);
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  /** Microseconds for one operation. Throws if the measurement failed or took too long. */
  async measure(request: WorkerRequest): Promise<number> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(request) + "\n"));
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), DEADLINE_MS);
    try {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`The measuring process ended during ${request.measure}`);
      const reply = JSON.parse(value) as WorkerReply;
      if ("error" in reply) throw new Error(reply.error);
      return reply.us;
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#child.status;
  }
}
