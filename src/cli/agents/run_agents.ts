/**
 * Several runs of one command at the same time, each on a new branch of its own.
 *
 * @module
 */

import { join } from "node:path";
import type { ControlClient } from "../../control/client.ts";
import type { Ask } from "../../control/library/ask.ts";
import type { TestedMergeReport } from "../../control/shapes/tested_merge.ts";
import type { BranchReport } from "../../control/service/branches.ts";
import { checkNamespaces } from "../../daemon/runs/run_on_branch.ts";
import { startSupervised, type SupervisedPlan } from "../../daemon/runs/supervised_run.ts";
import { absolutePath } from "../../host/current_directory.ts";
import {
  changesOf,
  countsOf,
  type EndedRun,
  isDropped,
  isRecorded,
  labelOf,
  say,
} from "../after_run.ts";
import type { CommandInput } from "../command.ts";
import { describeError, usageError } from "../command_error.ts";
import type { RunAgentsOutput } from "../outputs/run.ts";
import { columns, counts, several } from "../print/format.ts";
import { printBytes, printErrorBytes, printJson, safe } from "../print/output.ts";
import { shellWord } from "../../host/shell_word.ts";
import { Interruption } from "./interruption.ts";
import type { RunPlace } from "./run_place.ts";
import { mergeByCommand } from "./tested_merge.ts";
import { labelledLines } from "./labelled_lines.ts";

/** What becomes of the work of the agents. */
export interface AgentsEnding {
  readonly place: RunPlace;
  /** Branch into which the first is merged that passes the test. */
  readonly into: string;
  /** The test; null: nothing is merged. */
  readonly test: string | null;
}

export interface AgentsPlan extends Omit<SupervisedPlan, "branch"> {
  /** Of the branches: `NAME-1`, `NAME-2` … */
  readonly name: string;
  /** What they begin with. */
  readonly from: string;
  readonly count: number;
}

type AgentRow = RunAgentsOutput["agents"][number];

const MOST_AGENTS = 64;

/** The number of `--agents`. */
export function agentCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= MOST_AGENTS) return count;
  throw usageError(
    `--agents needs a whole number from 1 to ${MOST_AGENTS}, not ${JSON.stringify(text)}`,
  );
}

/**
 * Resolves with the exit code: how many failed; with a test, whether something was merged; or 128 and the number of the signal
 * that ended them all.
 */
export async function runAgents(
  input: CommandInput,
  ask: Ask,
  plan: AgentsPlan,
  ending: AgentsEnding,
): Promise<number> {
  await checkNamespaces(plan);
  const logs = await logDirectory(input);
  const branches = await makeBranches(ask, plan);
  using interruption = new Interruption();
  const runs = branches.map((branch, i) => runOne(input, plan, { branch, agent: i + 1, logs }));
  for (const { child } of runs) interruption.endOnSignal(child);
  const exits = await Promise.all(runs.map(({ ended }) => ended));
  const agents: AgentRow[] = [];
  for (const [i, branch] of branches.entries()) {
    const run = { branch: branch.name, before: branch.head.id, isNew: true, code: exits[i]! };
    const row = await settle(input, ask, run);
    agents.push({ agent: i + 1, ...row, log: runs[i]!.log });
  }
  const failed = exits.filter((code) => code !== 0).length;
  tell(agents, failed);
  const isTested = ending.test !== null && interruption.exit === null;
  const merge = isTested ? await mergeFirst(ask, agents, ending) : null;
  const report = {
    base: plan.from,
    agents,
    failed,
    merge: typeof merge === "number" ? null : merge,
  };
  if (input.flags.has("json")) printJson(report);
  if (interruption.exit !== null) return interruption.exit;
  if (ending.test === null) return failed;
  return typeof merge === "number" ? merge : merge?.state === "merged" ? 0 : 1;
}

/** Of the agents that succeeded. Null if none left anything. */
async function mergeFirst(
  ask: Ask,
  agents: readonly AgentRow[],
  { place, into, test }: AgentsEnding,
): Promise<TestedMergeReport | number | null> {
  const sources = agents.filter(({ exit, state }) => exit === 0 && state === "changed")
    .map(({ branch }) => branch);
  if (sources.length === 0) {
    say("no agent that succeeded left anything to merge");
    return null;
  }
  const merge = await mergeByCommand(ask, place, { sources, into, take: "first", command: test! });
  if (typeof merge === "number") return merge;
  if (merge.state === "merged") {
    say(`merged ${safe(merge.taken!.join(", "))} into ${safe(into)}; agentvfs undo takes it back`);
  } else say(`nothing was merged into ${safe(into)}`);
  return merge;
}

