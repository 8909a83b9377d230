/**
 * Writes docs/cli.md, docs/schema.json, the tables of docs/protocol.md, src/agents/mcp/tools.json and src/control/api/types.ts from what commands and methods
 * declare:
 * deno run -A scripts/write_cli_docs.ts
 */

import { COMMANDS } from "../src/cli/commands.ts";
import { commandHelp, controlOverview, overview } from "../src/cli/help.ts";
import { apiTypes } from "./reference/api_types.ts";
import { describeShape, nameOf } from "./reference/describe_shape.ts";
import { jsonSchemas } from "./reference/json_schema.ts";
import { listedTools } from "./reference/mcp_tools.ts";
import { protocolPage } from "./reference/protocol_tables.ts";

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
With \`--json\` a command prints one JSON object, [which is declared](#what---json-prints), and a refusal prints
\`{"ok":false,"error":{"code","message","exit","hint","details"}}\`. With \`--quiet\` (\`-q\`) there are results and errors only: no
progress, no warnings. How far a long task is stands in one line on standard error, where that is a terminal. Errors for people go to standard error as
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
\`workspaces/NAME-HASH/\` with \`mount/\`, \`store/\`, \`daemon.log\`, \`control.sock\`, \`workspace.json\`, \`source.json\`, \`agents.jsonl\` and \`auto.json\`, readable by you alone.
HASH is taken from the real path, so two projects with one name do not meet.

## Other names

Called as \`agentvfs-ctl\` the program acts as \`agentvfs ctl\` (and \`status\` prints the JSON line its clients expect); called
as \`agentvfs-quickstart\` it acts as \`agentvfs quickstart\`. \`agentvfs --source DIR --mountpoint DIR\` without a
command starts a daemon, with \`--cgroups\` where the machine has cgroups of version 2. The file \`.agentvfs/ctl\` in
every mount takes the same words: write a line, read the JSON answer.
`;

const RESULTS = `## What \`--json\` prints

The sections above name what each command prints; a refusal is a [Refusal](#refusal). What only the control
protocol answers with is here too. An \`Id\` is a string of 64 hex
digits, a \`Time\` one of ISO 8601 in UTC, \`?\` marks what may be missing. Sizes are bytes, durations milliseconds.
[schema.json](schema.json) says the same as JSON Schema.

The version grows when a field goes or changes its meaning, not when one is added: ignore fields that you do not know.
`;

/** The whole of docs/cli.md. */
export async function cliReference(): Promise<string> {
  const { commands, shapes } = await jsonSchemas();
  const parts = [INTRODUCTION, section("agentvfs", overview())];
  for (const [name, row] of Object.entries(COMMANDS)) {
    if (row.hidden) continue;
    parts.push(section(`agentvfs ${name}`, commandHelp((await row.load()).command)));
    const printed = commands[name];
    if (printed === undefined) continue;
    const shape = nameOf(printed.schema);
    parts.push(
      `With \`--json\`: [${shape}](#${shape.toLowerCase()}), version ${printed.version}.\n`,
    );
  }
  parts.push(section("agentvfs ctl", controlOverview()), RESULTS);
  for (const [name, schema] of Object.entries(shapes)) {
    const fields = `\`\`\`\n${describeShape(schema)}\n\`\`\``;
    parts.push(`### ${name}\n\n${schema.description}\n\n${fields}\n`);
  }
  return await formatted(parts.join("\n"), "md");
}

/** The whole of docs/schema.json. */
export async function schemaReference(): Promise<string> {
  const { methods, commands, refusal, shapes } = await jsonSchemas();
  const page = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "What agentvfs takes and answers with",
    description:
      "Written by scripts/write_cli_docs.ts from what methods and commands declare. `version` grows when a field " +
      "of a result goes or changes its meaning, not when one is added.",
    methods,
    commands,
    refusal,
    $defs: shapes,
  };
  return await formatted(compact(page, 0), "json");
}

/** What fits on a line is on one. */
function compact(value: unknown, indent: number): string {
  const line = JSON.stringify(value, null, 1).replace(/\n */g, " ");
  if (typeof value !== "object" || value === null || indent + line.length <= 90) return line;
  const inner = " ".repeat(indent + 2);
  const rows = Array.isArray(value)
    ? value.map((item) => compact(item, indent + 2))
    : Object.entries(value).map(([key, part]) =>
      `${JSON.stringify(key)}: ${compact(part, indent + key.length + 6)}`
    );
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${inner}${rows.join(`,\n${inner}`)}\n${close}`;
}

/** The whole of docs/protocol.md. */
export async function protocolReference(): Promise<string> {
  return await formatted(await protocolPage(await Deno.readTextFile(PAGES.protocol)), "md");
}

/** The whole of src/control/api/types.ts. */
export async function typesReference(): Promise<string> {
  // Long unions are laid out anew by a second pass, and stay then.
  return await formatted(await formatted(await apiTypes(), "ts"), "ts");
}

/** The whole of src/agents/mcp/tools.json. */
export async function toolsReference(): Promise<string> {
  return await formatted(compact(await listedTools(), 0), "json");
}

function section(title: string, help: string): string {
  return `## ${title}\n\n\`\`\`\n${help}\n\`\`\`\n`;
}

/** As \`deno fmt\` leaves it, so that the gate and this script agree. */
async function formatted(text: string, kind: "md" | "json" | "ts"): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", `--ext=${kind}`, "--line-width=100", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

const page = (name: string) => new URL(`../docs/${name}`, import.meta.url);
const PAGES = {
  cli: page("cli.md"),
  schema: page("schema.json"),
  protocol: page("protocol.md"),
  tools: page("../src/agents/mcp/tools.json"),
  types: page("../src/control/api/types.ts"),
};

if (import.meta.main) {
  await Deno.writeTextFile(PAGES.types, await typesReference());
  await Deno.writeTextFile(PAGES.tools, await toolsReference());
  await Deno.writeTextFile(PAGES.cli, await cliReference());
  await Deno.writeTextFile(PAGES.schema, await schemaReference());
  await Deno.writeTextFile(PAGES.protocol, await protocolReference());
}
