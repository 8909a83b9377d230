/**
 * Whether the project is still what was imported.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import type { Timestamp } from "../../host/clock.ts";
import type { SourceReport } from "../../control/service/daemon.ts";
import { isReplaced } from "../../source/source_identity.ts";
import type { Interrupted } from "../background/apply_job.ts";
import type { Branch } from "../branches/branch.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import { loadIdentity } from "../workspaces/imported_identity.ts";
import { ThreadError } from "../threads/posted_error.ts";
import { serviceError } from "../threads/service_errors.ts";

/** Compares the project with what it and the branch have in common. `workspace` is where it is noted which directory it was. */
export async function sourceReport(
  background: BackgroundClient,
  workspace: string,
  branch: Branch | null,
): Promise<SourceReport> {
  const started = performance.now();
  const report = await compare(background, workspace, branch);
  return { ...report, ms: Math.round(performance.now() - started) };
}

async function compare(
  background: BackgroundClient,
  workspace: string,
  branch: Branch | null,
): Promise<Omit<SourceReport, "ms">> {
  let unfinished: SourceReport["unfinished"] = null;
  try {
    if (branch === null) return { ...UNCOMPARED, state: "importing" };
    unfinished = unfinishedReport(await background.call("unfinishedApply", null));
    const at = { branch: branch.name, at: branch.head.id };
    const compared = await background.call("compareProject", at);
    if (compared === null) return { ...UNCOMPARED, state: "importing" };
    const { identity, imported, touched, newest, isLater, added, modified, deleted } = compared;
    const before = loadIdentity(workspace, imported.id);
    const replaced = before === null
      ? identity.inode !== String(imported.inode)
      : isReplaced(before, identity);
    return {
      state: "compared",
      since: isLater ? "exchange" : "import",
      unfinished,
      replaced,
      changed: { added, modified, deleted },
      touched,
      newest: newest && { path: displayString(newest.path), time: isoTime(newest.time) },
    };
  } catch (error) {
    if (!(error instanceof ThreadError) || !GONE.has(error.code)) throw serviceError(error);
    return { ...UNCOMPARED, state: "missing", unfinished };
  }
}

/** Codes of SourceError. */
const GONE: ReadonlySet<string> = new Set(["source_missing", "source_not_directory"]);

const UNCOMPARED = {
  since: "import",
  unfinished: null,
  replaced: false,
  changed: { added: 0, modified: 0, deleted: 0 },
  touched: 0,
  newest: null,
} as const;

function unfinishedReport(interrupted: Interrupted | null): SourceReport["unfinished"] {
  if (interrupted === null) return null;
  const { commit: { branch }, writes, deletions, isGoingBack } = interrupted;
  return { branch, paths: writes + deletions, goingBack: isGoingBack };
}

function isoTime({ sec, nsec }: Timestamp): string {
  return new Date(sec * 1000 + nsec / 1e6).toISOString();
}
