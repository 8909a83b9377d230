/**
 * The real agents, as they come from npm, for tests: installed into a cache, run in a home directory of their own against a
 * scripted model.
 *
 * @module
 */

import { join } from "node:path";
import { HOOK_LINE } from "../support/hook_line.ts";
import { type Outcome, run } from "../support/process.ts";
import { type ScriptedModel, startModel, type Turn } from "./scripted_model.ts";

const PACKAGES = ["@anthropic-ai/claude-code@2.1.332", "@openai/codex@0.171.0"];
const INSTALL_DEADLINE_MS = 300_000;
const RUN_DEADLINE_MS = 60_000;

/** Directory with their executables, or why there is none. */
export type Installed = { readonly bin: string } | { readonly why: string };

/** Installs them unless they are in the cache: `AGENTVFS_TEST_AGENTS`, or one in the user's. */
export async function installAgents(): Promise<Installed> {
  const cache = Deno.env.get("AGENTVFS_TEST_AGENTS") ??
    join(
      Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`,
      "agentvfs-test-agents",
    );
  const bin = join(cache, "node_modules/.bin");
  const isThere = (name: string) => Deno.stat(join(bin, name)).then(() => true, () => false);
  if (await isThere("claude") && await isThere("codex")) return { bin };
  await Deno.mkdir(cache, { recursive: true });
  const command = ["npm", "install", "--prefix", cache, "--no-fund", "--no-audit", ...PACKAGES];
  const outcome = await run(command, { deadlineMs: INSTALL_DEADLINE_MS })
    .catch(({ message }: Error) => ({ code: 1, stderr: message }));
  if (outcome.code === 0) return { bin };
  return { why: `npm does not give them: ${outcome.stderr.trim().split("\n")[0]}` };
}

/** Events that agents tell of. Codex passes over those that it does not know. */
const EVENTS = [
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
  "SubagentStop",
  "Stop",
  "SessionEnd",
];

export interface AgentRun {
  /** Where it works. */
  readonly cwd: string;
  /** Home directory and temporary directory are made in it. */
  readonly place: string;
  readonly script: readonly Turn[];
  readonly prompt?: string;
  /** Claude: its own sandbox is on. Codex's always is. */
  readonly sandbox?: boolean;
  /** What stands before the agent's command, as `agentvfs run --`. */
  readonly before?: readonly string[];
  readonly env?: Record<string, string>;
}

export interface AgentOutcome extends Outcome {
  /** All that the model was told. */
  readonly told: string;
}

/** `claude -p` with our hooks. */
export async function runClaude(bin: string, options: AgentRun): Promise<AgentOutcome> {
  const home = join(options.place, "home");
  await Deno.mkdir(join(home, ".claude"), { recursive: true });
  const sandbox = options.sandbox
    ? { sandbox: { enabled: true, failIfUnavailable: true, enableWeakerNestedSandbox: true } }
    : {};
  const settings = { hooks: hooksOf(EVENTS), ...sandbox };
  await Deno.writeTextFile(join(home, ".claude/settings.json"), JSON.stringify(settings));
  return await withModel(options, (model) => {
    const env = {
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${model.port}`,
      ANTHROPIC_API_KEY: "sk-ant-test",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_TELEMETRY: "1",
      DISABLE_AUTOUPDATER: "1",
      DISABLE_ERROR_REPORTING: "1",
    };
    const { prompt = "fix the cart" } = options;
    const args = ["-p", prompt, "--permission-mode", "acceptEdits", "--allowedTools", "Bash"];
    return runAgent(bin, home, options, env, [join(bin, "claude"), ...args]);
  });
}

/** `codex exec --sandbox workspace-write` with our hooks, which it is told to trust. */
export async function runCodex(bin: string, options: AgentRun): Promise<AgentOutcome> {
  const home = join(options.place, "home");
  await Deno.mkdir(join(home, ".codex"), { recursive: true });
  const hooks = { hooks: hooksOf(EVENTS.filter((name) => !CLAUDES_OWN.has(name))) };
  await Deno.writeTextFile(join(home, ".codex/hooks.json"), JSON.stringify(hooks));
  return await withModel(options, async (model) => {
    await Deno.writeTextFile(join(home, ".codex/config.toml"), codexConfig(model.port));
    const args = ["exec", "--sandbox", "workspace-write", "--dangerously-bypass-hook-trust"];
    const command = [join(bin, "codex"), ...args, options.prompt ?? "fix the cart"];
    return await runAgent(bin, home, options, { SCRIPTED_KEY: "x" }, command);
  });
}

const CLAUDES_OWN = new Set(["PostToolUseFailure", "PostToolBatch"]);

function hooksOf(events: readonly string[]): object {
  const hook = { type: "command", command: HOOK_LINE, timeout: 10 };
  return Object.fromEntries(events.map((event) => [event, [{ hooks: [hook] }]]));
}

function codexConfig(port: number): string {
  return `model = "gpt-5.5"
model_provider = "scripted"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
`;
}

async function withModel(
  { script }: AgentRun,
  body: (model: ScriptedModel) => Promise<Outcome>,
): Promise<AgentOutcome> {
  const model = startModel(script);
  try {
    const outcome = await body(model);
    return { ...outcome, told: model.asked.flatMap(({ texts }) => texts).join("\n") };
  } finally {
    await model.close();
  }
}

/** With nothing of this process's environment: no keys of anybody's, no configuration. */
async function runAgent(
  bin: string,
  home: string,
  { cwd, place, before = [], env }: AgentRun,
  own: Record<string, string>,
  command: readonly string[],
): Promise<Outcome> {
  const tmp = join(place, "tmp");
  await Deno.mkdir(tmp, { recursive: true });
  const variables = {
    HOME: home,
    PATH: `${bin}:${Deno.env.get("PATH")}`,
    LANG: "C.UTF-8",
    TMPDIR: tmp,
    ...own,
    ...env,
  };
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return await run(["env", "-i", ...words, ...before, ...command], {
    cwd,
    deadlineMs: RUN_DEADLINE_MS,
  });
}
