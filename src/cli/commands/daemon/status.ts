import type { SourceReport, StatusReport } from "../../../control/service/daemon.ts";
import type { Command } from "../../command.ts";
import { connect } from "../../daemon_client.ts";
import {
  byteSize,
  columns,
  duration,
  grouped,
  joined,
  localTime,
  quoted,
  several,
  shortId,
  words,
} from "../../print/format.ts";
import { absolutePath } from "../../../host/current_directory.ts";
import { usageError } from "../../command_error.ts";
import { gitWarnings } from "../../print/git_warnings.ts";
import { onTerminal, print, printJson, safe, style } from "../../print/output.ts";
import { comparedSource, sourceLine, sourceWarnings } from "../../print/source_output.ts";
import { statusLine } from "../../print/status_line.ts";
import { printWarnings } from "../../print/warning.ts";

/** Longest time a daemon may take to say how it is, ms. */
const DEADLINE_MS = 10_000;
/** Skipped paths that are shown; the rest is counted. */
const SHOWN_SKIPS = 5;
/** Objects that cannot be read, likewise. */
const SHOWN_DAMAGE = 5;

export const command: Command = {
  name: "status",
  brief: "say what is mounted, what it shows, how the import is going",
  prints: () => import("../../outputs/status.ts"),
  positionals: { usage: "[DIR]", min: 0, max: 1 },
  options: {
    line: { brief: "a line for prompts: branch, checkpoints, protected or not" },
  },
  details: `--line says nothing outside of mounts and their projects. In bash:
  PS1='$(agentvfs status --line) \\$ '`,
  async run(input) {
    if (input.flags.has("line")) {
      if (input.flags.has("json")) throw usageError("--line and --json exclude each other");
      const directory = input.positionals[0] ?? input.values.get("project");
      const line = await statusLine(absolutePath(directory ?? "."));
      if (line !== null) print(line);
      return 0;
    }
    const { client, daemon } = await connect(input, input.positionals[0]);
    try {
      const branch = daemon.tree === null ? {} : { branch: daemon.tree.branch };
      const report = await client.status(branch, { deadlineMs: DEADLINE_MS });
      if (input.originalClient) {
        print(JSON.stringify({ ok: true, ...originalKeys(report) }));
        return 0;
      }
      const project = await comparedSource(client);
      const warnings = [...sourceWarnings(project), ...await gitWarnings(report.source)];
      if (input.flags.has("json")) printJson({ ...report, compared: project, warnings });
      else for (const line of lines(report, project)) print(line);
      printWarnings(warnings);
    } finally {
      client.close();
    }
    return 0;
  },
};

function originalKeys(report: StatusReport) {
  const bootstrap_pending = report.import.state === "running";
  return { ...report, commit: report.head?.id ?? "", bootstrap_pending };
}

function lines(report: StatusReport, project: SourceReport | null): string[] {
  const { head } = report;
  const rows = [
    ["project", safe(report.source)],
    ["mount", safe(report.mount)],
    ["showing", safe(report.showing)],
    [
      "head",
      head === null
        ? "none yet"
        : joined(words(shortId(head.id), quoted(head.label)), localTime(head.time)),
    ],
    ["changes", report.dirty ? `${grouped(report.changes)} paths since then` : "none since then"],
    ...rulesRow(report),
    ["import", importLine(report)],
    ["source", safe(sourceLine(project))],
    [
      "daemon",
      joined(
        `agentvfs ${report.version}, ${report.state}`,
        `process ${report.keeperPid}, server ${report.serverPid}`,
        `up ${duration(report.uptimeMs)}`,
        byteSize(report.rssBytes),
      ),
    ],
    ...(report.crashReport === null ? [] : [["crash", safe(report.crashReport)]]),
    ["auto", safe(report.auto ?? "")],
    ["store", safe(report.store)],
    ["log", safe(report.log)],
  ];
  const shown = [...columns(rows), ...failedImport(report), ...unreadable(report)];
  const skipped = report.import.skipped;
  for (const { path, reason } of skipped.slice(0, SHOWN_SKIPS)) {
    shown.push(`  skipped ${safe(path)}: ${safe(reason)}`);
  }
  if (skipped.length > SHOWN_SKIPS) {
    shown.push(`  and ${grouped(skipped.length - SHOWN_SKIPS)} more (agentvfs status --json)`);
  }
  if (!onTerminal()) return shown;
  return shown.map((line) => line.replace(/^\w+/, (key) => style(key, "dim")));
}

function rulesRow({ policy, refused }: StatusReport): string[][] {
  if (policy.rules === 0) return [];
  const rules = several(policy.rules, "rule");
  const last = refused.at(-1);
  return [["rules", joined(rules, last === undefined ? "nothing refused here" : safe(last))]];
}

function failedImport({ import: { error } }: StatusReport): string[] {
  if (error === null) return [];
  return [
    style(`nothing is recorded, since the project could not be imported: ${safe(error)}`, "red"),
    "hint: mend the cause, then agentvfs stop and agentvfs quickstart: what was written stays",
  ];
}

function unreadable({ unreadable: { count, first } }: StatusReport): string[] {
  if (count === 0) return [];
  const objects = several(count, "object");
  return [
    style(`${objects} of the store cannot be read`, "red"),
    ...first.slice(0, SHOWN_DAMAGE).map(({ path, message }) =>
      `  ${safe(path ?? "a file without a name")}: ${safe(message)}`
    ),
    "hint: agentvfs verify tells what else is affected",
  ];
}

function importLine(report: StatusReport): string {
  const { state, files, directories, bytes, skipped, ms } = report.import;
  // What was stored before this daemon began is counted as entries: no import has no directory at all.
  const amount = directories === 0 && state === "done"
    ? `${grouped(files)} files and directories, ${byteSize(bytes)}`
    : `${several(files, "file")} in ${
      directories === 1 ? "1 directory" : `${grouped(directories)} directories`
    }, ${byteSize(bytes)}`;
  const skips = skipped.length === 0 ? "" : `${grouped(skipped.length)} skipped`;
  return joined(state, amount, duration(ms), skips);
}
