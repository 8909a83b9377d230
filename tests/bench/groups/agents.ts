/**
 * What an agent waits for because of its hook: the line of shell, and the answer.
 *
 * @module
 */

import { HOOK_LINE } from "../../../src/agents/plugin/hook_line.ts";
import { run } from "../../support/process.ts";
import { type Case, figure, type Group } from "../benchmark.ts";
import { mountTree, type Tree } from "../mount_tree.ts";

const SMALL = 1_000;
const ROUNDS = 30;
/** What a call may cost: when nothing was changed, and when twenty files were. */
const UNCHANGED_MS = 15;
const CHANGED_MS = 30;

const EVENT = JSON.stringify({
  session_id: "bench",
  transcript_path: "/nowhere/bench.jsonl",
  cwd: "/",
  prompt_id: "prompt",
  hook_event_name: "PostToolUse",
  tool_name: "Bash",
  tool_input: { command: "bench" },
  tool_use_id: "call",
  duration_ms: 1,
});

let changes = 0;

/** The hook of a call after which so many files are others. */
function hook(
  what: string,
  limits: { atMost?: number },
  place: (tree: Tree) => string,
  files: number,
): Case<Tree> {
  return figure<Tree>(what, "ms", limits, async (tree) => {
    const values: number[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      changes++;
      for (let i = 0; i < files; i++) {
        await Deno.writeTextFile(`${tree.project.mount}/hook-${i}`, `change ${changes}\n`);
      }
      const begun = performance.now();
      await run(["sh", "-c", HOOK_LINE], { cwd: place(tree), stdin: EVENT });
      if (round >= 0) values.push(performance.now() - begun);
    }
    return values;
  });
}

const inMount = ({ project }: Tree) => project.mount;

export const AGENTS: Group<Tree> = {
  title: "agents",
  setUp: async (run) => await mountTree(run, "agents", SMALL),
  cases: [
    hook("hook outside of a mount", {}, () => "/", 0),
    hook("hook, nothing changed", { atMost: UNCHANGED_MS }, inMount, 0),
    hook("hook, 20 files changed", { atMost: CHANGED_MS }, inMount, 20),
  ],
};
