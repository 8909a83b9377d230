/**
 * Every place where something is written, and everything that can go wrong there: what was asked for fails and says why,
 * nothing else does, nothing that was there is lost, and once the fault is over all goes on.
 */

import assert from "node:assert/strict";
import { Errno } from "../../ffi/linux/errno.ts";
import { S_IFREG } from "../../src/store/trees/entry.ts";
import { verifyStore } from "../../src/history/verify/verify_store.ts";
import { runAtOnce } from "../../src/store/format/sliced.ts";
import { write } from "../../src/tree/operations/data.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { Journal, listSegments } from "../../src/tree/journal/journal.ts";
import { WRITE_HEADROOM } from "../../src/tree/journal/journal_record.ts";
import { create } from "../../src/tree/operations/names.ts";
import { NodeLog } from "../../src/tree/nodes/node_log.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { Status } from "../../src/tree/status.ts";
import { errnoOf } from "../../src/mount/fuse/errno.ts";
import { WorkingTree } from "../../src/tree/working_tree.ts";
import { type ErrnoName, type Fault, FaultyCalls, type Site } from "../support/faulty_calls.ts";
import { randomness } from "../support/random.ts";
import { dump } from "../tree/fixture.ts";
import { BRANCH, Sample } from "./sample.ts";

/** What a site's failure means for whom. */
interface Case extends Site {
  /** Which of the steps below fail. None: nobody notices. */
  readonly fails: readonly Step[];
}

type Step = "write" | "create" | "sync" | "checkpoint";

const JOURNAL = /\.journal$/;
const PACK = /\.pack$/;

const CASES: readonly Case[] = [
  {
    name: "journal append",
    call: "pwrite",
    path: JOURNAL,
    fails: ["write", "create", "checkpoint"],
  },
  { name: "journal sync", call: "fdatasync", path: JOURNAL, fails: ["sync"] },
  { name: "segment creation", call: "open", path: JOURNAL, fails: ["checkpoint"] },
  { name: "journal folder", call: "open", path: /journal\/0$/, fails: ["checkpoint"] },
  { name: "journal folder sync", call: "fsync", path: /journal\/0$/, fails: ["checkpoint"] },
  { name: "segment removal", call: "remove", path: JOURNAL, fails: [] },
  { name: "pack creation", call: "open", path: PACK, fails: ["checkpoint"] },
  { name: "pack append", call: "pwrite", path: PACK, fails: ["checkpoint"] },
  { name: "pack sync", call: "fdatasync", path: PACK, fails: ["checkpoint"] },
  { name: "packs folder", call: "open", path: /packs$/, fails: ["checkpoint"] },
  { name: "packs folder sync", call: "fsync", path: /packs$/, fails: ["checkpoint"] },
  { name: "index commit", call: "commit", path: /^$/, fails: ["checkpoint"] },
  { name: "index mark", call: "pwrite", path: /index\.mark$/, fails: [] },
  { name: "node log growth", call: "fallocate", path: /nodes\.new$/, fails: [] },
  { name: "node log rename", call: "rename", path: /nodes$/, fails: [] },
];

const ERRNOS: readonly ErrnoName[] = ["ENOSPC", "EDQUOT", "EMFILE", "ENOMEM", "EIO", "EROFS"];
/** Calls that have no errno of ours cannot be interrupted. */
const WITHOUT_ERRNO: ReadonlySet<string> = new Set(["rename", "remove", "commit"]);

for (const site of CASES) {
  for (const errno of ERRNOS) {
    Deno.test(`${site.name}: ${errno}`, () => meet(site, errno));
  }
  if (WITHOUT_ERRNO.has(site.call)) continue;
  Deno.test(`${site.name}: interrupted`, () => meet({ ...site, fails: [] }, "interrupted"));
  if (site.call !== "pwrite") continue;
  Deno.test(`${site.name}: short counts`, () => meet({ ...site, fails: [] }, "short"));
}

