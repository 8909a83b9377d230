/**
 * The agents themselves, from npm, in a directory that is kept for the next time.
 *
 * @module
 */

import { join } from "node:path";
import { run } from "../support/process.ts";

/** Exact versions: what they do is what is tested. */
const PACKAGES = {
  claude: "@anthropic-ai/claude-code@2.1.332",
  codex: "@openai/codex@0.171.0",
  gemini: "@google/gemini-cli@0.61.0",
  opencode: "opencode-ai@1.18.33",
} as const;
export type AgentName = keyof typeof PACKAGES;

const DEADLINE_MS = 300_000;
/** Where there is no network that should be known soon. */
const FLAGS = [
  ...["--no-fund", "--no-audit", "--loglevel", "error"],
  ...["--fetch-retries", "1", "--fetch-retry-mintimeout", "1000"],
];

/** The directory with an agent's program, or why there is none. */
export type Installed = { readonly bin: string } | { readonly missing: string };

const asked = new Map<AgentName, Promise<Installed>>();

/** Installs what is not there; asks npm once. */
export function installed(agent: AgentName): Promise<Installed> {
  const answer = asked.get(agent) ?? install(agent);
  asked.set(agent, answer);
  return answer;
}

async function install(agent: AgentName): Promise<Installed> {
  const root = Deno.env.get("AGENTVFS_AGENTS_DIR") ??
    `${Deno.env.get("HOME")}/.cache/agentvfs/agents`;
  const prefix = join(root, PACKAGES[agent].replaceAll(/[@/]+/g, "-").replace(/^-/, ""));
  const bin = join(prefix, "node_modules/.bin");
  const isThere = () => Deno.stat(join(bin, agent)).then(() => true, () => false);
  if (await isThere()) return { bin };
  await Deno.mkdir(prefix, { recursive: true });
  const npm = ["npm", "install", "--prefix", prefix, ...FLAGS, PACKAGES[agent]];
  const outcome = await run(npm, { deadlineMs: DEADLINE_MS }).catch((error) => ({
    code: 1,
    stderr: String(error),
  }));
  if (outcome.code === 0 && await isThere()) return { bin };
  const said = outcome.stderr.trim().split("\n").slice(0, 2).join(" ").slice(0, 200);
  return { missing: `npm does not give ${PACKAGES[agent]}: ${said}` };
}
