import assert from "node:assert/strict";
import type { TreeState } from "../threads/messages.ts";
import type { Branches } from "../branches/branches.ts";
import { JournalFolder } from "./journal_folder.ts";

/** Of which only what a folder asks is there. */
class FakeBranch {
  saved = 0;

  constructor(readonly open: Set<FakeBranch>, readonly during: () => void = () => {}) {
    open.add(this);
  }

  state(): Promise<Partial<TreeState>> {
    if (!this.open.has(this)) throw new Error("The view is not open");
    this.during();
    return Promise.resolve({ changed: true, journalBytes: 2 ** 30, journalRecords: 1 });
  }

  save(): Promise<void> {
    if (!this.open.has(this)) throw new Error("The view is not open");
    this.saved++;
    return Promise.resolve();
  }
}

function folderOf(open: Set<FakeBranch>, beforeTurn: () => void = () => {}): JournalFolder {
  const branches = {
    open: () => Promise.resolve([...open]),
    has: (branch: FakeBranch) => open.has(branch),
  };
  return new JournalFolder(branches as unknown as Branches, (_, job) => {
    beforeTurn();
    return job();
  });
}

for (const what of ["foldLong", "foldAll"] as const) {
  Deno.test(`${what} passes over a branch that is deleted while another one is looked at`, async () => {
    const open = new Set<FakeBranch>();
    const first = new FakeBranch(open, () => open.delete(second));
    const second = new FakeBranch(open);
    await folderOf(open)[what]();
    assert.deepEqual([first.saved, second.saved], [1, 0]);
  });

  Deno.test(`${what} passes over a branch that is deleted in the turn before`, async () => {
    const open = new Set<FakeBranch>();
    const branch = new FakeBranch(open);
    await folderOf(open, () => open.delete(branch))[what]();
    assert.equal(branch.saved, 0);
  });
}
