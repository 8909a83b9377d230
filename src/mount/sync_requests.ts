/**
 * FSYNC, FSYNCDIR and SYNCFS: answered when the disk is done, while other requests go on being answered.
 *
 * @module
 */

import { type Flush, GroupSync } from "../tree/journal/group_sync.ts";
import type { Journal } from "../tree/journal/journal.ts";
import { Status } from "../tree/status.ts";

export class SyncRequests {
  readonly #groups = new WeakMap<Journal, GroupSync>();

  constructor(readonly flush: Flush) {}

  /** Calls `done`, now or later, with the first status that is not `Ok`, if any of `journals` cannot be made durable. */
  sync(journals: readonly Journal[], done: (status: Status) => void): void {
    let left = journals.length;
    let worst: Status = Status.Ok;
    if (left === 0) return done(worst);
    for (const journal of journals) {
      this.#group(journal).sync((status) => {
        if (worst === Status.Ok) worst = status;
        if (--left === 0) done(worst);
      });
    }
  }

  #group(journal: Journal): GroupSync {
    let group = this.#groups.get(journal);
    if (group === undefined) {
      group = new GroupSync(journal, this.flush);
      this.#groups.set(journal, group);
    }
    return group;
  }
}
