/**
 * Finds the command that a command line means, runs it, and reports what goes wrong.
 *
 * @module
 */

import { readArguments } from "./arguments.ts";
import { type Command, GLOBAL_OPTIONS } from "./command.ts";
import { describeError, usageError } from "./command_error.ts";
import { COMMANDS, groupOf } from "./commands.ts";
import { print, printError, printJson, safe, setQuiet } from "./print/output.ts";
import { VERSION } from "./version.ts";

/** Runs `args` and resolves with the exit code. `program` is the name the program was called by. */
export async function run(args: readonly string[], program: string): Promise<number> {
  const json = args.slice(0, dashes(args)).includes("--json");
  try {
    return await dispatch(args, program);
  } catch (error) {
    const report = describeError(error);
    if (json) printJson({ ok: false, error: report });
    printError(`agentvfs: ${report.message}`);
    if (report.hint !== undefined) printError(`hint: ${report.hint}`);
    return report.exit;
  }
}

async function dispatch(args: readonly string[], program: string): Promise<number> {
  if (program === "agentvfs-quickstart") return await runCommand("quickstart", args, false);
  if (program === "agentvfs-ctl") return await control(args, true);
  const at = firstWord(args);
  const name = args[at];
  if (name === undefined) return await withoutCommand(args);
  const rest = [...args.slice(0, at), ...args.slice(at + 1)];
  if (name === "ctl") return await control(rest, false);
  if (name === "help") return await help(rest);
  if (name === "man") return await (await import("./man/man.ts")).man(rest);
  if (name === "__complete") return await (await import("./completion/answer.ts")).answer(rest);
  return await runNamed(name, rest, false);
}

/** Runs a command, or that of a group which the next word names. */
async function runNamed(
  name: string,
  args: readonly string[],
  originalClient: boolean,
): Promise<number> {
  const group = groupOf(name);
  if (group.size === 0) return await runCommand(name, args, originalClient);
  const at = firstWord(args);
  const second = args[at];
  if (second !== undefined && group.has(second)) {
    const rest = [...args.slice(0, at), ...args.slice(at + 1)];
    return await runCommand(`${name} ${second}`, rest, originalClient);
  }
  if (Object.hasOwn(COMMANDS, name)) return await runCommand(name, args, originalClient);
  if (second !== undefined && groupOf(`${name} ${second}`).size > 0) {
    const rest = [...args.slice(0, at), ...args.slice(at + 1)];
    return await runNamed(`${name} ${second}`, rest, originalClient);
  }
  const { groupHelp } = await import("./help.ts");
  const asked = args.includes("--help") || args.includes("-h");
  if (second === undefined || asked) {
    (asked ? print : printError)(await groupHelp(name));
    return asked ? 0 : 2;
  }
  const { nearest } = await import("./nearest.ts");
  const close = nearest(second, [...group.keys()]);
  throw usageError(
    `agentvfs ${name} has no command ${JSON.stringify(safe(second))}`,
    close === null ? `See agentvfs ${name} --help` : `Did you mean agentvfs ${name} ${close}?`,
  );
}

/** Only options: help, version, or the original's way to start a daemon. */
async function withoutCommand(args: readonly string[]): Promise<number> {
  if (args.includes("--version") || args.includes("-V")) return version();
  if (args.some((arg) => /^--(source|mountpoint|mount)(=|$)/.test(arg))) {
    return await runCommand("daemon", await takingSessions(args), false);
  }
  const unknown = args.find((arg) => arg.startsWith("-") && !isGlobal(arg));
  if (unknown !== undefined) {
    throw usageError(`agentvfs has no option ${unknown}`, "See agentvfs --help");
  }
  const { overview } = await import("./help.ts");
  if (args.includes("--help") || args.includes("-h")) {
    print(overview());
    return 0;
  }
  printError(overview());
  return 2;
}

