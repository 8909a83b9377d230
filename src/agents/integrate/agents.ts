/**
 * What each agent reads, and so what is put where.
 *
 * @module
 */

import { join } from "node:path";
import { mcpServer, PLUGIN, pluginFiles, STATUS_LINE_FILE } from "../plugin/plugin_files.ts";
import { codexHooks, cursorHooks, geminiHooks, type Hooks, vscodeHooks } from "../plugin/hooks.ts";
import { OPENCODE_PLUGIN } from "../plugin/opencode_plugin.ts";
import { posixWord } from "../../host/shell_word.ts";
import { skill } from "../plugin/skill.ts";
import { COMMENT_MARKS } from "./edit_block.ts";
import type { JsonEdit } from "./edit_json.ts";
import type { Target } from "./target.ts";

export const AGENTS = ["claude", "codex", "gemini", "opencode", "cursor", "vscode"] as const;
export type Agent = typeof AGENTS[number];

/** Where things are on this machine. */
export interface Places {
  /** The person's home directory. */
  readonly home: string;
  /** Where programs with windows keep their settings. */
  readonly settings: string;
  /** Where the plug-in's directory is put. */
  readonly plugin: string;
  /** Of agents that are told by the environment: CLAUDE_CONFIG_DIR, CODEX_HOME, XDG_CONFIG_HOME. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Only for the project in this directory; null: for all of the person's. */
  readonly project: string | null;
  readonly version: string;
  /** How agents start agentvfs. */
  readonly program: string;
  isFile(path: string): boolean;
}

/** The name of the Skill where it lies beside those of others. */
const SKILL = "agentvfs-checkpoint";
/** The original's, for Claude Code. */
const ORIGINAL_SKILL = "agentvfs-workspace";

/** The directory of an agent's own configuration; that it is there says that the person has the agent. */
export function agentHome(
  agent: Agent,
  { home, settings, env }: Pick<Places, "home" | "settings" | "env">,
): string {
  switch (agent) {
    case "claude":
      return env.CLAUDE_CONFIG_DIR || join(home, ".claude");
    case "codex":
      return env.CODEX_HOME || join(home, ".codex");
    case "gemini":
      return join(home, ".gemini");
    case "opencode":
      return join(env.XDG_CONFIG_HOME || join(home, ".config"), "opencode");
    case "cursor":
      return join(home, ".cursor");
    case "vscode":
      return join(settings, "Code");
  }
}

/** What an agent needs, in the order in which it is written. */
export function targetsOf(agent: Agent, places: Places): Target[] {
  const own = agentHome(agent, places);
  const { project } = places;
  switch (agent) {
    case "claude":
      return claude(places, own);
    case "codex":
      return codex(places, project === null ? own : join(project, ".codex"));
    case "gemini":
      return gemini(places, project === null ? own : join(project, ".gemini"));
    case "opencode":
      return opencode(places, own);
    case "cursor":
      return cursor(places, project === null ? own : join(project, ".cursor"));
    case "vscode":
      return vscode(places, own);
  }
}

function claude({ plugin, project, version, program }: Places, own: string): Target[] {
  const files = [...pluginFiles(version, program)].map(([path, text]): Target => ({
    kind: "file",
    path: join(plugin, path),
    text,
    ...(path === STATUS_LINE_FILE ? { mode: 0o755 } : {}),
  }));
  const source = { source: { source: "directory", path: plugin } };
  const edits: JsonEdit[] = [
    { path: ["extraKnownMarketplaces", PLUGIN], value: source },
    { path: ["enabledPlugins", `${PLUGIN}@${PLUGIN}`], value: true },
    {
      path: ["statusLine"],
      value: { type: "command", command: posixWord(join(plugin, STATUS_LINE_FILE)) },
    },
  ];
  // What is for one project is not for those who share it: the path is of this machine.
  const settings = project === null
    ? join(own, "settings.json")
    : join(project, ".claude/settings.local.json");
  const original: Target = {
    kind: "original-file",
    path: join(own, "skills", ORIGINAL_SKILL, "SKILL.md"),
    text: skill(ORIGINAL_SKILL),
  };
  return [
    ...files,
    { kind: "json", path: settings, edits },
    ...(project === null ? [original] : []),
  ];
}

