/**
 * Requests in plain words: `checkpoint before the refactor`, `rollback baseline branch=main`.
 *
 * The original's clients speak this on the same socket, and people write it into `.agentvfs/ctl`. A reply is
 * one JSON line `{"ok":true,…}` or `{"ok":false,"error":"<the original's phrase>",…}`. Each method that can be asked for so
 * declares how.
 *
 * @module
 */

import { callMethod } from "./call_method.ts";
import type { Method } from "./method.ts";
import { loadMethods, type MethodName } from "./methods.ts";
import { wireError } from "./protocol.ts";
import type { Service } from "./service.ts";
import type { MergeReport } from "./service/merge.ts";
import type { ServiceError } from "./service_error.ts";

interface Verb {
  readonly method: MethodName;
  readonly plain: NonNullable<Method["plain"]>;
}

/** The original's phrase for an error code, which its clients compare against. */
const ORIGINAL_PHRASES: Readonly<Record<string, string>> = {
  unknown_branch: "unknown branch",
  unknown_ref: "target commit not found",
  bad_branch_name: "invalid branch name",
  branch_exists: "branch exists",
  main_branch: "cannot delete main",
  branch_in_use: "branch has active sessions",
  merge_itself: "cannot merge branch into itself",
  merge_conflicts: "merge conflicts",
};

/** Executes one line of plain words. Never throws: what goes wrong is in the reply. */
export async function runPlainWords(service: Service, line: string): Promise<string> {
  const said = line.split(/[ \t]+/).filter((word) => word !== "");
  verbs ??= loadVerbs();
  const known = await verbs;
  const [name = ""] = said;
  const two = said.slice(0, 2).join(" ");
  const words = said.slice(known.has(two) ? two.split(" ").length : 1);
  const verb = known.get(two) ?? known.get(name);
  if (verb === undefined) {
    return JSON.stringify({
      ok: false,
      error: "unknown command",
      code: "unknown_method",
      message: name === ""
        ? "The line is empty"
        : `There is no command ${JSON.stringify(name.slice(0, 64))}`,
      hint: `Commands: ${[...(await verbs).keys()].join(", ")}`,
    });
  }
  try {
    return JSON.stringify({ ok: true, ...await runVerb(service, verb, words) });
  } catch (error) {
    const { message, ...rest } = wireError(error);
    const phrase = ORIGINAL_PHRASES[rest.code];
    const conflicts = rest.code === "merge_conflicts" ? conflictPaths(error) : {};
    return JSON.stringify({ ok: false, error: phrase ?? message, ...conflicts, ...rest, message });
  }
}

async function runVerb(service: Service, { method, plain }: Verb, words: string[]) {
  const params = plain.params(words);
  const result = await callMethod(service, method, params) as object;
  return plain.reply === undefined ? result : plain.reply(result, params as Record<string, never>);
}

let verbs: Promise<ReadonlyMap<string, Verb>> | undefined;

async function loadVerbs(): Promise<ReadonlyMap<string, Verb>> {
  const methods = [...await loadMethods()];
  return new Map(methods.flatMap(([method, { plain, words }]) => {
    return [plain, words].flatMap((form) =>
      form === undefined ? [] : [[verbOf(form), { method, plain: form }] as const]
    );
  }));
}

/** The words of small letters that its usage begins with. */
export function verbOf({ usage }: { readonly usage: string }): string {
  return /^[a-z.]+( [a-z]+)?/.exec(usage)![0];
}

/** As the original listed them: with a slash in front, each once. */
function conflictPaths(error: unknown): { conflicts: string[] } {
  const { sources } = (error as ServiceError).details as MergeReport;
  const paths = sources.flatMap(({ conflicts }) => conflicts.map(({ path }) => `/${path}`));
  return { conflicts: [...new Set(paths)].sort() };
}
