/**
 * The methods of the protocol, a row each. The service, the client, the checks and the documentation follow from them.
 *
 * A declaration is loaded when it is needed, so who only asks a daemon loads none: start-up time is a feature.
 *
 * @module
 */

import type { Method, ParamsOf } from "./method.ts";
import type { Infer } from "./schema.ts";

const ROWS = {
  status: () => import("./methods/daemon/status.ts"),
  checkpoint: () => import("./methods/history/checkpoint.ts"),
  rollback: () => import("./methods/history/rollback.ts"),
  log: () => import("./methods/history/log.ts"),
  show: () => import("./methods/history/show.ts"),
  diff: () => import("./methods/history/diff.ts"),
  prepareExport: () => import("./methods/history/prepare_export.ts"),
  restore: () => import("./methods/history/restore.ts"),
  undo: () => import("./methods/history/undo.ts"),
  redo: () => import("./methods/history/redo.ts"),
  createBranch: () => import("./methods/branches/create_branch.ts"),
  deleteBranch: () => import("./methods/branches/delete_branch.ts"),
  renameBranch: () => import("./methods/branches/rename_branch.ts"),
  listBranches: () => import("./methods/branches/list_branches.ts"),
  showBranch: () => import("./methods/branches/show_branch.ts"),
  merge: () => import("./methods/merge/merge.ts"),
  continueMerge: () => import("./methods/merge/continue_merge.ts"),
  review: () => import("./methods/merge/review.ts"),
  take: () => import("./methods/merge/take.ts"),
  abortMerge: () => import("./methods/merge/abort_merge.ts"),
  refresh: () => import("./methods/project/refresh.ts"),
  apply: () => import("./methods/project/apply.ts"),
  reviewApply: () => import("./methods/project/review_apply.ts"),
  continueApply: () => import("./methods/project/continue_apply.ts"),
  abortApply: () => import("./methods/project/abort_apply.ts"),
  registerRun: () => import("./methods/sessions/register_run.ts"),
  registerSession: () => import("./methods/sessions/register_session.ts"),
  unregisterSession: () => import("./methods/sessions/unregister_session.ts"),
  switchSession: () => import("./methods/sessions/switch_session.ts"),
  listSessions: () => import("./methods/sessions/list_sessions.ts"),
  installPolicy: () => import("./methods/policy/install_policy.ts"),
  removePolicy: () => import("./methods/policy/remove_policy.ts"),
  showPolicy: () => import("./methods/policy/show_policy.ts"),
  testPolicy: () => import("./methods/policy/test_policy.ts"),
  listDenials: () => import("./methods/policy/list_denials.ts"),
  addFilter: () => import("./methods/telemetry/add_filter.ts"),
  listFilters: () => import("./methods/telemetry/list_filters.ts"),
  removeFilter: () => import("./methods/telemetry/remove_filter.ts"),
  watchDirectories: () => import("./methods/telemetry/watch_directories.ts"),
  unwatchDirectories: () => import("./methods/telemetry/unwatch_directories.ts"),
  audit: () => import("./methods/telemetry/audit.ts"),
  showTelemetry: () => import("./methods/telemetry/show_telemetry.ts"),
  verify: () => import("./methods/store/verify.ts"),
  gc: () => import("./methods/store/gc.ts"),
  storeStats: () => import("./methods/store/store_stats.ts"),
  memory: () => import("./methods/daemon/memory.ts"),
  compareSource: () => import("./methods/daemon/compare_source.ts"),
  subscribe: () => import("./methods/daemon/subscribe.ts"),
  auto: () => import("./methods/daemon/auto.ts"),
  tasks: () => import("./methods/daemon/tasks.ts"),
  restart: () => import("./methods/daemon/restart.ts"),
  stop: () => import("./methods/daemon/stop.ts"),
};

type Rows = typeof ROWS;
type Declared<M extends MethodName> = Awaited<ReturnType<Rows[M]>>["method"];

export type MethodName = keyof Rows;
/** What a method takes, by its name: `Params<"checkpoint">`. */
export type Params<M extends MethodName> = ParamsOf<Declared<M>["params"]>;
/** What a method answers with, by its name: `Result<"checkpoint">`. */
export type Result<M extends MethodName> = Infer<Declared<M>["result"]>;

export const METHOD_NAMES = Object.keys(ROWS) as readonly MethodName[];

export function isMethodName(name: unknown): name is MethodName {
  return typeof name === "string" && Object.hasOwn(ROWS, name);
}

/** The declaration of a method. */
export async function loadMethod(name: MethodName): Promise<Method> {
  // A reply in plain words takes what its own method has, which the type of all methods cannot say.
  return (await ROWS[name]()).method as unknown as Method;
}

/** All of them, in the order of the rows. */
export async function loadMethods(): Promise<ReadonlyMap<MethodName, Method>> {
  const loaded = METHOD_NAMES.map(async (name) => [name, await loadMethod(name)] as const);
  return new Map(await Promise.all(loaded));
}
