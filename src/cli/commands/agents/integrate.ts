import { structuredPatch } from "diff";
import { type Agent, AGENTS, type Places, targetsOf } from "../../../agents/integrate/agents.ts";
import { carryOut, type FilePlan, plan, type Wish } from "../../../agents/integrate/integrate.ts";
import { foundAgents } from "../../../agents/integrate/offered.ts";
import { TargetError } from "../../../agents/integrate/target.ts";
import { stateRoot } from "../../../daemon/workspaces/workspace.ts";
import { absolutePath } from "../../../host/current_directory.ts";
import { agentPlaces } from "./agent_places.ts";
import type { Command, CommandInput } from "../../command.ts";
import { CommandError, usageError } from "../../command_error.ts";
import { DRY_RUN_OPTION } from "../../options/history_options.ts";
import { print, printJson, safe, type Style, style } from "../../print/output.ts";

export const command: Command = {
  name: "integrate",
  brief: "make coding agents know agentvfs: plug-in, skill, hooks, tools",
  prints: () => import("../../outputs/integrate.ts"),
  positionals: { usage: "[AGENT…]", min: 0, max: AGENTS.length, completes: { AGENT: AGENTS } },
  options: {
    user: { brief: "in all your projects (the default)" },
    project: { brief: "in the directory you stand in only" },
    directory: { value: "DIR", short: "C", brief: "stand in this one" },
    "dry-run": DRY_RUN_OPTION,
    uninstall: { brief: "take it out again" },
  },
  details: `AGENT is claude, codex, gemini, opencode, cursor, vscode or all. Without one:
the agents that have a directory in your home. Shows each file, and each line in
files that are yours; all else in them stays as it is, to the byte. Repeating it
brings it up to date. docs/integrate.md says what is where.`,
  example: "integrate claude --dry-run",
  async run(input) {
    const project = scopeOf(input);
    const places = agentPlaces(project);
    const uninstall = input.flags.has("uninstall");
    const agents = await agentsOf(input, places);
    const wishes = agents.map((agent): Wish => ({
      user: `${agent} ${project ?? "user"}`,
      targets: uninstall ? [] : targetsOf(agent, places),
    }));
    const dryRun = input.flags.has("dry-run");
    const files = await done(wishes, dryRun);
    const next = dryRun || uninstall ? [] : nextSteps(agents, project);
    if (input.flags.has("json")) {
      const shown = files.map(({ path, action, kept, ...file }) => ({
        path,
        action,
        lines: linesOf(file),
        kept,
      }));
      printJson({ dryRun, uninstall, agents, scope: project ?? "user", files: shown, next });
      return 0;
    }
    for (const file of files) printFile(file);
    const changed = files.some(({ action }) => action !== "keep");
    if (!changed) print(uninstall ? "there is nothing to take out" : "everything is there already");
    else if (dryRun) print("nothing was done");
    for (const sentence of next) print(`next: ${sentence}`);
    return 0;
  },
};

/** Of a line; a file may be all on one. */
const SHOWN_CHARACTERS = 160;

/** What only the person can do. */
const NEXT: Readonly<Record<Agent, string>> = {
  claude: "start claude anew, in a mount; /agentvfs:checkpoints lists the checkpoints",
  codex:
    "start codex anew, in a mount, and trust the hooks when it asks, once; until then they do not run",
  gemini: "start gemini anew, in a mount",
  opencode: "start opencode anew, in a mount",
  cursor: "open a mount in cursor",
  vscode: "open a mount in vscode; chat.hookFilesLocations must not leave out ~/.copilot/hooks",
};

function nextSteps(agents: readonly Agent[], project: string | null): string[] {
  const steps = agents.map((agent) => NEXT[agent]);
  const asking = agents.filter((agent) => agent === "claude" || agent === "codex");
  if (project === null || asking.length === 0) return steps;
  return [
    ...steps,
    `trust the directory when you are asked by ${
      asking.join(" and ")
    }: else what is written in it is not read`,
  ];
}

function scopeOf({ flags, values }: CommandInput): string | null {
  if (flags.has("user") && flags.has("project")) {
    throw usageError("--user and --project are two places", "Choose one of them");
  }
  return flags.has("project") ? absolutePath(values.get("directory") ?? ".") : null;
}

async function agentsOf({ positionals }: CommandInput, places: Places): Promise<readonly Agent[]> {
  const known: readonly string[] = AGENTS;
  const strange = positionals.find((name) => name !== "all" && !known.includes(name));
  if (strange !== undefined) {
    throw usageError(
      `There is no agent ${JSON.stringify(safe(strange))} here`,
      `Agents: ${AGENTS.join(", ")}, or all`,
    );
  }
  if (positionals.includes("all")) return AGENTS;
  if (positionals.length > 0) return AGENTS.filter((agent) => positionals.includes(agent));
  const found = await foundAgents(places);
  if (found.length > 0) return found;
  throw new CommandError("no_agents", 1, `There is no agent's directory in ${safe(places.home)}`, {
    hint: `Name the agent: agentvfs integrate ${AGENTS.join("|")}`,
  });
}

async function done(wishes: readonly Wish[], dryRun: boolean): Promise<readonly FilePlan[]> {
  try {
    const planned = await plan(stateRoot(), wishes);
    const [first] = planned.refusals;
    if (first !== undefined) {
      const list = planned.refusals.map(({ path, message }) => `${safe(path)}: ${message}`);
      throw new CommandError("cannot_integrate", 1, `Nothing was written. ${list.join("; ")}`, {
        hint: "Mend the file, or name the agents that are meant without this one",
        details: planned.refusals,
      });
    }
    if (!dryRun) await carryOut(stateRoot(), planned);
    return planned.files;
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    throw new CommandError(
      "cannot_integrate",
      1,
      `Nothing was written. ${safe(error.path)}: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

const ACTION_STYLES: Readonly<Record<FilePlan["action"], Style>> = {
  create: "green",
  edit: "yellow",
  remove: "red",
  keep: "dim",
};

function printFile(file: FilePlan): void {
  const { path, action, kept } = file;
  if (action !== "keep") print(`${style(action, ACTION_STYLES[action])} ${safe(path)}`);
  for (const sentence of kept) print(`${style("keep", "dim")} ${safe(path)}: ${safe(sentence)}`);
  for (const line of linesOf(file)) {
    const shown = line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
    print(`    ${style(safe(shown), line.startsWith("+") ? "green" : "red")}`);
  }
}

/** What changes in a file that stays. */
function linesOf({ before, after }: Pick<FilePlan, "before" | "after">): string[] {
  if (before === null || after === null || before === after) return [];
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 0 });
  return hunks.flatMap(({ lines }) => lines).filter((line) => /^[+-]/.test(line));
}
