/**
 * The words of each agent's model for the same work.
 *
 * @module
 */

import type { Script } from "./bed.ts";

export interface Words {
  /** Commands of the shell, in one answer of the model. */
  shell(...commands: string[]): Script[number];
  /** An edit of a file by the agent's own tool. */
  edit(directory: string, file: string, from: string, to: string): Script;
  /** How the log names that. */
  edited(directory: string, file: string): string;
  /** What the subagent does, in isolation. It comes first in a script. */
  subagent(command: string): Script;
  /** Lets the subagent do it. */
  readonly delegate: Script;
  /** How the log tells of that. */
  readonly delegated: readonly string[];
}

const TASK = "do the part";
const PART = ".agentvfs/branches/part";

const claude: Words = {
  shell: (...commands) => ({
    tools: commands.map((command) => ({
      name: "Bash",
      input: { command, description: "work" },
    })),
  }),
  edit: (directory, file, from, to) => {
    const file_path = `${directory}/${file}`;
    return [
      { tools: [{ name: "Read", input: { file_path } }] },
      { tools: [{ name: "Edit", input: { file_path, old_string: from, new_string: to } }] },
    ];
  },
  edited: (directory, file) => `Edit: ${directory}/${file}`,
  subagent: (command) => [
    { when: { prompt: TASK }, ...claude.shell(command) },
    { when: { prompt: TASK }, text: "The part is done." },
  ],
  delegate: [{
    tools: [{
      name: "Agent",
      input: {
        description: "part",
        prompt: TASK,
        subagent_type: "general-purpose",
        run_in_background: false,
        isolation: "worktree",
      },
    }],
  }],
  // What it did is in the log of its own branch.
  delegated: ["Agent: part"],
};

const BRANCH = "echo branch create part >.agentvfs/ctl && cat .agentvfs/ctl";

const codex: Words = {
  shell: (...commands) => ({
    tools: commands.map((cmd) => ({ name: "exec_command", input: { cmd } })),
  }),
  edit: (_directory, file, from, to) => [{
    tools: [{
      name: "apply_patch",
      input: `*** Begin Patch\n*** Update File: ${file}\n@@\n-${from}\n+${to}\n*** End Patch\n`,
    }],
  }],
  edited: (_directory, file) => `apply_patch: ${file}`,
  // Its subagents have no directory of their own: the agent makes a branch, and they work there.
  subagent: (command) => [
    { when: { prompt: TASK }, ...codex.shell(`cd ${PART} && ${command}`) },
    { when: { prompt: TASK }, text: "The part is done." },
  ],
  delegate: [
    codexShell(BRANCH),
    collaborate("spawn_agent", { message: TASK }),
    {
      when: { result: '"agent_id":"([^"]+)"' },
      ...collaborate("wait_agent", { targets: ["$1"] }),
    },
  ],
  delegated: [`Bash: ${BRANCH}`, "spawn_agent", "subagent", `Bash: cd ${PART}`],
};

function codexShell(command: string): Script[number] {
  return { tools: [{ name: "exec_command", input: { cmd: command } }] };
}

function collaborate(name: string, input: object): object {
  return { tools: [{ name, namespace: "multi_agent_v1", input }] };
}

export const WORDS: Readonly<Record<"claude" | "codex", Words>> = { claude, codex };

/** What Claude Code's sandbox leaves in a tree for good, in a mount or not. */
export function isLeftBySandbox(path: string): boolean {
  return /^\.(claude|git)(\/|$)/.test(path);
}
