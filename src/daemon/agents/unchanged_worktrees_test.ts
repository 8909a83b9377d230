/** Branches of subagents that changed nothing go when the turn is over; all others stay. */

import assert from "node:assert/strict";
import type { AgentEvent, Moment } from "../../agents/agent_event.ts";
import { readEvent } from "../../agents/read_event.ts";
import { FakeService } from "../../control/testing/fake_service.ts";
import type { BranchReport } from "../../control/service/branches.ts";
import { ServiceError } from "../../control/service_error.ts";
import { UnchangedWorktrees } from "./unchanged_worktrees.ts";

function event(moment: Moment, subagent: string | null, session = "s"): AgentEvent {
  const claude = readEvent({ hook_event_name: "Stop", session_id: session })!;
  return { ...claude, moment, subagent };
}

/** A service with these branches; `inUse` cannot be deleted. */
async function serviceWith(branches: Record<string, Partial<BranchReport>>, inUse: string[] = []) {
  const [main] = (await new FakeService().listBranches({})).branches;
  const left = new Map(
    Object.entries(branches).map((
      [name, branch],
    ) => [name, { ...main!, ahead: 0, dirty: false, ...branch, name }]),
  );
  return {
    left,
    listBranches: () => Promise.resolve({ branches: [...left.values()] }),
    deleteBranch({ name }: { name: string }) {
      if (inUse.includes(name)) throw new ServiceError("branch_in_use", "In use");
      left.delete(name);
      return Promise.resolve({ name, head: "" });
    },
  };
}

Deno.test("a branch of a subagent goes with the turn, if nothing was changed in it", async () => {
  const service = await serviceWith({
    "agent-a": {},
    "agent-dirty": { dirty: true },
    "agent-ahead": { ahead: 1 },
    "agent-running": {},
    "agent-other": {},
    mine: {},
  });
  const worktrees = new UnchangedWorktrees(service);
  for (const name of ["a", "dirty", "ahead", "never-had-one"]) {
    worktrees.heard(event("subagent-end", name));
  }
  worktrees.heard(event("subagent-end", "other", "another session"));
  await worktrees.settled();
  assert.equal(service.left.size, 6);
  worktrees.heard(event("turn-end", null));
  await worktrees.settled();
  assert.deepEqual([...service.left.keys()], [
    "agent-dirty",
    "agent-ahead",
    "agent-running",
    "agent-other",
    "mine",
  ]);
});

Deno.test("one that is in use is tried again", async () => {
  const inUse = ["agent-a"];
  const service = await serviceWith({ "agent-a": {} }, inUse);
  const deleteBranch = service.deleteBranch.bind(service);
  const worktrees = new UnchangedWorktrees({
    ...service,
    deleteBranch: (p) => Promise.resolve(p).then(deleteBranch),
  });
  worktrees.heard(event("subagent-end", "a"));
  worktrees.heard(event("turn-end", null));
  await worktrees.settled();
  assert.equal(service.left.size, 1);
  inUse.pop();
  worktrees.heard(event("session-end", null));
  await worktrees.settled();
  assert.equal(service.left.size, 0);
});
