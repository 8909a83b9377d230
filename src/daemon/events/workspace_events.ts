/**
 * Tells those who subscribed what happens in the daemon.
 *
 * @module
 */

import type { Params, Result } from "../../control/methods.ts";
import { EVENT_KINDS, type EventKind, type WorkspaceEvent } from "../../control/shapes/events.ts";
import { EventQueue } from "./event_queue.ts";

const DEFAULT_WAITING = 1_000;
const MOST_WAITING = 100_000;

/** What is done in the mount is very much. */
const USUAL_KINDS = EVENT_KINDS.filter((kind) => kind !== "file");

/** An event that has no number and no time yet. */
export type NewEvent = Omit<WorkspaceEvent, "seq" | "time">;

interface Subscriber {
  readonly kinds: ReadonlySet<EventKind>;
  readonly branch: string | null;
  readonly queue: EventQueue<WorkspaceEvent>;
}

export class WorkspaceEvents {
  readonly #subscribers = new Set<Subscriber>();
  #seq = 0;
  /** Called when the first subscribes to what is done in the mount, and when the last has gone. */
  onFileWanted: (isWanted: boolean) => void = () => {};

  /** True if somebody wants to know: what is costly to tell need not be found out else. */
  isWanted(kind: EventKind): boolean {
    return [...this.#subscribers].some(({ kinds }) => kinds.has(kind));
  }

  /** Never throws, never waits. */
  publish(event: NewEvent): void {
    const numbered = { ...event, seq: ++this.#seq, time: new Date().toISOString() };
    const { kind, branch, oldBranch } = numbered;
    for (const subscriber of this.#subscribers) {
      const isMeant = subscriber.branch === null ||
        [branch, oldBranch].includes(subscriber.branch);
      if (isMeant && subscriber.kinds.has(kind)) subscriber.queue.push(numbered);
    }
  }

  subscribe(p: Params<"subscribe">): {
    report: Result<"subscribe">;
    events: EventQueue<WorkspaceEvent>;
  } {
    const branch = p.branch ?? null;
    const most = Math.min(p.queue ?? DEFAULT_WAITING, MOST_WAITING);
    const kinds = new Set<EventKind>([...p.kinds ?? USUAL_KINDS, "lost"]);
    const queue = new EventQueue<WorkspaceEvent>(
      most,
      (count) => ({
        kind: "lost",
        seq: this.#seq,
        time: new Date().toISOString(),
        branch,
        count,
      }),
      () => {
        this.#subscribers.delete(subscriber);
        if (kinds.has("file") && !this.isWanted("file")) this.onFileWanted(false);
      },
    );
    const subscriber: Subscriber = { kinds, branch, queue };
    const isFirst = kinds.has("file") && !this.isWanted("file");
    this.#subscribers.add(subscriber);
    if (isFirst) this.onFileWanted(true);
    return { report: { branch, kinds: [...kinds], seq: this.#seq }, events: queue };
  }
}
