/** What `--json` prints is what each command declares. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "../../src/cli/commands.ts";
import { FakeService } from "../../src/control/testing/fake_service.ts";
import { METHOD_NAMES, type MethodName, type Params } from "../../src/control/methods.ts";
import { assertPrinted, assertResult } from "../support/assert_fits.ts";
import { cli, withDaemon } from "./harness.ts";

/** A command line for each command; those before it have to succeed. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  quickstart: ["quickstart PROJECT"],
  doctor: ["doctor"],
  status: ["status"],
  restart: ["restart", "restart --all"],
  auto: ["auto", "auto all"],
  checkpoint: ["checkpoint x --message why"],
  rollback: ["rollback initial --dry-run"],
  log: ["log"],
  show: ["show initial"],
  diff: ["diff --patch --stat"],
  restore: ["restore a --from initial"],
  undo: ["checkpoint x", "undo x --dry-run", "undo x", "undo"],
  redo: ["checkpoint x", "undo", "redo"],
  "branch create": ["branch create b"],
  "branch list": ["branch create b", "branch list"],
  "branch show": ["branch show main"],
  "branch rename": ["branch create b", "branch rename b c"],
  "branch delete": ["branch create b", "branch delete b"],
  "branch switch": ["branch switch b --id 1"],
  merge: ["merge b", "merge conflicting --strategy markers", "merge --abort"],
  refresh: ["refresh", "refresh --dry-run"],
  apply: ["apply", "apply --dry-run", "apply --continue"],
  "branch merge": ["branch merge b"],
  "session register": ["session register --cgroup /sys/fs/cgroup/agents/b --branch b"],
  "session unregister": ["session unregister --id 1"],
  "session list": ["session list"],
  "policy install": ["policy install protect-git secrets"],
  "policy show": ["policy show"],
  "policy check": ["policy check secrets"],
  "policy test": ["policy test a --op read"],
  "policy denials": ["policy denials"],
  "policy remove": ["policy remove"],
  "telemetry filter add": ["telemetry filter add tests FILTER"],
  "telemetry filter list": ["telemetry filter list"],
  "telemetry filter remove": ["telemetry filter remove tests"],
  "telemetry filter test": ["telemetry filter test FILTER --events LOG"],
  "telemetry unwatch": ["telemetry unwatch /srv"],
  "telemetry watch": ["telemetry watch /"],
  "telemetry status": ["telemetry status"],
  verify: ["verify"],
  gc: ["gc --dry-run"],
  "store stats": ["store stats"],
  version: ["version"],
  integrate: ["integrate all"],
};

const FILTER = fileURLToPath(new URL("../../docs/examples/filters/tag_tests.lua", import.meta.url));
const LOG = "/dev/null";

/** Only a mount can show what these print: tests/mount/results_test.ts, run_agents_test.ts. */
const MOUNTED = ["daemon", "export", "run", "stop"];
/** Only an installed program: tests/e2e/install_test.ts. */
const INSTALLED = ["uninstall"];
/** And these: tests/mount/workspace_test.ts. */
const WORKSPACE = [
  "init",
  "start",
  "status",
  "list",
  "checkpoint",
  "rollback",
  "stop",
  "log",
  "diff",
  "apply",
  "delete",
]
  .map((verb) => `workspace ${verb}`);

for (const [name, lines] of Object.entries(LINES)) {
  Deno.test(`agentvfs ${name} --json prints what it declares`, () =>
    withDaemon(async ({ project }) => {
      let printed: string | null = null;
      for (const line of lines) {
        const places: Record<string, string> = { PROJECT: project, FILTER, LOG };
        const words = line.split(" ").map((word) => places[word] ?? word);
        const args = ["--json", "-C", project, ...words];
        const result = await cli(args);
        assert.equal(JSON.parse(result.stdout).error, undefined, result.stdout);
        printed = await assertPrinted(args, result);
      }
      assert.equal(printed, name);
    }));
}

Deno.test("every command that prints JSON has a line here", async () => {
  const printing = [];
  for (const [name, row] of Object.entries(COMMANDS)) {
    if ((await row.load()).command.prints !== null) printing.push(name);
  }
  assert.deepEqual(
    printing.toSorted(),
    [...Object.keys(LINES), ...MOUNTED, ...INSTALLED, ...WORKSPACE].toSorted(),
  );
});

/** Parameters with which the fake daemon does each method; null: it refuses it always. */
const PARAMS: { readonly [M in MethodName]: Params<M> | null } = {
  audit: { paths: ["a"], limit: 1 },
  watchDirectories: { directories: ["/srv"] },
  unwatchDirectories: { directories: ["/srv"] },
  showTelemetry: {},
  status: {},
  checkpoint: { label: "one", message: "why", agent: "me" },
  rollback: { ref: "initial", dryRun: true },
  log: { limit: 5 },
  show: { ref: "one" },
  diff: { patch: true, lines: true, renames: true },
  prepareExport: {},
  restore: { paths: ["a"], from: "initial" },
  undo: {},
  redo: {},
  createBranch: { name: "b" },
  renameBranch: { name: "b", to: "c" },
  deleteBranch: { name: "c" },
  listBranches: {},
  showBranch: { name: "main" },
  merge: { sources: ["conflicting"], strategy: "markers" },
  review: { branch: "b" },
  take: {
    branch: "b",
    from: "one",
    to: "one",
    whole: [1],
    parts: [{ item: 0, hunks: [0], edited: [{ oldStart: 9, lines: ["-10", "+ten\n"] }] }],
  },
  reviewApply: {},
  continueMerge: null,
  abortMerge: {},
  refresh: {},
  apply: {},
  continueApply: {},
  abortApply: null,
  registerRun: { branch: "b" },
  registerSession: { cgroup: "/sys/fs/cgroup/agents/b", branch: "b" },
  unregisterSession: { id: 1 },
  switchSession: { id: 1, branch: "b" },
  listSessions: {},
  installPolicy: { text: '{"rules": []}', from: ["x"] },
  removePolicy: {},
  showPolicy: {},
  testPolicy: { path: "x" },
  listDenials: {},
  addFilter: { name: "f", kind: "lua", content: "" },
  listFilters: {},
  removeFilter: { name: "f" },
  verify: {},
  gc: {},
  storeStats: {},
  memory: {},
  compareSource: {},
  subscribe: { kinds: ["merge"] },
  tasks: {},
  auto: { policy: "all" },
  restart: {},
  stop: {},
};

Deno.test("the fake daemon answers with what the methods declare", async () => {
  const service = new FakeService();
  assert.deepEqual(Object.keys(PARAMS).toSorted(), METHOD_NAMES.toSorted());
  for (const [name, params] of Object.entries(PARAMS) as [MethodName, never][]) {
    if (params !== null) await assertResult(name, await service[name](params));
  }
});

Deno.test("a field that is missing, of another kind or not declared is found", async () => {
  const [report] = [await new FakeService().checkpoint({})];
  await assertResult("checkpoint", report);
  const { ms: _, ...missing } = report;
  const changed = { ...report.changed, moved: 1 };
  for (
    const wrong of [missing, { ...report, id: "x" }, { ...report, y: 1 }, { ...report, changed }]
  ) {
    await assert.rejects(assertResult("checkpoint", wrong), /The result of checkpoint/);
  }
});
