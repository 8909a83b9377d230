import assert from "node:assert/strict";
import { CallTimes } from "./call_times.ts";

Deno.test("what is done while one call is under way is of that call", () => {
  const times = new CallTimes();
  const at = (time: number, branch = "main") => {
    const { call, calls } = times.placed({ provider: "mount", action: "create", time, branch });
    return call ?? calls ?? null;
  };
  times.set("main", [], 0);
  times.set("main", [{ id: "a", tool: "Bash" }], 10);
  times.set("main", [{ id: "a" }, { id: "b" }], 20);
  times.set("main", [{ id: "b" }], 30);
  times.set("main", [], 40);
  assert.deepEqual([5, 15, 25, 35, 45].map((time) => at(time)), [null, "a", ["a", "b"], "b", null]);
  assert.equal(at(15, "other"), null);
});
