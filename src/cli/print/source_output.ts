/**
 * How a project has moved since it and a branch had something in common, told to people.
 *
 * @module
 */

import type { ControlClient } from "../../control/client.ts";
import type { SourceReport } from "../../control/service/daemon.ts";
import { counts, grouped, localTime } from "./format.ts";
import type { Warning } from "./warning.ts";

/** Longest time to wait for the comparison, ms. It takes about half a second for 100 000 files. */
const DEADLINE_MS = 3_000;

/** What the daemon finds; null where it may not be asked or takes too long. The connection cannot be used afterwards. */
export async function comparedSource(client: ControlClient): Promise<SourceReport | null> {
  return await client.compareSource({}, { deadlineMs: DEADLINE_MS }).catch(() => null);
}

/** One line. */
export function sourceLine(report: SourceReport | null): string {
  if (report === null) return "not compared with the project";
  switch (report.state) {
    case "importing":
      return "being imported";
    case "missing":
      return "the project is gone; what was imported stays";
    case "compared": {
      const { replaced } = report;
      const changes = changed(report);
      if (!replaced) return changes || `the project is as it was ${SINCE[report.since].then}`;
      return `the project is another directory now; ${changes || "it looks the same"}`;
    }
  }
}

/** What is to be settled first, and what the mount does not show. */
export function sourceWarnings(report: SourceReport | null): Warning[] {
  if (report === null) return [];
  return [...unfinishedWarnings(report), ...changedWarnings(report)];
}

function unfinishedWarnings({ unfinished }: SourceReport): Warning[] {
  if (unfinished === null) return [];
  const { branch, paths, goingBack } = unfinished;
  const when = goingBack ? " while it was taken back" : "";
  return [{
    code: "apply_unfinished",
    message: `an apply of ${branch} to the project was interrupted${when} (${grouped(paths)} ` +
      `${paths === 1 ? "path" : "paths"})`,
    hint: goingBack
      ? "agentvfs apply --abort takes the rest back"
      : "agentvfs apply --continue finishes it, agentvfs apply --abort takes it back",
  }];
}

function changedWarnings(report: SourceReport): Warning[] {
  if (report.state !== "compared") return [];
  const changes = changed(report);
  if (report.replaced) {
    return [{
      code: "source_replaced",
      message: `the project is another directory than the one that was imported, whose files the ` +
        `mount shows${changes === "" ? "; they look the same" : `: ${changes}`}`,
      hint: ANEW,
    }];
  }
  if (changes === "") return [];
  return [{
    code: "source_changed",
    message: `the mount does not show what changed in the project: ${changes}`,
    hint: "to bring it there: agentvfs refresh",
  }];
}

const SINCE = {
  import: { then: "imported", time: "the import" },
  exchange: { then: "after the last refresh or apply", time: "the last refresh or apply" },
} as const;

const ANEW =
  "to begin anew and keep the old workspace: agentvfs stop, then agentvfs quickstart --new";

/** What differs; empty if nothing does. */
function changed({ changed, touched, newest, since }: SourceReport): string {
  const { added, modified, deleted } = changed;
  const parts = [
    added + modified + deleted === 0 ? "" : `${counts(changed)} since ${SINCE[since].time}`,
    newest === null ? "" : `last ${newest.path}, ${localTime(newest.time)}`,
    touched === 0 ? "" : `${grouped(touched)} perhaps (only inode or ctime)`,
  ];
  return parts.filter((part) => part !== "").join("; ");
}
