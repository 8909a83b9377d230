/**
 * Which of several tool calls that are under way at once a change belongs to: the one place that says so.
 *
 * A shell command is told by the processes that changed the path: the nearest of them, or of those that started them, whose
 * arguments hold the command, and which began after the call. What an agent's own tool edits is told by the file that the call
 * names. Where neither tells, time is all there is.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { SeenProcess, Witnessed } from "../../mount/recording/change_witness.ts";

/** A call as far as this needs it. */
export interface CallUnderWay {
  readonly id: string;
  /** The shell command; null: it is none. */
  readonly command: string | null;
  /** Paths that it says it edits, in the tree: binary strings. */
  readonly files: readonly string[];
  /** When it began, ms since the machine started. */
  readonly since: number;
}

/** A process may have begun in the tick of the clock before its call. */
const TICK_MS = 20;

export class CallOfChange {
  readonly #calls: readonly CallUnderWay[];
  readonly #byPath: ReadonlyMap<string, readonly number[]>;
  readonly #byWriter: readonly (string | null)[];

  constructor(calls: readonly CallUnderWay[], witnessed: Witnessed) {
    this.#calls = calls;
    this.#byPath = new Map(witnessed.paths);
    this.#byWriter = witnessed.writers.map((writer) => callOfWriter(calls, writer));
  }

  /** Ids of the calls that changed a path (a binary string of the tree). None: nobody saw who did. */
  of(path: string): ReadonlySet<string> {
    const writers = this.#byPath.get(path) ?? [];
    const found = writers.flatMap((writer) => this.#byWriter[writer] ?? []);
    if (found.length > 0) return new Set(found);
    return new Set(this.#calls.filter(({ files }) => files.includes(path)).map(({ id }) => id));
  }
}

/** The nearest process that any call's command is found in tells. */
function callOfWriter(
  calls: readonly CallUnderWay[],
  writer: readonly SeenProcess[],
): string | null {
  for (const { args, start } of writer) {
    const said = bare(args.join(" "));
    const like = calls
      .map(({ id, command, since }) => ({ id, command: bareCommand(command), since }))
      .filter(({ command, since }) =>
        command !== "" && start >= since - TICK_MS && said.includes(command)
      )
      .sort((a, b) => b.command.length - a.command.length);
    const [best, second] = like;
    if (best === undefined) continue;
    return second?.command.length === best.command.length ? null : best.id;
  }
  return null;
}

/** A command that was cut has an ellipsis at its end. */
function bareCommand(command: string | null): string {
  return bare(binaryString((command ?? "").replace(/…$/, "")));
}

/** Without what shells and agents put in or take out where they quote. */
function bare(text: string): string {
  return text.replaceAll(/[\s'"\\]/g, "");
}
