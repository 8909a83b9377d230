import { resolve } from "node:path";
import type { BranchReport } from "../../../control/service/branches.ts";
import { ControlClient } from "../../../control/client.ts";
import { findAround } from "../../../daemon/workspaces/find_daemon.ts";
import { runInView } from "../../../daemon/runs/run_view.ts";
import { startOrReuse } from "../../../daemon/keeper/start_daemon.ts";
import type { Command, CommandInput } from "../../command.ts";
import { CommandError, describeError, usageError } from "../../command_error.ts";
import { daemonConfig } from "../../daemon_options.ts";
import { counts } from "../../print/format.ts";
import { withConflicts } from "../../print/merge_output.ts";
import { printError, safe } from "../../print/output.ts";
import { shellWord } from "../../shell_word.ts";

export const command: Command = {
  name: "run",
  brief: "run a program on a branch, which it sees at the project's own path",
  prints: null,
  positionals: { usage: "[--] PROGRAM [ARG…]", min: 1, max: Infinity },
  runsProgram: true,
  options: {
    branch: { value: "B", short: "b", brief: "branch, made if need be; else a new one" },
    new: { brief: "a new branch, with a name of its own" },
    from: { value: "REF", brief: "what a new branch starts with; else main" },
    at: { value: "DIRS", brief: "show it there too (several with : between)" },
    confine: { brief: "the rest of the machine is read-only to it" },
    allow: { value: "PATHS", brief: "stay writable with --confine (: between)" },
    "checkpoint-on-exit": { brief: "record what the program leaves" },
    "merge-on-success": { brief: "merge it into main if the program ends with 0" },
  },
  details: `Starts a daemon where none runs. Ends with the program's exit code, and ends
what the program left running. --confine leaves /tmp, /var/tmp and what agents
keep in the home directory (.claude, .codex, .cache, …) writable.`,
  example: "run --branch cart --confine -- claude",
  async run(input) {
    const { client, source, mount, store, socket } = await daemonOf(input);
    using _ = client;
    const { branch, isNew } = await branchOf(client, input);
    const before = branch.head.id;
    const code = await runInView({
      branch: branch.name,
      source,
      mount,
      store,
      socket,
      at: paths(input.values.get("at")),
      allow: input.flags.has("confine") ? paths(input.values.get("allow")) : null,
      cwd: Deno.cwd(),
      command: input.positionals,
    });
    return await afterwards(input, client, { branch, before, isNew, code });
  },
};

interface Place {
  client: ControlClient;
  source: string;
  mount: string;
  store: string;
  socket: string;
}

/** The daemon of the project, started if it does not run. */
async function daemonOf(input: CommandInput): Promise<Place> {
  const named = input.values.get("sock");
  if (named !== undefined) return await connected(resolve(named));
  const directory = resolve(input.values.get("project") ?? ".");
  const found = await findAround(directory);
  if (found !== null) {
    const client = await connected(found.socket).catch(() => null);
    if (client !== null) return client;
  }
  const known = found?.workspace ?? null;
  const config = await daemonConfig(input, known?.source ?? directory, false, known);
  const { status } = await startOrReuse(config, { force: false });
  return await connected(status.socket);
}

async function connected(socket: string): Promise<Place> {
  const client = await ControlClient.connect(socket);
  const { source, mount, store } = await client.status();
  return { client, source, mount, store, socket };
}

async function branchOf(
  client: ControlClient,
  input: CommandInput,
): Promise<{ branch: BranchReport; isNew: boolean }> {
  const name = input.values.get("branch");
  const from = input.values.get("from");
  if (name !== undefined && input.flags.has("new")) {
    throw usageError("--branch and --new exclude each other");
  }
  if (name === "main") {
    throw usageError("main is what the mount shows", "Run the program there, without agentvfs run");
  }
  if (name !== undefined) {
    const known = await client.showBranch({ name }).catch((error) => {
      if (describeError(error).code === "unknown_branch") return null;
      throw error;
    });
    if (known !== null && from !== undefined) {
      throw usageError(`Branch ${name} is there already, so --from means nothing`);
    }
    if (known !== null) return { branch: known, isNew: false };
  }
  const start = from === undefined ? {} : { from };
  const branch = await client.createBranch({ name: name ?? newName(), ...start });
  return { branch, isNew: name === undefined };
}

/** `run/20260102-030405-1a2b`. */
function newName(): string {
  const time = new Date().toISOString().replace(/[-:]|\..*/g, "").replace("T", "-");
  return `run/${time}-${crypto.randomUUID().slice(0, 4)}`;
}

function paths(text: string | undefined): string[] {
  return (text ?? "").split(":").filter((path) => path !== "").map((path) => resolve(path));
}

interface Ended {
  readonly branch: BranchReport;
  /** The branch's head when the program began. */
  readonly before: string;
  readonly isNew: boolean;
  readonly code: number;
}

/** Says what the program left, and what can be done with it. */
async function afterwards(
  input: CommandInput,
  client: ControlClient,
  { branch: { name }, before, isNew, code }: Ended,
): Promise<number> {
  const { changes } = await client.diff({ branch: name, from: before });
  if (changes.length === 0) {
    if (isNew) await client.deleteBranch({ name });
    say(`nothing changed${isNew ? "" : ` in branch ${name}`}`);
    return code;
  }
  const label = `run ${input.positionals.join(" ")}`.slice(0, 200);
  if (input.flags.has("checkpoint-on-exit")) await client.checkpoint({ branch: name, label });
  const of = (statuses: string) => changes.filter(({ status }) => statuses.includes(status)).length;
  const changed = { added: of("A"), modified: of("MT"), deleted: of("D") };
  say(`branch ${name} has changes: ${counts(changed)}`);
  if (input.flags.has("merge-on-success") && code === 0) return await merge(input, client, name);
  const word = shellWord(name);
  say(`  look at them:  agentvfs diff --branch ${word}`);
  say(`  merge them:    agentvfs merge ${word}`);
  say(`  drop them:     agentvfs branch delete ${word}`);
  return code;
}

async function merge(input: CommandInput, client: ControlClient, name: string): Promise<number> {
  try {
    await withConflicts(input, () => client.merge({ sources: [name] }));
  } catch (error) {
    const { code, message, hint } = describeError(error);
    if (code !== "merge_conflicts") throw error;
    throw new CommandError(code, 1, message, hint === undefined ? {} : { hint });
  }
  say(`merged into main; agentvfs undo takes it back`);
  return 0;
}

/** To standard error: standard output is the program's. */
function say(text: string): void {
  printError(`agentvfs: ${safe(text)}`);
}
