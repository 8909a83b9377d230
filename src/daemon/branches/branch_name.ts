/**
 * What a branch may be called.
 *
 * @module
 */

import { ServiceError } from "../../control/service_error.ts";

const LONGEST = 64;

/** Names that mean something else where refs are given. */
const RESERVED: ReadonlySet<string> = new Set(["head", "initial"]);

/**
 * Throws `bad_branch_name` unless `name` can be the name of a new branch, or `branch_exists`. A name is also a path below
 * `.agentvfs/branches`, on file systems that fold case as well as here: so none may be above another or differ
 * from it in case only.
 */
export function checkBranchName(name: string, others: readonly string[]): void {
  const why = whyNot(name);
  if (why !== null) {
    throw new ServiceError(
      "bad_branch_name",
      `${JSON.stringify(name)} cannot be a branch: ${why}`,
      {
        exit: 2,
      },
    );
  }
  const folded = name.toLowerCase();
  for (const other of others) {
    const taken = other.toLowerCase();
    if (taken === folded) {
      throw new ServiceError("branch_exists", `There is a branch ${other} already`);
    }
    if (taken.startsWith(`${folded}/`) || folded.startsWith(`${taken}/`)) {
      throw new ServiceError(
        "branch_exists",
        `Cannot make branch ${name}: there is a branch ${other}`,
        {
          hint: "One name cannot be a directory of another",
        },
      );
    }
  }
}

function whyNot(name: string): string | null {
  if (name === "") return "it is empty";
  if (name.length > LONGEST) return `it has more than ${LONGEST} characters`;
  if (!/^[A-Za-z0-9._/-]+$/.test(name)) return "only letters, digits and . _ / - are allowed";
  if (name.startsWith("-")) return "it begins with a dash";
  if (RESERVED.has(name.toLowerCase())) return "that is how a checkpoint is named";
  const parts = name.split("/");
  if (parts.includes("")) return "a part between slashes is empty";
  if (parts.includes(".") || parts.includes("..")) return "it leads out of the directory";
  if (/^[0-9a-f]{64}$/.test(name)) return "it looks like the id of a checkpoint";
  return null;
}
