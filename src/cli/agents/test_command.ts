/**
 * A test that is a shell command, run on a branch as `agentvfs run` does.
 *
 * @module
 */

import type { TestResult, Trial } from "../../control/library/merge_tested_options.ts";
import { startSupervised } from "../../daemon/runs/supervised_run.ts";
import { shellCommand } from "../../host/shell_word.ts";
import { printErrorBytes } from "../print/output.ts";
import type { Interruption } from "./interruption.ts";
import { directoryInView, type RunPlace } from "./run_place.ts";

export interface TestCommand {
  readonly place: RunPlace;
  /** For a shell. It passes if it ends with 0. */
  readonly command: string;
  /** It has to say how good the candidate is: a number, on the last line of its standard output. */
  readonly isScored: boolean;
  readonly interruption: Interruption;
}

/** More of the last line than a number can be. */
const LAST_LINE_BYTES = 256;

export async function runTest(
  { place, command, isScored, interruption }: TestCommand,
  { branch, sources }: Trial,
): Promise<TestResult & { exit: number }> {
  const { source, mount, store, socket } = place;
  const { program, args, windowsRawArguments: isRaw = false } = shellCommand(command);
  const child = startSupervised(
    {
      branch,
      source,
      mount,
      store,
      socket,
      at: [],
      confine: null,
      network: null,
      watch: false,
      cwd: directoryInView(place, [], source),
      command: [program, ...args],
      isRaw,
    },
    { AGENTVFS_SOURCES: sources.join(" ") },
    { stdin: "null", stdout: "piped", stderr: "inherit" },
  );
  interruption.endOnSignal(child);
  const [{ code: exit }, last] = await Promise.all([child.status, shownWithLastLine(child.stdout)]);
  if (!isScored || exit !== 0) return { passed: exit === 0, exit };
  const score = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(last) ? Number(last) : NaN;
  return Number.isFinite(score) ? { passed: true, exit, score } : { passed: false, exit };
}

/** Shows all of it on standard error. Resolves with the last line that is not empty. */
async function shownWithLastLine(output: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let end = "";
  for await (const chunk of output) {
    printErrorBytes(chunk);
    end = (end + decoder.decode(chunk, { stream: true })).replace(/^.*\n(?=.*\S)/s, "");
    if (end.length > LAST_LINE_BYTES) end = end.slice(-LAST_LINE_BYTES);
  }
  return end.trim();
}
