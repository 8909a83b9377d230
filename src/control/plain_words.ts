/**
 * Requests in plain words: `checkpoint before the refactor`, `rollback baseline branch=main`.
 *
 * The original's clients speak this on the same socket, and people write it into `.agentvfs/ctl`. A reply is
 * one JSON line `{"ok":true,…}` or `{"ok":false,"error":"<the original's phrase>",…}`. One row per verb.
 *
 * @module
 */

import { callMethod } from "./methods.ts";
import { wireError } from "./protocol.ts";
import type { Service } from "./service.ts";
import type { BranchReport } from "./service/branches.ts";
import type { StatusReport } from "./service/daemon.ts";
import type { CheckpointReport, RollbackReport } from "./service/history.ts";
import type { MergeReport } from "./service/merge.ts";
import { ServiceError } from "./service_error.ts";

type Reply = object;
type Verb = (service: Service, words: string[]) => Promise<Reply>;

const VERBS: Readonly<Record<string, Verb>> = {
  status: async (service, words) => {
    noWords("status", words);
    return originalStatus(await service.status({}));
  },
  checkpoint: async (service, words) => {
    const { rest, ...branch } = takeBranch(words);
    if (rest.some((word) => word.startsWith("branch="))) {
      throw refused("ambiguous 'branch=' token in label");
    }
    const label = rest.length === 0 ? {} : { label: rest.join(" ") };
    const report = await call<CheckpointReport>(service, "checkpoint", { ...label, ...branch });
    return { commit: report.id, ...report };
  },
  rollback: async (service, words) => {
    const { rest, ...branch } = takeBranch(words);
    const ref = target(rest);
    const report = await call<RollbackReport>(service, "rollback", { ref, ...branch });
    return { rolled_back_to: report.id, ...report };
  },
  undo: (service, words) => step(service, "undo", words),
  redo: (service, words) => step(service, "redo", words),
  log: (service, words) => {
    const { rest, ...branch } = takeBranch(words);
    const limit = rest.length === 0 ? {} : { limit: Number(rest.join(" ")) };
    return call(service, "log", { ...limit, ...branch });
  },
  show: (service, words) => {
    const { rest, ...branch } = takeBranch(words);
    return call(service, "show", { ref: target(rest), ...branch });
  },
  diff: (service, words) => {
    const { rest, ...branch } = takeBranch(words);
    const [from, to, extra] = rest;
    if (extra !== undefined) throw refused("diff takes two targets at most");
    const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    return call(service, "diff", { ...range, ...branch });
  },
  restore: (service, words) => {
    const from = suffix("from", words);
    const path = words.slice(0, -1).join(" ");
    if (from === undefined || path === "") {
      throw refused("restore takes a path, then from=<target>");
    }
    return call(service, "restore", { paths: [path], from });
  },
  "branch.create": async (service, words) => {
    const report = await call<BranchReport>(service, "createBranch", jsonBody(words));
    return { branch_id: report.number, ...report };
  },
  "branch.delete": (service, words) => call(service, "deleteBranch", jsonBody(words)),
  "branch.merge": async (service, words) => {
    const { source, target, label } = jsonBody(words) as Record<string, unknown>;
    const named = label === undefined ? {} : { label };
    const params = { sources: [source], into: target, ...named };
    const report = await call<MergeReport>(service, "merge", params);
    return { commit: report.id ?? "", source, target, ...report };
  },
  "branch.list": async (service, words) => {
    noWords("branch.list", words);
    const { branches } = await service.listBranches({});
    return {
      branches: branches.map(({ name, number, head }) => ({
        name,
        branch_id: number,
        commit: head.id,
      })),
    };
  },
  stop: (service, words) => {
    noWords("stop", words);
    return call(service, "stop", {});
  },
};

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
  const [verb = "", ...words] = line.split(/[ \t]+/).filter((word) => word !== "");
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (run === undefined) {
    return JSON.stringify({
      ok: false,
      error: "unknown command",
      code: "unknown_method",
      message: verb === ""
        ? "The line is empty"
        : `There is no command ${JSON.stringify(verb.slice(0, 64))}`,
      hint: `Commands: ${Object.keys(VERBS).join(", ")}`,
    });
  }
  try {
    return JSON.stringify({ ok: true, ...await run(service, words) });
  } catch (error) {
    const { message, ...rest } = wireError(error);
    const phrase = ORIGINAL_PHRASES[rest.code];
    const conflicts = rest.code === "merge_conflicts" ? conflictPaths(error) : {};
    return JSON.stringify({ ok: false, error: phrase ?? message, ...conflicts, ...rest, message });
  }
}

function call<R extends Reply>(service: Service, method: string, params: object): Promise<R> {
  return callMethod(service, method, params) as Promise<R>;
}

async function step(service: Service, method: "undo" | "redo", words: string[]): Promise<Reply> {
  const { rest, ...branch } = takeBranch(words);
  noWords(method, rest);
  const report = await call<RollbackReport>(service, method, branch);
  return { rolled_back_to: report.id, ...report };
}

/** The value of a last word `name=value`. */
function suffix(name: string, words: string[]): string | undefined {
  const last = words.at(-1);
  return last?.startsWith(`${name}=`) ? last.slice(name.length + 1) : undefined;
}

function takeBranch(words: string[]): { rest: string[]; branch?: string } {
  const branch = suffix("branch", words);
  return branch === undefined ? { rest: words } : { rest: words.slice(0, -1), branch };
}

function target(words: string[]): string {
  if (words.length === 0) throw refused("missing target");
  return words.join(" ");
}

/** As the original listed them: with a slash in front, each once. */
function conflictPaths(error: unknown): { conflicts: string[] } {
  const { sources } = (error as ServiceError).details as MergeReport;
  const paths = sources.flatMap(({ conflicts }) => conflicts.map(({ path }) => `/${path}`));
  return { conflicts: [...new Set(paths)].sort() };
}

/** The JSON object that some of the original's verbs take. */
function jsonBody(words: string[]): object {
  try {
    const body: unknown = JSON.parse(words.join(" "));
    if (typeof body === "object" && body !== null) return body;
  } catch { /* told below */ }
  throw refused("malformed request");
}

function noWords(verb: string, words: string[]): void {
  if (words.length > 0) throw refused(`${verb} takes no words`);
}

function refused(message: string): ServiceError {
  return new ServiceError("bad_params", message, { exit: 2 });
}

/** The keys the original's clients read, then the whole report. */
function originalStatus(report: StatusReport): Reply {
  return {
    commit: report.head?.id ?? "",
    bootstrap_pending: report.import.state === "running",
    session_active: false,
    ebpf_available: false,
    telemetry_drops_total: 0,
    policy_version: 0,
    ...report,
  };
}
