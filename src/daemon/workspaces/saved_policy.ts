/**
 * The rules of a workspace on disk: `policy.json`.
 *
 * @module
 */

import { parsePolicy } from "../../policy/parse_policy.ts";
import { syncDirectory } from "../../store/files/sync_directory.ts";
import { WorkspaceError } from "./workspace.ts";

export interface SavedPolicy {
  /** How often rules were installed or removed. */
  readonly version: number;
  /** ISO 8601. */
  readonly installed: string;
  readonly from: readonly string[];
  /** As a policy's file has them; "" if there are none. */
  readonly text: string;
}

const FILE = "policy.json";

/** Durable when it returns. Throws what Deno throws. */
export function savePolicy(workspace: string, policy: SavedPolicy): void {
  const path = `${workspace}/${FILE}`;
  const draft = `${path}.new`;
  using file = Deno.openSync(draft, { write: true, create: true, truncate: true, mode: 0o600 });
  const bytes = new TextEncoder().encode(JSON.stringify(policy, null, 2) + "\n");
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  file.syncSync();
  Deno.renameSync(draft, path);
  syncDirectory(workspace);
}

/** Null where there were never any rules. Throws {@linkcode WorkspaceError}: a mount is not to be had without its rules. */
export function loadPolicy(workspace: string): SavedPolicy | null {
  const path = `${workspace}/${FILE}`;
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw unusable(path, error);
  }
  try {
    const policy = JSON.parse(text) as SavedPolicy;
    if (typeof policy.text !== "string" || typeof policy.version !== "number") {
      throw new Error("it is no policy");
    }
    if (policy.text !== "") parsePolicy(policy.text);
    return policy;
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): WorkspaceError {
  const why = cause instanceof Error ? cause.message : cause;
  return new WorkspaceError("policy_unusable", 4, `The rules in ${path} cannot be used: ${why}`, {
    hint: "Nothing is mounted without them. To go on without rules remove the file",
    cause,
  });
}
