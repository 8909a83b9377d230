/**
 * A fault at every message between the threads while a branch is checkpointed, rolled back and merged into: it is not
 * carried out, or it is and nobody hears of it. Afterwards the tree is what it was, it is there in the next server, and the
 * next checkpoint stores it.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import {
  backgroundJobs,
  type BackgroundTable,
} from "../../src/daemon/background/background_jobs.ts";
import type { BackgroundClient } from "../../src/daemon/background/background_client.ts";
import { PendingInvalidation } from "../../src/daemon/watchers/pending_invalidation.ts";
import { Branch } from "../../src/daemon/branches/branch.ts";
import { branchView } from "../../src/daemon/branches/branches.ts";
import { type Captures, viewCommands } from "../../src/daemon/fs_thread/fs_commands.ts";
import type { FsClient } from "../../src/daemon/fs_thread/fs_client.ts";
import { Merger } from "../../src/daemon/branches/merger.ts";
import { ownNames } from "../../src/daemon/fs_thread/own_names.ts";
import { openView } from "../../src/daemon/fs_thread/open_view.ts";
import type { Session } from "../../src/mount/linux/session.ts";
import { ViewTable } from "../../src/mount/views.ts";
import { loadHasher } from "../../src/store/format/hash.ts";
import type { Snapshot } from "../../src/store/trees/entry.ts";
import { Store } from "../../src/store/store.ts";
import { journalPath } from "../../src/store/files/store_paths.ts";
import { Journal, listSegments, segmentName } from "../../src/tree/journal/journal.ts";
import { RecordWriter } from "../../src/tree/journal/journal_record.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { FIRST_OWN_INODE, WorkingTree } from "../../src/tree/working_tree.ts";
import { dump, make, writeText } from "../tree/fixture.ts";
import { withTemporary } from "../support/temporary.ts";

/** Number of a segment that no checkpoint has. */
const OTHER_SEGMENT = 1_000_000;
const COMMIT = { label: "", message: "", kind: "checkpoint", agent: null } as const;
const FILE = 0o100644;
const DIRECTORY = 0o040755;

class MessageFault extends Error {}

/** Which message does not come through, and which way. */
class Line {
  #left = Infinity;
  #isHeard = false;

  /** The n-th message from now on fails; `isHeard`: it is carried out all the same. */
  failAt(n: number, isHeard: boolean): void {
    this.#left = n;
    this.#isHeard = isHeard;
  }

  /** True if the fault was met. */
  mend(): boolean {
    const wasMet = this.#left <= 0;
    this.#left = Infinity;
    return wasMet;
  }

  async send<T>(carryOut: () => T | Promise<T>): Promise<T> {
    const fails = --this.#left === 0;
    if (!fails) return await carryOut();
    if (this.#isHeard) await carryOut();
    throw new MessageFault("The message is lost");
  }
}

class Machine {
  readonly line = new Line();
  #turn = 0;

  private constructor(
    readonly table: BackgroundTable,
    readonly tree: WorkingTree,
    readonly branch: Branch,
    readonly journal: string,
    readonly store: Store,
  ) {}

  static async with(use: (machine: Machine) => Promise<void>): Promise<void> {
    await withTemporary(async (directory) => {
      const [source, path] = [`${directory}/project`, `${directory}/store`];
      fs.mkdirSync(source);
      fs.writeFileSync(`${source}/given`, "given");
      const { port1, port2 } = new MessageChannel();
      const start = {
        source,
        mount: `${directory}/mount`,
        store: path,
        fuseFd: -1,
        captures: port2,
      };
      const table = backgroundJobs(start, await loadHasher(), () => {}, () => {});
      const { commit: head } = await table.import({
        branch: "main",
        segment: 1,
        nextInode: FIRST_OWN_INODE,
        label: "initial",
      });
      const state = (await table.branch("main"))!;
      const store = Store.open(path, await loadHasher());
      const record = new RecordWriter();
      const options = { store, source, record, names: await ownNames(), resume: false };
      const { view } = openView(branchView(0, state, path), options);
      const captures: Captures = new Map();
      const session = {
        serveParked: () => {},
        drain: () => 0,
        changedBehind: () => {},
        context: { connection: null },
      } as unknown as Session;
      const views = new ViewTable(view, () => {});
      const byView = viewCommands({
        session,
        routing: null,
        views,
        captures,
        witnesses: new Map(),
        postCapture: (posted) => port1.postMessage(posted),
      });
      const line = new Line();
      const clients = {
        // The only one that must come through: whoever cannot thaw a mount ends it.
        fs: {
          callView: (number: number, command: keyof typeof byView, value: unknown) => {
            const row = byView[command] as (view: number, value: unknown) => unknown;
            const carryOut = () => row(number, value);
            return command === "thaw" ? Promise.resolve(carryOut()) : line.send(carryOut);
          },
        } as unknown as FsClient,
        background: {
          call: (job: keyof BackgroundTable, value: unknown) => {
            if (job === "notify" || job === "prune") return Promise.resolve(null);
            return line.send(() => (table[job] as (value: unknown) => unknown)(value));
          },
        } as unknown as BackgroundClient,
      };
      const branch = new Branch({
        name: "main",
        number: state.number,
        view: 0,
        flush: () => Promise.resolve(),
        invalidation: new PendingInvalidation(path, "any"),
        watchers: { look: () => Promise.resolve(null), tell: () => Promise.resolve(0) },
        onMoved: () => {},
        onAdvanced: () => {},
        ...clients,
      }, { head, snapshot: head.snapshot, segment: state.segment });
      const journal = journalPath(path, state.number);
      const machine = new Machine(table, view.tree, branch, journal, store);
      Object.assign(machine, { line });
      try {
        await use(machine);
      } finally {
        port1.close();
        view.tree.close();
        store.close();
        await table.close(null);
      }
    });
  }

