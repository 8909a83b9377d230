/**
 * The tool calls that are under way in a branch.
 *
 * @module
 */

import { sinceBoot } from "../../host/processes.ts";
import type { AgentEvent } from "../../agents/agent_event.ts";

/** A call that was never closed is forgotten when so many others have begun. */
const MOST = 256;

interface Open {
  readonly event: AgentEvent;
  /** Of `performance.now()`. */
  readonly since: number;
  /** The same, ms since the machine started. */
  readonly booted: number;
  /** Ids of the others that were open meanwhile. */
  readonly alongside: Set<string>;
}

/** A call that has ended, and is to be recorded. */
export interface ClosedCall {
  readonly ms: number;
  /** Ids of others that were open meanwhile, or have begun since. */
  readonly alongside: ReadonlySet<string>;
  /** It and those that are still open, if there were any others. */
  readonly underWay: readonly OpenCall[];
  /** It is recorded: what begins from now on is not in it. */
  recorded(): void;
}

export type OpenCall = Pick<Open, "event" | "booted">;

export interface UnfinishedCall {
  readonly event: AgentEvent;
  readonly alongside: ReadonlySet<string>;
}

export class OpenCalls {
  #open: Open[] = [];
  /** Those that have ended and are not recorded yet: who is busy may be late, and the agent does not wait. */
  readonly #ended = new Set<Open>();

  /** Nobody is working that is known of. */
  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  get areSeveral(): boolean {
    return this.#open.length > 1;
  }

  /** The only one; null: there is none, or several. */
  get only(): AgentEvent | null {
    return this.#open.length === 1 ? this.#open[0]!.event : null;
  }

  /** Those under way. */
  get all(): readonly AgentEvent[] {
    return this.#open.map(({ event }) => event);
  }

  begin(event: AgentEvent): void {
    const times = { since: performance.now(), booted: sinceBoot() };
    const open: Open = { event, ...times, alongside: new Set() };
    for (const other of this.#open) {
      if (other.event.call !== null) open.alongside.add(other.event.call);
      if (event.call !== null) other.alongside.add(event.call);
    }
    for (const { alongside } of this.#ended) if (event.call !== null) alongside.add(event.call);
    this.#open = [...this.#open, open].slice(-MOST);
  }

  /** Null if nobody said that it began. */
  end(event: AgentEvent): ClosedCall | null {
    const at = this.#open.findIndex((open) => isSameCall(open.event, event));
    if (at < 0) return null;
    const [call] = this.#open.splice(at, 1) as [Open];
    this.#ended.add(call);
    return {
      ms: Math.round(performance.now() - call.since),
      alongside: call.alongside,
      underWay: call.alongside.size === 0 ? [] : [call, ...this.#open],
      recorded: () => this.#ended.delete(call),
    };
  }

  /** The session, or its subagent, has ended what it was doing. Returns the calls of which nobody said that they ended. */
  endAll(session: string | null, subagent: string | null): UnfinishedCall[] {
    const isOver = ({ event }: Open) =>
      event.session === session && (subagent === null || event.subagent === subagent);
    const over = this.#open.filter(isOver);
    this.#open = this.#open.filter((open) => !isOver(open));
    return over.map(({ event, alongside }) => ({ event, alongside }));
  }
}

/** Where calls have no id, the same tool with the same input is taken for the same. */
function isSameCall(one: AgentEvent, other: AgentEvent): boolean {
  if (one.session !== other.session) return false;
  if (one.call !== null || other.call !== null) return one.call === other.call;
  return one.tool === other.tool && one.command === other.command;
}
