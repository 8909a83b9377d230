/**
 * What the rules are asked about a request.
 *
 * @module
 */

import { type Caller, type Decision, type Policy, refuses } from "../../../policy/policy.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import type { Place, TreeStates } from "../../tree_states.ts";
import type { Context } from "../context.ts";

/** What is refused, where, and which of the rules' operations it is told as. */
export interface Refusal {
  readonly place: Place;
  readonly operation: number;
  /** Those that the rule is about. */
  readonly denied: number;
}

export class PolicyQuestion {
  /** The first that is allowed and to be told. */
  watched: Refusal | null = null;

  constructor(
    readonly context: Context,
    readonly policy: Policy,
    readonly states: TreeStates,
    readonly caller: Caller,
  ) {}

  get node(): Inode | undefined {
    return this.context.tree.node(this.context.request.nodeId);
  }

  decide({ state, isDirectory }: Place): Decision {
    return this.policy.decide(state, isDirectory, this.context.view.branch, this.caller);
  }

  /** `parts`: what else is done with it. */
  ask(place: Place, operation: number, parts = 0): Refusal | null {
    const decision = this.decide(place);
    if (!refuses(decision, operation, parts)) {
      if ((decision.watched & operation) !== 0) {
        this.watched ??= { place, operation, denied: operation };
      }
      return null;
    }
    return { place, operation, denied: decision.denied & (operation | parts) };
  }

  /** Asks about a name in the request's directory. */
  askName(name: string, isDirectory: boolean, operation: number, parts = 0): Refusal | null {
    const parent = this.node;
    if (parent?.directory == null) return null;
    return this.ask(this.states.place(parent, name, isDirectory), operation, parts);
  }

  /** Asks about every name of a node. */
  askNode(inode: Inode | undefined, operation: number, parts = 0): Refusal | null {
    if (inode === undefined) return null;
    for (const place of this.states.placesOf(this.context.tree, inode)) {
      const refusal = this.ask(place, operation, parts);
      if (refusal !== null) return refusal;
    }
    return null;
  }
}