/** The original's mounts take sessions by cgroup without being told to: so do these, where the machine has cgroups. */
async function takingSessions(args: readonly string[]): Promise<readonly string[]> {
  if (args.some((arg) => arg === "--cgroups" || arg === "--strict")) return args;
  const { canTakeSessions } = await import("../daemon/adapter/cgroups.ts");
  return canTakeSessions() ? ["--cgroups", ...args] : args;
}

async function control(args: readonly string[], originalClient: boolean): Promise<number> {
  const at = firstWord(args);
  const name = args[at];
  if (name === undefined) {
    if (args.includes("--version")) return version();
    const { controlOverview } = await import("./help.ts");
    const asked = args.includes("--help") || args.includes("-h");
    (asked ? print : printError)(controlOverview());
    return asked ? 0 : 2;
  }
  if (name === "help") return await help([...args.slice(0, at), ...args.slice(at + 1)]);
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (row !== undefined && row.control === undefined) {
    throw usageError(`agentvfs ctl has no command ${name}`, `Use agentvfs ${name}`);
  }
  return await runNamed(name, [...args.slice(0, at), ...args.slice(at + 1)], originalClient);
}

async function help(args: readonly string[]): Promise<number> {
  const [name, ...more] = args.filter((arg) => !arg.startsWith("-"));
  const { overview, controlOverview, commandHelp, groupHelp } = await import("./help.ts");
  if (name === undefined) print(overview());
  else if (name === "ctl") print(controlOverview());
  else if (groupOf(name).size === 0 || more.length === 0 && Object.hasOwn(COMMANDS, name)) {
    print(commandHelp(await load(name)));
  } else {
    const full = [name, ...more].join(" ");
    print(groupOf(full).size > 0 ? await groupHelp(full) : commandHelp(await load(full)));
  }
  return 0;
}

async function runCommand(
  name: string,
  args: readonly string[],
  originalClient: boolean,
): Promise<number> {
  const command = await load(name);
  const input = readArguments(command, args);
  if (input.flags.has("help")) {
    const { commandHelp } = await import("./help.ts");
    print(commandHelp(command));
    return 0;
  }
  setQuiet(input.flags.has("quiet"));
  const root = input.values.get("root");
  if (root !== undefined) Deno.env.set("AGENTVFS_STATE_DIR", root);
  return await command.run({ ...input, originalClient });
}

async function load(name: string): Promise<Command> {
  const row = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (row !== undefined) return (await row.load()).command;
  const { nearest } = await import("./nearest.ts");
  const shown = Object.keys(COMMANDS).filter((known) => COMMANDS[known]!.hidden === undefined)
    .map((known) => known.split(" ")[0]!);
  const close = nearest(name, [...shown, "ctl", "help", "man"]);
  throw usageError(
    `There is no command ${JSON.stringify(safe(name))}`,
    close === null ? "See agentvfs --help" : `Did you mean agentvfs ${close}?`,
  );
}

function version(): number {
  print(`agentvfs ${VERSION}`);
  return 0;
}

/** Index of the first argument that is neither an option of every command nor the value of one. */
function firstWord(args: readonly string[]): number {
  let i = 0;
  for (; i < args.length && args[i]!.startsWith("-"); i++) {
    const name = globalName(args[i]!);
    if (name === undefined) return args.length; // an option that belongs to no command
    if (GLOBAL_OPTIONS[name]!.value !== undefined && !args[i]!.includes("=")) i++;
  }
  return Math.min(i, args.length);
}

function isGlobal(arg: string): boolean {
  return globalName(arg) !== undefined;
}

function globalName(arg: string): string | undefined {
  const given = arg.replace(/^--?/, "").replace(/=.*/s, "");
  return Object.keys(GLOBAL_OPTIONS).find((name) => {
    const { short, aliases = [] } = GLOBAL_OPTIONS[name]!;
    return arg.startsWith("--") ? name === given || aliases.includes(given) : short === given;
  });
}

function dashes(args: readonly string[]): number {
  const at = args.indexOf("--");
  return at < 0 ? args.length : at;
}