/** Does one step of each kind while a site fails, and again when it does not. */
function meet(site: Case, fault: Fault): void {
  const calls = new FaultyCalls();
  const sample = new Sample(calls);
  const { error } = console;
  console.error = () => {};
  try {
    const bench = new Bench(sample, calls);
    bench.prepare();
    calls.set(site, fault);
    for (const step of ["write", "create", "sync", "checkpoint"] as const) {
      const before = dump(sample.tree);
      const outcome = bench.do(step);
      if (site.fails.includes(step)) {
        assertSays(outcome, fault as ErrnoName, site, step);
        assert.deepEqual(dump(sample.tree), before, `a ${step} that failed has left something`);
      } else assert.equal(outcome, null, `${step} failed: ${outcome}`);
      bench.assertWhole(step);
    }
    assert.ok(calls.hits > 0, "nobody was there");
    calls.clear();
    // A checkpoint comes first: a sync that failed is not believed before what it was about is stored.
    for (const step of ["write", "create", "checkpoint", "sync"] as const) {
      assert.equal(bench.do(step), null, `${step} fails although the fault is over`);
    }
    bench.assertWhole("the fault");
    bench.assertRecovers();
  } finally {
    console.error = error;
    sample.remove();
  }
}

/** The failure carries its code, or for the index what is left of it. */
function assertSays(outcome: unknown, errno: ErrnoName, { call }: Site, step: Step): void {
  if (typeof outcome === "number") return assert.equal(errnoOf(outcome as Status), Errno[errno]);
  assert.ok(outcome instanceof Error, `${step} did not fail`);
  const isFull = errno === "ENOSPC" || errno === "EDQUOT";
  const { code } = outcome as { code?: string };
  assert.equal(code, isFull ? "no_space" : "io_error");
  if (call === "commit") return;
  const { failure: own, details } = outcome as {
    failure?: string;
    details?: { failure?: string };
  };
  assert.equal(own ?? details?.failure, errno, `${outcome}`);
}

class Bench {
  #file: Inode | null = null;
  #steps = 0;

  constructor(readonly sample: Sample, readonly calls: FaultyCalls) {}

  /** A checkpoint, and changes after it. */
  prepare(): void {
    const { sample } = this;
    sample.work(randomness(1), 15);
    sample.checkpoint("before");
    this.#file = create(
      sample.tree,
      sample.tree.root,
      "file",
      S_IFREG | 0o644,
      0,
      0,
      0,
      null,
    ) as Inode;
    // The next checkpoint needs a new pack.
    sample.store.rewriter.beginPack();
    sample.tree.nodes.keepIn(new NodeLog(`${sample.journalPath}/nodes`, this.calls));
  }

  /** Null where it succeeded; else a status or an error. */
  do(step: Step): unknown {
    const { sample } = this;
    const { tree } = sample;
    const ok = (status: Status) => status === Status.Ok ? null : status;
    this.#steps++;
    switch (step) {
      case "write": {
        const bytes = new Uint8Array(WRITE_HEADROOM + 5000).fill(this.#steps);
        const view = new DataView(bytes.buffer);
        const offset = 3000 * this.#steps;
        return ok(write(tree, this.#file!, offset, bytes, view, WRITE_HEADROOM, 5000, false));
      }
      case "create": {
        const mode = S_IFREG | 0o644;
        const made = create(tree, tree.root, `made ${this.#steps}`, mode, 0, 0, 0, null);
        if (typeof made === "number") return made;
        tree.nodes.remember(made);
        tree.nodes.flushLog();
        return null;
      }
      case "sync":
        return ok(tree.journal.sync());
      case "checkpoint":
        try {
          sample.checkpoint(`step ${this.#steps}`);
          return null;
        } catch (error) {
          return error;
        }
    }
  }

  /** What was stored before is there, and nothing in the store contradicts anything. */
  assertWhole(after: string): void {
    const { store, history } = this.sample;
    assert.equal(history.resolve(BRANCH, "before").label, "before");
    const { clean, damage } = runAtOnce(verifyStore(store, { live: true }));
    assert.ok(clean, `after ${after}: ${damage.map(({ message }) => message).join("; ")}`);
  }

  /** The next process finds what this one has. */
  assertRecovers(): void {
    const { sample } = this;
    const expected = dump(sample.tree);
    sample.close();
    const store = sample.reopen();
    try {
      const branch = sample.history.branch(BRANCH)!;
      const journal = new Journal(sample.journalPath);
      const tree = new WorkingTree(store, null, journal, branch.snapshot, branch.nextInode);
      const segments = listSegments(sample.journalPath).filter((n) => n >= branch.segment);
      const { damage, lost, tornBytes } = replay(tree, segments);
      assert.deepEqual([damage, lost, tornBytes], [null, [], 0]);
      assert.deepEqual(dump(tree), expected);
      journal.close();
    } finally {
      store.close();
    }
  }
}
