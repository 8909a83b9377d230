/**
 * How far a long task is: one line that is written over where people look, lines of JSON for programs that asked
 * for JSON. Both go to standard error, so that standard output is the result alone.
 *
 * @module
 */

import type { ControlClient } from "../../control/client.ts";
import type { TaskReport } from "../../control/service/daemon.ts";
import { byteSize, grouped } from "./format.ts";
import { isQuiet, printError } from "./output.ts";

const LOOK_MS = 200;
const encoder = new TextEncoder();

export type ReportProgress = (progress: Omit<TaskReport, "name">) => void;

export class ProgressLine {
  readonly #json: boolean;
  readonly #terminal = Deno.stderr.isTerminal() && !isQuiet();
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
      this.#write(`\r\x1b[K${progressText(progress, width())}`);
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

/** One line of at most `columns`: what is done, and, where it is known how much there is, a bar and a share of it. */
export function progressText(
  { phase, done, total, unit }: Omit<TaskReport, "name">,
  columns: number,
): string {
  const amount = unit === "bytes" ? byteSize : grouped;
  if (total === 0) return `${phase}: ${amount(done)}`.slice(0, columns);
  const share = Math.min(1, done / total);
  const percent = `${Math.floor(100 * share)} %`.padStart(5);
  const text = `${phase}: ${percent}, ${amount(done)} of ${amount(total)}`;
  const room = Math.min(MOST_BAR, columns - text.length - 4);
  if (room < LEAST_BAR) return text.slice(0, columns);
  const full = Math.floor(share * room);
  return `${text} [${"#".repeat(full)}${" ".repeat(room - full)}]`;
}

/** Cells of a bar: with fewer it tells nothing, more tell no more. */
const LEAST_BAR = 8;
const MOST_BAR = 40;

/** The terminal's, but for the last column, behind which some go on in a new line. */
function width(): number {
  try {
    return (Deno.consoleSize().columns || 80) - 1;
  } catch {
    return 79;
  }
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
