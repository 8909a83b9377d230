/**
 * Whether a project is still what was imported, told to people.
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
      if (!replaced) return changes || "the project is as it was imported";
      return `the project is another directory now; ${changes || "it looks the same"}`;
    }
  }
}

/** What the mount does not show. */
export function sourceWarnings(report: SourceReport | null): Warning[] {
  if (report?.state !== "compared") return [];
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
    hint: `copy into the mount what is to be there; or, ${ANEW}`,
  }];
}

const ANEW =
  "to begin anew and keep the old workspace: agentvfs stop, then agentvfs quickstart --new";

/** What differs; empty if nothing does. */
function changed({ changed, touched, newest }: SourceReport): string {
  const { added, modified, deleted } = changed;
  const parts = [
    added + modified + deleted === 0 ? "" : `${counts(changed)} since the import`,
    newest === null ? "" : `last ${newest.path}, ${localTime(newest.time)}`,
    touched === 0 ? "" : `${grouped(touched)} perhaps (only inode or ctime)`,
  ];
  return parts.filter((part) => part !== "").join("; ");
}
