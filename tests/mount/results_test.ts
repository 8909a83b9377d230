/** A daemon answers with what the methods declare, and commands print it. */

import assert from "node:assert/strict";
import type { ControlClient } from "../../src/control/client.ts";
import { METHOD_NAMES, type MethodName, type Params } from "../../src/control/methods.ts";
import { ServiceError } from "../../src/control/service_error.ts";
import { assertPrinted } from "../support/assert_fits.ts";
import { withProject } from "../support/mounted.ts";

/** What is asked, in this order; a string says where else the result is seen. */
const ASKED: { readonly [M in MethodName]: readonly Params<M>[] | string } = {
  status: [{}],
  checkpoint: [{ label: "one", message: "why", agent: "me" }],
  createBranch: [{ name: "b" }, { name: "c", from: "one" }],
  listBranches: [{}],
  log: [{}, { all: true, limit: 1 }],
  show: [{ ref: "one" }],
  diff: [{}, { from: "HEAD~1", patch: true, lines: true, renames: true }],
  prepareExport: [{}, { ref: "one" }],
  rollback: [{ ref: "HEAD~1", dryRun: true }, { ref: "HEAD~1" }],
  undo: [{ ref: "one", dryRun: true }, { ref: "one" }, {}],
  redo: [{}],
  restore: [{ paths: ["a"], from: "one", dryRun: true }, { paths: ["a"], from: "one" }],
  merge: [{ sources: ["b"] }, { sources: ["c"], dryRun: true }],
  review: [{ branch: "c" }],
  take: [{ branch: "c", from: "one", to: "c", all: true }],
  reviewApply: [{ only: ["a"] }, { ref: "one", withoutGit: true }],
  continueMerge: "merge_test.ts",
  abortMerge: "merge_test.ts",
  refresh: [{ dryRun: true }, {}],
  apply: [{ dryRun: true }, {}],
  continueApply: "apply_crash_test.ts",
  abortApply: "apply_crash_test.ts",
  showBranch: [{ name: "b" }],
  renameBranch: [{ name: "b", to: "d" }],
  deleteBranch: [{ name: "d" }],
  registerRun: "run_test.ts",
  registerSession: "cgroups_test.ts",
  unregisterSession: "cgroups_test.ts",
  switchSession: "cgroups_test.ts",
  listSessions: [{}],
  installPolicy: [{ text: '{"path_pattern": "x", "ask": "f", "branch": "b"}', from: ["x"] }],
  showPolicy: [{}],
  testPolicy: [{ path: "x" }, { path: "d/", op: "read" }],
  listDenials: [{}],
  removePolicy: [{}],
  addFilter: "filters_test.ts",
  removeFilter: "filters_test.ts",
  listFilters: [{}],
  verify: [{}, { repair: true }],
  gc: [{ dryRun: true }, { keep: 1 }],
  storeStats: [{}],
  memory: [{}, { collect: true }],
  compareSource: [{}],
  subscribe: "library_test.ts",
  auto: [{}, { policy: "all" }, { policy: "calls,mass-delete" }],
  tasks: [{}],
  restart: "restart_test.ts",
  audit: [{}, { paths: ["a"], since: "2026-01-01T00:00:00Z", call: "c", limit: 3 }],
  watchDirectories: "telemetry_watch_test.ts",
  unwatchDirectories: "telemetry_watch_test.ts",
  showTelemetry: [{}],
  stop: [{}],
};

Deno.test("every method of a daemon answers with what it declares", () =>
  withProject("echo 1 > a; ln -s a l; mkdir d; echo 2 > d/b", async (mounted) => {
    assert.deepEqual(Object.keys(ASKED).toSorted(), METHOD_NAMES.toSorted());
    using client = await mounted.connect();
    await Deno.writeTextFile(mounted.path("a"), "changed");
    for (const [name, asked] of Object.entries(ASKED) as [MethodName, object[] | string][]) {
      if (typeof asked === "string") continue;
      for (const params of asked) await ask(client, name, params);
    }
    const args = ["daemon", "--source", mounted.project, "--json"];
    const printed = await mounted.run(args);
    assert.equal(await assertPrinted(args, printed), "daemon", printed.stdout + printed.stderr);
    mounted.mount = JSON.parse(printed.stdout).mount;
    await mounted.ctl("export", "HEAD", "-o", `${mounted.state}/a.tar`);
    await mounted.ctl("restart");
    await mounted.ctl("quickstart", mounted.project);
  }));

async function ask(client: ControlClient, name: MethodName, params: object): Promise<void> {
  try {
    await client.call(name, params as Params<typeof name>);
  } catch (error) {
    if (error instanceof ServiceError) error.message = `${name}: ${error.message}`;
    throw error;
  }
}
