/**
 * Writes docs/cli.md from the help texts: deno run -A scripts/write_cli_docs.ts
 */

import { COMMANDS } from "../src/cli/commands.ts";
import { commandHelp, controlOverview, overview } from "../src/cli/help.ts";

const INTRODUCTION = `# Command line

This page is written from the program's own help by \`scripts/write_cli_docs.ts\`; a test keeps it true.

## Which daemon is meant

1. \`--sock PATH\` names a control socket.
2. \`--project DIR\` (or \`-C DIR\`; \`quickstart\`, \`status\`, \`restart\` and \`stop\` take it as a word) names a project, its mount, or a
   directory in either.
3. \`$AGENTVFS_SOCK\` names a control socket.
4. The mount or project the current directory is in.
5. The only daemon that is running. Where several run and none is meant, the command lists them and ends with exit code 2.

## Output and exit codes

On a terminal the output is for people: short, aligned, coloured unless \`NO_COLOR\` is set. Elsewhere it is for
programs: \`checkpoint\`, \`rollback\`, \`restore\`, \`undo\` and \`redo\` print the id, 64 hex digits, and nothing else.
With \`--json\` every command prints one JSON object, and a refusal prints
\`{"ok":false,"error":{"code","message","exit","hint","details"}}\`. Errors for people go to standard error as
\`agentvfs: WHAT HAPPENED\` and \`hint: WHAT TO DO\`.

| exit code | meaning |
| --------- | ------- |
| 0 | done |
| 1 | refused: unknown checkpoint, mountpoint in use, daemon already running, … |
| 2 | the command line is wrong, or names something that is not there |
| 3 | the daemon cannot be reached |
| 4 | something is missing on this machine; \`agentvfs doctor\` says what |

## Where state is kept

\`$AGENTVFS_STATE_DIR\`, else \`$XDG_STATE_HOME/agentvfs\`, else \`~/.local/state/agentvfs\`. In it each project has
\`workspaces/NAME-HASH/\` with \`mount/\`, \`store/\`, \`daemon.log\`, \`control.sock\`, \`workspace.json\` and \`source.json\`, readable by you alone.
HASH is taken from the real path, so two projects with one name do not meet.

## Other names

Called as \`agentvfs-ctl\` the program acts as \`agentvfs ctl\` (and \`status\` prints the JSON line its clients expect); called
as \`agentvfs-quickstart\` it acts as \`agentvfs quickstart\`. \`agentvfs --source DIR --mountpoint DIR\` without a
command starts a daemon. The file \`.agentvfs/ctl\` in every mount takes the same words: write a line, read the
JSON answer.
`;

/** The whole of docs/cli.md. */
export async function cliReference(): Promise<string> {
  const parts = [INTRODUCTION, section("agentvfs", overview())];
  for (const [name, row] of Object.entries(COMMANDS)) {
    if (row.hidden) continue;
    parts.push(section(`agentvfs ${name}`, commandHelp((await row.load()).command)));
  }
  parts.push(section("agentvfs ctl", controlOverview()));
  return await formatted(parts.join("\n"));
}

function section(title: string, help: string): string {
  return `## ${title}\n\n\`\`\`\n${help}\n\`\`\`\n`;
}

/** As \`deno fmt\` leaves it, so that the gate and this script agree. */
async function formatted(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=md", "--line-width=100", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL("../docs/cli.md", import.meta.url), await cliReference());
}
