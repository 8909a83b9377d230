import assert from "node:assert/strict";
import { UNCHANGED } from "../../control/testing/fake_reports.ts";
import type { SourceReport } from "../../control/service/daemon.ts";
import { sourceLine, sourceWarnings } from "./source_output.ts";

const CHANGED: SourceReport = {
  ...UNCHANGED,
  changed: { added: 1, modified: 2000, deleted: 0 },
  newest: { path: "src/a", time: "2026-01-02T03:04:05.678Z" },
};

const CASES: [what: string, report: SourceReport | null, line: RegExp, code: string | null][] = [
  ["a daemon that cannot be asked", null, /^not compared/, null],
  ["no change", UNCHANGED, /^the project is as it was imported$/, null],
  ["an import that runs", { ...UNCHANGED, state: "importing" }, /^being imported$/, null],
  ["a project that is gone", { ...UNCHANGED, state: "missing" }, /gone/, null],
  [
    "changes",
    CHANGED,
    /^1 added, 2 000 modified since the import; last src\/a, 2026-01-0\d \d\d:\d\d:\d\d$/,
    "source_changed",
  ],
  [
    "changes after an apply",
    { ...CHANGED, since: "exchange" },
    /modified since the last refresh or apply; last/,
    "source_changed",
  ],
  [
    "no change after an apply",
    { ...UNCHANGED, since: "exchange" },
    /^the project is as it was after the last refresh or apply$/,
    null,
  ],
  ["touched files", { ...UNCHANGED, touched: 7 }, /^7 perhaps/, "source_changed"],
  [
    "another directory that looks the same",
    { ...UNCHANGED, replaced: true },
    /^the project is another directory now; it looks the same$/,
    "source_replaced",
  ],
  ["another directory", { ...CHANGED, replaced: true }, /now; 1 added/, "source_replaced"],
];

for (const [what, report, line, code] of CASES) {
  Deno.test(`a source's line and warning: ${what}`, () => {
    assert.match(sourceLine(report), line);
    const warnings = sourceWarnings(report);
    assert.deepEqual(warnings.map((warning) => warning.code), code === null ? [] : [code]);
    for (const { message, hint } of warnings) {
      assert.match(message, /mount/);
      assert.match(hint, code === "source_replaced" ? /quickstart --new$/ : /agentvfs refresh$/);
    }
  });
}

Deno.test("an apply that was interrupted is told, with what to do", () => {
  const unfinished = { branch: "main", paths: 1, goingBack: false };
  const [warning] = sourceWarnings({ ...UNCHANGED, unfinished });
  assert.equal(warning!.code, "apply_unfinished");
  assert.match(warning!.hint, /apply --continue.*apply --abort/);
});
