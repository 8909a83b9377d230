import assert from "node:assert/strict";
import { branchService } from "./branch_service.ts";
import { FakeService } from "./testing/fake_service.ts";

Deno.test("who works on a branch cannot reach the project by it", async () => {
  const fake = new FakeService();
  const own = branchService(fake, "main");
  for (
    const call of ["refresh", "apply", "continueApply", "abortApply", "compareSource"] as const
  ) {
    await assert.rejects(own[call]({}), { code: "denied" }, call);
  }
  await assert.rejects(own.diff({ project: true }), { code: "denied" });
  assert.deepEqual(fake.calls.filter(({ method }) => method !== "listBranches"), []);
  // Its own undo is told to stop at an apply.
  await fake.checkpoint({ label: "x" });
  await own.undo({});
  assert.deepEqual(fake.calls.at(-1), {
    method: "undo",
    params: { ownOnly: true, branch: "main" },
  });
});
