/**
 * A volume with branches, of which checkpoints are made and which are rolled back, as the daemon does it.
 *
 * @module
 */

import { noticeLists, noticesOf } from "../../../src/mount/windows/notices.ts";
import type { WindowsSessionOptions } from "../../../src/mount/windows/session.ts";
import type { View } from "../../../src/mount/views.ts";
import type { Snapshot } from "../../../src/store/trees/entry.ts";
import { retarget } from "../../../src/tree/rollback/retarget.ts";
import { Fixture } from "../../tree/fixture.ts";
import type { Driver } from "../driver.ts";
import { serveTree, viewOf } from "../served.ts";

/** Journals of branches are far from each other. */
const SEGMENTS = 100_000;

export class Volume {
  readonly fixture = new Fixture();
  readonly driver: Driver;
  readonly #served: ReturnType<typeof serveTree>;
  readonly #views = new Map<string, View>();
  readonly #snapshots: Snapshot[] = [];

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
    const tree = this.fixture.open(this.#snapshots[checkpoint]!, number * SEGMENTS);
    const view = viewOf(tree, number, name);
    views.add(view);
    this.#views.set(name, view);
    session.virtual.nodes.setBranches([...this.#views.keys()].filter((at) => at !== "main"), []);
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