function codex(places: Places, own: string): Target[] {
  const { command, args } = mcpServer(places.program);
  const server = `[mcp_servers.${PLUGIN}]
command = ${JSON.stringify(command)}
args = ${JSON.stringify(args)}
`;
  const original: Target = {
    kind: "original-block",
    path: join(own, "AGENTS.md"),
    marks: COMMENT_MARKS,
    text:
      `This project may be mounted with agentvfs: see the skill ${SKILL} for checkpoints and rollback.`,
  };
  return [
    sharedSkill(places),
    hookTarget(join(own, "hooks.json"), codexHooks()),
    {
      kind: "toml",
      path: join(own, "config.toml"),
      text: server,
      tables: [`mcp_servers.${PLUGIN}`],
    },
    ...(places.project === null ? [original] : []),
  ];
}

function gemini(places: Places, own: string): Target[] {
  const server: JsonEdit = { path: ["mcpServers", PLUGIN], value: mcpServer(places.program) };
  const path = join(own, "settings.json");
  return [
    sharedSkill(places),
    { kind: "json", path, edits: [server, ...hookEdits(geminiHooks())] },
  ];
}

function opencode(places: Places, own: string): Target[] {
  const { command, args } = mcpServer(places.program);
  const value = { type: "local", command: [command, ...args], enabled: true };
  const directory = places.project === null ? own : join(places.project, ".opencode");
  const settings = join(places.project ?? own, "opencode.json");
  return [
    sharedSkill(places),
    { kind: "file", path: join(directory, "plugins", `${PLUGIN}.js`), text: OPENCODE_PLUGIN },
    {
      kind: "json",
      // With comments it has another name.
      path: places.isFile(`${settings}c`) ? `${settings}c` : settings,
      edits: [{ path: ["mcp", PLUGIN], value }],
    },
  ];
}

function cursor(places: Places, own: string): Target[] {
  const version: JsonEdit = { path: ["version"], value: 1 };
  const server: JsonEdit = { path: ["mcpServers", PLUGIN], value: mcpServer(places.program) };
  return [
    sharedSkill(places),
    { kind: "json", path: join(own, "hooks.json"), edits: [version, ...hookEdits(cursorHooks())] },
    { kind: "json", path: join(own, "mcp.json"), edits: [server] },
  ];
}

function vscode(places: Places, own: string): Target[] {
  const { project, home } = places;
  const hooks = project === null ? join(home, ".copilot/hooks") : join(project, ".github/hooks");
  const value = { type: "stdio", ...mcpServer(places.program) };
  const servers = project === null ? join(own, "User/mcp.json") : join(project, ".vscode/mcp.json");
  return [
    sharedSkill(places),
    {
      kind: "file",
      path: join(hooks, `${PLUGIN}.json`),
      text: JSON.stringify({ hooks: vscodeHooks() }, null, 2) + "\n",
    },
    { kind: "json", path: servers, edits: [{ path: ["servers", PLUGIN], value }] },
  ];
}

/** Codex, Gemini, OpenCode and others look there. */
function sharedSkill({ home, project }: Places): Target {
  const path = join(project ?? home, ".agents/skills", SKILL, "SKILL.md");
  return { kind: "file", path, text: skill(SKILL) };
}

function hookTarget(path: string, hooks: Hooks): Target {
  return { kind: "json", path, edits: hookEdits(hooks) };
}

function hookEdits(hooks: Hooks): JsonEdit[] {
  return Object.entries(hooks).flatMap(([event, entries]) =>
    entries.map((value): JsonEdit => ({ path: ["hooks", event], value, item: true }))
  );
}
