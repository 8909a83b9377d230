/**
 * What a person can ask for by name; clients show these as slash commands.
 *
 * @module
 */

import { ERROR, isRecord, RpcError } from "./messages.ts";

interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly { name: string; description: string; required: boolean }[];
  text(given: Readonly<Record<string, string>>): string;
}

const PROMPTS: readonly Prompt[] = [
  {
    name: "undo",
    title: "Undo",
    description: "Take files back to a checkpoint",
    arguments: [
      {
        name: "target",
        description: "A checkpoint's label or id, a tool call's id, or prompt:; else the last one",
        required: false,
      },
    ],
    text: ({ target }) =>
      target
        ? `Roll the working tree back to the agentvfs checkpoint ${
          JSON.stringify(target)
        } with the rollback tool. First call it with dryRun, and tell me what would change. Afterwards tell me what changed, and that the undo tool takes it back.`
        : "With the agentvfs tools: call status. If paths changed since the last checkpoint, show me with diff what they are, then roll back to HEAD. If none changed, list the checkpoints and ask me which one is meant. Afterwards tell me what changed, and that the undo tool takes it back.",
  },
  {
    name: "checkpoints",
    title: "Checkpoints",
    description: "List the checkpoints and what changed since the last one",
    arguments: [],
    text: () =>
      "Call the agentvfs tools status and log, and show me the checkpoints as a short table, newest first: id, label, time, what changed. Say whether something changed since the last one.",
  },
  {
    name: "branch",
    title: "Branch",
    description: "Work on a branch of its own",
    arguments: [{ name: "name", description: "Name of the branch", required: true }],
    text: ({ name }) =>
      `Make the agentvfs branch ${
        JSON.stringify(name)
      } with the branch_create tool if there is none yet (branch_list lists them), and do the work that follows in the directory that it says. When it is done, tell me how it can be merged.`,
  },
];

export function listPrompts(): object {
  return {
    prompts: PROMPTS.map(({ text: _, arguments: takes, ...prompt }) => ({
      ...prompt,
      ...(takes.length === 0 ? {} : { arguments: takes }),
    })),
  };
}

/** Throws {@linkcode RpcError} where none is meant, or an argument is missing. */
export function getPrompt(params: Readonly<Record<string, unknown>>): object {
  const prompt = PROMPTS.find(({ name }) => name === params.name);
  if (prompt === undefined) {
    throw new RpcError(ERROR.badParams, `There is no prompt ${JSON.stringify(params.name)}`);
  }
  const given = isRecord(params.arguments) ? params.arguments : {};
  const missing = prompt.arguments.find(({ name, required }) => required && !given[name]);
  if (missing !== undefined) {
    throw new RpcError(ERROR.badParams, `The prompt ${prompt.name} needs ${missing.name}`);
  }
  const text = prompt.text(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)])),
  );
  return {
    description: prompt.description,
    messages: [{ role: "user", content: { type: "text", text } }],
  };
}
