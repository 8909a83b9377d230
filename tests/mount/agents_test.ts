import assert from "node:assert/strict";
import { runAgents } from "./agents.ts";

Deno.test("agents that work at the same time see exactly their own trees", async () => {
  const { operations, checkpoints } = await runAgents(6, 5, Date.now() % 1_000_000);
  assert.ok(operations > 2_000, `only ${operations} operations were checked`);
  assert.ok(checkpoints > 5);
});