  work(): void {
    const { tree } = this;
    const turn = this.#turn++;
    const directory = make(tree, tree.root, `directory ${turn}`, DIRECTORY);
    writeText(tree, make(tree, directory, "file", FILE), 0, `turn ${turn}`);
    const given = tree.lookup(tree.root, "given");
    assert.ok(typeof given !== "number");
    writeText(tree, given, turn % 5, `turn ${turn}`);
  }

  async checkWhole(): Promise<void> {
    const expected = dump(this.tree);
    await this.#checkRow(expected);
    const commit = await this.branch.save(COMMIT);
    assert.deepEqual(dump(this.tree), expected);
    await this.#checkRow(expected);
    this.#withOther(commit!.snapshot, (tree) => assert.deepEqual(dump(tree), expected));
  }

  /** What the next server makes of the branch's row and the journal. */
  async #checkRow(expected: unknown): Promise<void> {
    const { snapshot, segment } = (await this.table.branch("main"))!;
    const segments = listSegments(this.journal).filter((one) => one >= segment);
    this.#withOther(snapshot, (tree) => {
      const { damage, lost } = replay(tree, segments);
      assert.deepEqual([damage, lost], [null, []]);
      assert.deepEqual(dump(tree), expected, "in the next server");
    });
  }

  #withOther(snapshot: Snapshot, use: (tree: WorkingTree) => void): void {
    const journal = new Journal(this.journal);
    const tree = new WorkingTree(this.store, null, journal, snapshot, FIRST_OWN_INODE);
    journal.begin(OTHER_SEGMENT);
    use(tree);
    journal.close();
    Deno.removeSync(`${this.journal}/${segmentName(OTHER_SEGMENT)}`);
  }
}

/** Runs `round` with a fault at message 1, 2, … until it sends fewer. */
async function atEveryMessage(
  machine: Machine,
  round: (fail: () => void) => Promise<void>,
): Promise<void> {
  for (const isHeard of [false, true]) {
    for (let n = 1;; n++) {
      machine.work();
      let failed = false;
      await round(() => machine.line.failAt(n, isHeard)).catch((error) => {
        if (!(error instanceof MessageFault)) throw error;
        failed = true;
      });
      const wasMet = machine.line.mend();
      await machine.checkWhole();
      if (wasMet) continue;
      assert.equal(failed, false);
      assert.ok(n > 2, "no message was sent");
      break;
    }
  }
}

Deno.test("a fault at every message of a checkpoint", () =>
  Machine.with((machine) =>
    atEveryMessage(machine, async (fail) => {
      const expected = dump(machine.tree);
      fail();
      await machine.branch.save(COMMIT).finally(() =>
        assert.deepEqual(dump(machine.tree), expected)
      );
    })
  ));

Deno.test("a fault at every message of a rollback", () =>
  Machine.with(async (machine) => {
    const { branch, tree } = machine;
    const target = branch.head;
    const rolledBack = dump(tree);
    await atEveryMessage(machine, async (fail) => {
      const before = dump(tree);
      fail();
      await branch.rollback(target, "rollback").then(
        () => assert.deepEqual(dump(tree), rolledBack),
        (error) => {
          assert.deepEqual(dump(tree), before);
          throw error;
        },
      );
    });
  }));

Deno.test("a fault at every message of a merge", () =>
  Machine.with(async (machine) => {
    const { branch, tree } = machine;
    const base = branch.head;
    make(tree, tree.root, "theirs", DIRECTORY);
    const theirs = (await branch.save(COMMIT))!;
    const source = { label: "other", commits: [theirs.id], snapshot: theirs.snapshot };
    await atEveryMessage(machine, async (fail) => {
      await branch.rollback(base, "rollback");
      machine.work();
      const before = dump(tree);
      fail();
      const merged = new Merger(branch).merge({
        sources: [source],
        strategy: "conflict",
        label: "",
        message: "merge",
        accept: () => true,
        parents: () => Promise.resolve([theirs.id]),
      });
      await merged.then(
        () => assert.equal(typeof tree.lookup(tree.root, "theirs"), "object"),
        (error) => {
          assert.deepEqual(dump(tree), before);
          throw error;
        },
      );
    });
  }));

Deno.test("a fault at every message of a rollback while a merge is to be settled", () =>
  Machine.with(async (machine) => {
    const { branch, table, tree } = machine;
    const target = branch.head;
    const merge = { parents: [target.id], label: "", message: "merge", paths: ["given"] };
    await atEveryMessage(machine, async (fail) => {
      await branch.save(null);
      const { position, savedSnapshot: snapshot } = branch;
      await table.beginMerge({ ...position, snapshot, merge });
      const before = dump(tree);
      fail();
      const end = async () => (await table.branch("main"))!.merge;
      await branch.rollback(target, "rollback").then(
        async () => assert.equal(await end(), null),
        async (error) => {
          assert.deepEqual(dump(tree), before);
          assert.deepEqual(await end(), merge);
          throw error;
        },
      );
    });
  }));
