/**
 * Whether the project is still what was imported.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import type { Timestamp } from "../../host/clock.ts";
import type { SourceReport } from "../../control/service/daemon.ts";
import { isReplaced } from "../../source/source_identity.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import { loadIdentity } from "../workspaces/imported_identity.ts";
import { ThreadError } from "../threads/posted_error.ts";
import { serviceError } from "../threads/service_errors.ts";

/** Compares them. `workspace` is where it is noted which directory the project was. */
export async function sourceReport(
  background: BackgroundClient,
  workspace: string,
): Promise<SourceReport> {
  const started = performance.now();
  const report = await compare(background, workspace);
  return { ...report, ms: Math.round(performance.now() - started) };
}

async function compare(
  background: BackgroundClient,
  workspace: string,
): Promise<Omit<SourceReport, "ms">> {
  try {
    const commit = await background.call("importCommit", null);
    if (commit === null) return { ...UNCOMPARED, state: "importing" };
    const compared = await background.call("compareSource", commit.id);
    const { identity, importedInode, touched, newest, ...changed } = compared;
    const before = loadIdentity(workspace, commit.id);
    const replaced = before === null
      ? identity.inode !== String(importedInode)
      : isReplaced(before, identity);
    return {
      state: "compared",
      replaced,
      changed,
      touched,
      newest: newest && { path: displayString(newest.path), time: isoTime(newest.time) },
    };
  } catch (error) {
    if (!(error instanceof ThreadError) || !GONE.has(error.code)) throw serviceError(error);
    return { ...UNCOMPARED, state: "missing" };
  }
}

/** Codes of SourceError. */
const GONE: ReadonlySet<string> = new Set(["source_missing", "source_not_directory"]);

const UNCOMPARED = {
  replaced: false,
  changed: { added: 0, modified: 0, deleted: 0 },
  touched: 0,
  newest: null,
};

function isoTime({ sec, nsec }: Timestamp): string {
  return new Date(sec * 1000 + nsec / 1e6).toISOString();
}
