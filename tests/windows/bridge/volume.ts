/**
 * A volume with branches, of which checkpoints are made and which are rolled back, as the daemon does it.
 *
 * @module
 */

import { noticeLists, noticesOf } from "../../../src/mount/windows/notices.ts";
import type { WindowsSessionOptions } from "../../../src/mount/windows/session.ts";
import type { View } from "../../../src/mount/views.ts";
import type { Snapshot } from "../../../src/store/trees/entry.ts";
import { mergeSnapshots } from "../../../src/history/merge/merge_snapshots.ts";
import { FIRST_OWN_INODE } from "../../../src/tree/working_tree.ts";
import { retarget } from "../../../src/tree/rollback/retarget.ts";
import { Fixture } from "../../tree/fixture.ts";
import type { Driver } from "../driver.ts";
import { serveTree, viewOf } from "../served.ts";

/** Of one branch: no other numbers its inodes so. */
const INODES = 2 ** 32;

export class Volume {
  readonly fixture = new Fixture();
  readonly driver: Driver;
  readonly #served: ReturnType<typeof serveTree>;
  readonly #views = new Map<string, View>();
  readonly #snapshots: Snapshot[] = [];
  /** What a branch and main have in common. */
  readonly #bases = new Map<string, Snapshot>();

  constructor(options: Partial<WindowsSessionOptions> = {}) {
    this.#served = serveTree(this.fixture.tree, {
      ...options,
      ask: (ticket, question) => {
        const { session } = this.#served;
        if (question.about === "branch") {
          const view = this.#views.get(question.name)?.number ?? null;
          session.answered(ticket, { view });
        } else if (question.about === "status") session.answered(ticket, { text: "served" });
        else session.answered(ticket, { names: [] });
      },
    });
    this.driver = this.#served.driver;
    this.#views.set("main", this.#served.main);
  }

  #view(branch: string): View {
    const view = this.#views.get(branch);
    if (view === undefined) throw new Error(`There is no branch ${branch}`);
    return view;
  }

  /** Returns its number. */
  checkpoint(branch: string): number {
    const { tree } = this.#view(branch);
    return this.#snapshots.push(this.fixture.checkpoint(() => {}, tree)) - 1;
  }

  /** What the driver is to be told, list by list. */
  rollback(branch: string, checkpoint: number): Uint8Array<ArrayBuffer>[] {
    const view = this.#view(branch);
    this.fixture.checkpoint(() => {}, view.tree);
    const invalidation = retarget(view.tree, this.#snapshots[checkpoint]!);
    return [...noticeLists(noticesOf(view, invalidation))];
  }

  branch(name: string, checkpoint: number): void {
    const { session, views } = this.#served;
    const number = this.#views.size;
    const snapshot = this.#snapshots[checkpoint]!;
    const inodes = FIRST_OWN_INODE + number * INODES;
    const journal = `${this.fixture.journalPath}-${number}`;
    const tree = this.fixture.open(snapshot, 1, inodes, journal);
    this.#bases.set(name, snapshot);
    const view = viewOf(tree, number, name);
    views.add(view);
    this.#views.set(name, view);
    session.virtual.nodes.setBranches([...this.#views.keys()].filter((at) => at !== "main"), []);
  }

  /** Brings what was done in a branch since it was made, or merged last, into main. What the driver is to be told. */
  merge(name: string): Uint8Array<ArrayBuffer>[] {
    const { store } = this.fixture;
    const { tree } = this.#view("main");
    const [ours, theirs] = ["main", name].map((branch) =>
      this.fixture.checkpoint(() => {}, this.#view(branch).tree)
    ) as [Snapshot, Snapshot];
    const merged = mergeSnapshots(store, this.#bases.get(name)!, ours, theirs, {
      strategy: "conflict",
      labels: { ours: "main", theirs: name },
      allocateInode: () => tree.nextInode++,
    });
    store.commit();
    if (merged.conflicts.length > 0) throw new Error(`Conflicts at ${merged.conflicts[0]!.path}`);
    this.#bases.set(name, theirs);
    const invalidation = retarget(tree, merged.snapshot);
    return [...noticeLists(noticesOf(this.#view("main"), invalidation))];
  }

  /** Handles that nobody has closed. */
  get open(): number {
    return this.#served.session.context.opens.size;
  }

  close(): void {
    for (const [name, { tree }] of this.#views) if (name !== "main") tree.journal.close();
    this.fixture.close();
  }
}
