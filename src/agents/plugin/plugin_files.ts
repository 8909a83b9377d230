/**
 * The plug-in as one directory: a marketplace that Claude Code and Codex both take, with one plug-in in it.
 *
 * @module
 */

import { COMMANDS } from "./commands.ts";
import { claudeHooks } from "./hooks.ts";
import { skill } from "./skill.ts";
import { STATUS_LINE } from "./status_line.ts";

/** Of the marketplace and of the plug-in. */
export const PLUGIN = "agentvfs";
const DESCRIPTION = "Checkpoints, rollback, branches and merges of the whole working tree";
const LICENSE = "Apache-2.0";

/** Where the status line's program is in the directory. */
export const STATUS_LINE_FILE = `${PLUGIN}/scripts/status-line`;

/** The text of each file, by its path in the directory. `program`: how agents start agentvfs. */
export function pluginFiles(version: string, program: string): ReadonlyMap<string, string> {
  const owner = { name: PLUGIN };
  return new Map([
    [
      ".claude-plugin/marketplace.json",
      json({
        name: PLUGIN,
        owner,
        metadata: { description: DESCRIPTION },
        plugins: [{ name: PLUGIN, source: `./${PLUGIN}`, description: DESCRIPTION }],
      }),
    ],
    [
      `${PLUGIN}/.claude-plugin/plugin.json`,
      json({ name: PLUGIN, version, description: DESCRIPTION, author: owner, license: LICENSE }),
    ],
    [`${PLUGIN}/README.md`, README],
    [`${PLUGIN}/hooks/hooks.json`, json({ hooks: claudeHooks(program) })],
    [`${PLUGIN}/.mcp.json`, json({ mcpServers: { [PLUGIN]: mcpServer(program) } })],
    [`${PLUGIN}/skills/checkpoint/SKILL.md`, skill("checkpoint")],
    ...Object.entries(COMMANDS).map(([name, text]) => {
      return [`${PLUGIN}/commands/${name}.md`, text] as const;
    }),
    [STATUS_LINE_FILE, STATUS_LINE],
  ]);
}

/** How an agent starts the server of tools. */
export function mcpServer(program: string): { command: string; args: string[] } {
  return { command: program, args: ["mcp"] };
}

function json(value: object): string {
  return JSON.stringify(value, null, 2) + "\n";
}

const README = `# agentvfs

Makes a coding agent at home in a project that is mounted with agentvfs. Everything that the agent does there, by its edit tools, by the
shell or by scripts, is recorded and can be taken back.

It brings a Skill that says when to make checkpoints and when to roll back, the commands /undo, /checkpoints and /branch, the tools of
\`agentvfs mcp\`, and hooks that record each step. Outside of a mount the hooks do nothing.

\`agentvfs integrate\` writes this directory and takes it away again with \`--uninstall\`.
`;
