import type { LogEntry, LogMove, LogReport } from "../../../control/service/history.ts";
import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { branchMeant, withDaemon } from "../../daemon_client.ts";
import { columns, counts, hashNumber, localTime, quoted, shortId } from "../../print/format.ts";
import { BRANCH_OPTION } from "../../options/history_options.ts";
import { workOf } from "../../print/agent_work.ts";
import { printJson, safe, type Style, style } from "../../print/output.ts";
import { moveWords } from "../../print/log_move.ts";
import { workTree } from "../../print/work_tree.ts";
import { chooseColour, DISPLAY_OPTIONS, showPaged } from "../../print/pager.ts";

export const command: Command = {
  name: "log",
  brief: "list checkpoints and moves between them, newest first",
  prints: "log",
  positionals: { usage: "", min: 0, max: 0 },
  options: {
    limit: { value: "N", short: "n", brief: "list N at most" },
    all: { short: "a", brief: "automatic safety checkpoints as well" },
    tree: { brief: "by agents' sessions, prompts and calls, the oldest first" },
    session: { value: "ID", brief: "only what is of this session of an agent" },
    branch: BRANCH_OPTION,
    ...DISPLAY_OPTIONS,
  },
  details: `Each has a number, which never changes: agentvfs undo 12 takes out what #12 did,
agentvfs rollback 12 goes back to the state after it. --tree shows the calls
that changed nothing, failed or were refused, too; ids in it can be refs.`,
  example: "log --limit 5 --branch cart",
  async run(input) {
    chooseColour(input);
    const report = await withDaemon(input, (client, daemon) =>
      client.log({
        ...limit(input.values.get("limit")),
        ...(input.flags.has("all") ? { all: true } : {}),
        ...(input.flags.has("tree") ? { work: true } : {}),
        ...session(input.values.get("session")),
        ...branchMeant(input, daemon, "branch", "branch"),
      }));
    if (input.flags.has("json")) printJson(report);
    else if (input.flags.has("tree")) {
      await showPaged(input, workTree(report).map((line) => `${line}\n`).join(""));
    } else {
      const happened = timeline(report).slice(0, limit(input.values.get("limit")).limit);
      const lines = columns(happened.map((one) => "from" in one ? moveCells(one) : cells(one)));
      const shown = happened.map((one, i) => {
        const look: Style[] = "from" in one ? ["dim"] : one.head ? ["bold"] : [];
        return `${style(lines[i]!, ...look)}\n`;
      });
      await showPaged(input, shown.join(""));
    }
    return 0;
  },
};

function session(id: string | undefined): { session?: string } {
  if (id === "") throw usageError("--session needs the id of a session, or its beginning");
  return id === undefined ? {} : { session: id };
}

function limit(text: string | undefined): { limit?: number } {
  if (text === undefined) return {};
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw usageError(`--limit needs a whole number above 0, not ${JSON.stringify(text)}`);
  }
  return { limit: count };
}

/** Checkpoints and moves between them, newest first. */
function timeline({ entries, moves = [] }: LogReport): (LogEntry | LogMove)[] {
  const left = [...moves];
  const happened: (LogEntry | LogMove)[] = [];
  for (const entry of entries) {
    while (left.length > 0 && isAfter(left[0]!, entry)) happened.push(left.shift()!);
    happened.push(entry);
  }
  return [...happened, ...left];
}

function isAfter(move: LogMove, { time, number }: LogEntry): boolean {
  return move.time > time || (move.time === time && (move.number ?? 0) > (number ?? 0));
}

function moveCells(move: LogMove): string[] {
  const { number, kind, time } = move;
  return ["", hashNumber(number), "", localTime(time), kind, moveWords(move)];
}

function cells(entry: LogEntry): string[] {
  return [
    entry.head ? "*" : " ",
    hashNumber(entry.number),
    shortId(entry.id),
    localTime(entry.time),
    entry.kind,
    quoted(entry.label) || workOf(entry.details) ||
    (entry.kind === "revert" ? safe(entry.message ?? "") : ""),
    entry.changed === null ? "" : counts(entry.changed),
    [
      entry.agent === null ? "" : `by ${entry.agent}`,
      entry.compacted ? "contents gone" : "",
    ].filter((note) => note !== "").join(", "),
  ];
}