async function logDirectory(input: CommandInput): Promise<string | null> {
  const named = input.values.get("logs");
  if (named === undefined) return null;
  const path = absolutePath(named);
  await Deno.mkdir(path, { recursive: true }).catch((error) => {
    throw usageError(`Cannot make the directory ${path} of --logs: ${error.message}`);
  });
  return path;
}

/** All of them, or none. */
async function makeBranches(ask: Ask, { name, from, count }: AgentsPlan): Promise<BranchReport[]> {
  const made: BranchReport[] = [];
  try {
    for (let i = 1; i <= count; i++) {
      made.push(await ask((client, isAgain) => make(client, `${name}-${i}`, from, isAgain)));
    }
    return made;
  } catch (error) {
    for (const branch of made) {
      await ask((client, isAgain) => isDropped(client, branch.name, isAgain)).catch(() => {});
    }
    throw error;
  }
}

async function make(
  client: ControlClient,
  name: string,
  from: string,
  isAgain: boolean,
): Promise<BranchReport> {
  try {
    return await client.createBranch({ name, from });
  } catch (error) {
    // It was made, and the answer was lost.
    if (!isAgain || describeError(error).code !== "branch_exists") throw error;
    return await client.showBranch({ name });
  }
}

interface OneRun {
  readonly branch: BranchReport;
  readonly agent: number;
  /** Where logs go; null: what it writes is shown. */
  readonly logs: string | null;
}

function runOne(
  input: CommandInput,
  { name: _name, from: _from, count, ...plan }: AgentsPlan,
  { branch, agent, logs }: OneRun,
): { child: Deno.ChildProcess; ended: Promise<number>; log: string | null } {
  const log = logs === null ? null : join(logs, `${branch.name.replaceAll("/", "-")}.log`);
  const file = log === null
    ? null
    : Deno.openSync(log, { write: true, create: true, truncate: true });
  const child = startSupervised(
    { ...plan, branch: branch.name },
    { AGENTVFS_AGENT: String(agent), AGENTVFS_AGENTS: String(count) },
    { stdin: "null", stdout: "piped", stderr: "piped" },
  );
  const label = file === null ? `[${agent}] ` : "";
  const writeOut = file !== null
    ? (bytes: Uint8Array) => void file.writeSync(bytes)
    : input.flags.has("json")
    ? printErrorBytes
    : printBytes;
  const writeError = file === null ? printErrorBytes : writeOut;
  const ended = Promise.all([
    child.status,
    labelledLines(child.stdout, label, writeOut),
    labelledLines(child.stderr, label, writeError),
  ]).then(([{ code }]) => code).finally(() => file?.close());
  return { child, ended, log };
}

/** What an agent left is recorded if that was asked for; a branch in which nothing was changed goes. */
async function settle(
  input: CommandInput,
  ask: Ask,
  run: EndedRun,
): Promise<Omit<AgentRow, "agent" | "log">> {
  const { branch, before, code: exit } = run;
  return await ask(async (client, isAgain) => {
    const changes = await changesOf(client, run, isAgain);
    const changed = countsOf(changes);
    if (changes.length === 0) {
      const isGone = await isDropped(client, branch, isAgain);
      return { branch, exit, state: isGone ? "unchanged" : "kept", changed };
    }
    const label = labelOf(input);
    const isAsked = input.flags.has("checkpoint-on-exit");
    if (isAsked && !await isRecorded(client, branch, before, label)) {
      await client.checkpoint({ branch, label });
    }
    return { branch, exit, state: "changed", changed };
  });
}

function tell(agents: readonly AgentRow[], failed: number): void {
  const count = several(agents.length, "agent");
  say(`${count} ended, ${failed === 0 ? "none" : failed} failed`);
  const rows = agents.map(({ agent, branch, exit, state, changed }) => [
    `  [${agent}]`,
    safe(branch),
    `exit ${exit}`,
    state === "unchanged"
      ? "nothing changed; its branch is gone"
      : state === "kept"
      ? "nothing changed; its branch stays, because others work in it"
      : counts(changed),
  ]);
  for (const line of columns(rows)) say(line);
  const left = agents.filter(({ state }) => state === "changed");
  if (left.length === 0) return;
  const names = left.map(({ branch }) => shellWord(branch)).join(" ");
  say(`  look at one:   agentvfs diff --branch ${shellWord(left[0]!.branch)}`);
  say(`  merge one:     agentvfs merge --best-of ${names} --test CMD`);
}
