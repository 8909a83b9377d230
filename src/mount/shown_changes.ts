/**
 * Times of change that are shown instead of the files' own: those of what a rollback changed. A client of NFS takes what it
 * knows of a file for right while its times are those it saw, and a rollback brings old ones back.
 *
 * @module
 */

/** Of one view, by node id. */
export class ShownChanges {
  readonly #times = new Map<number, { readonly sec: number; readonly nsec: number }>();

  /** These changed now, without any program's doing. */
  moved(nodeIds: Iterable<number>, now: { readonly sec: number; readonly nsec: number }): void {
    const time = { sec: now.sec, nsec: now.nsec };
    for (const id of nodeIds) this.#times.set(id, time);
  }

  /** When a node is shown to have changed: null, if it is when it did. */
  of(nodeId: number, ctimeSec: number, ctimeNsec: number): { sec: number; nsec: number } | null {
    const time = this.#times.get(nodeId);
    if (time === undefined) return null;
    const isOwnLater = ctimeSec > time.sec || (ctimeSec === time.sec && ctimeNsec >= time.nsec);
    if (!isOwnLater) return time;
    this.#times.delete(nodeId);
    return null;
  }

  entries(): IterableIterator<[nodeId: number, time: { sec: number; nsec: number }]> {
    return this.#times.entries();
  }

  get size(): number {
    return this.#times.size;
  }
}
