/**
 * How far a long task is: one line that is written over where people look, lines of JSON for programs that asked
 * for JSON. Both go to standard error, so that standard output is the result alone.
 *
 * @module
 */

import type { ControlClient } from "../../control/client.ts";
import type { TaskReport } from "../../control/service/daemon.ts";
import { byteSize, grouped } from "./format.ts";
import { printError } from "./output.ts";

const LOOK_MS = 200;
const encoder = new TextEncoder();

export type ReportProgress = (progress: Omit<TaskReport, "name">) => void;

export class ProgressLine {
  readonly #json: boolean;
  readonly #terminal = Deno.stderr.isTerminal();
  #last = 0;
  #shown = false;

  /** @param json write lines of JSON */
  constructor(json: boolean) {
    this.#json = json;
  }

  readonly report: ReportProgress = (progress) => {
    const now = performance.now();
    if (now - this.#last < LOOK_MS) return;
    this.#last = now;
    if (this.#json) printError(JSON.stringify({ progress }));
    else if (this.#terminal) {
      this.#write(`\r\x1b[K${text(progress)}`);
      this.#shown = true;
    }
  };

  /** Takes the line away. */
  end(): void {
    if (this.#shown) this.#write("\r\x1b[K");
    this.#shown = false;
  }

  #write(text: string): void {
    Deno.stderr.writeSync(encoder.encode(text));
  }
}

function text({ phase, done, total, unit }: Omit<TaskReport, "name">): string {
  const amount = unit === "bytes" ? byteSize : grouped;
  if (total === 0) return `${phase}: ${amount(done)}`;
  const percent = Math.floor(100 * Math.min(1, done / total));
  return `${phase}: ${percent} %, ${amount(done)} of ${amount(total)}`;
}

/** Asks a daemon how far its task `name` is until `work` has settled. */
export async function whileWatching<T>(
  watcher: ControlClient,
  name: string,
  report: ReportProgress,
  work: Promise<T>,
): Promise<T> {
  let over = false;
  const settled = work.finally(() => over = true);
  const watch = async () => {
    while (!over) {
      const { tasks } = await watcher.tasks();
      const task = tasks.find((task) => task.name === name);
      if (task !== undefined) report(task);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };
  await Promise.race([settled, watch().catch(() => settled)]);
  return await settled;
}
