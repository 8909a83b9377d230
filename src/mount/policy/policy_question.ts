/**
 * What the rules are asked about a request: about operations on names of a tree, whatever the request looks like.
 *
 * @module
 */

import {
  ANY_CALLER,
  type Caller,
  type Decision,
  type Policy,
  refuses,
} from "../../policy/policy.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import type { Place, TreeStates } from "../tree_states.ts";
import type { Asking, Describe } from "./asking.ts";
import type { FilterQuestions } from "./filter_questions.ts";

/** Asks about all that a request does. Returns what is refused; null: nothing. */
export type Row<C extends Asking> = (question: PolicyQuestion<C>) => Refusal | null;

/** What is refused, where, and which of the rules' operations it is told as. */
export interface Refusal {
  readonly place: Place;
  readonly operation: number;
  /** Those that the rule is about. */
  readonly denied: number;
}

export class PolicyQuestion<C extends Asking = Asking> {
  /** The first that is allowed and to be told. */
  watched: Refusal | null = null;

  constructor(
    readonly context: C,
    readonly describe: Describe<C>,
    readonly policy: Policy,
    readonly states: TreeStates,
    readonly caller: Caller,
    /** Null: no filter is asked, and what is left to one is as its rule says for that case, or was decided before. */
    readonly filters: FilterQuestions | null,
  ) {}

  decide({ state, isDirectory }: Place): Decision {
    return this.policy.decide(state, isDirectory, this.context.view.branch, this.caller);
  }

  /** `parts`: what else is done with it. */
  ask(place: Place, operation: number, parts = 0): Refusal | null {
    const decision = this.#filtered(place, this.decide(place), operation, parts);
    if (!refuses(decision, operation, parts)) {
      if ((decision.watched & operation) !== 0) {
        this.watched ??= { place, operation, denied: operation };
      }
      return null;
    }
    return { place, operation, denied: decision.denied & (operation | parts) };
  }

  /** A decision with what filters say. Where they decide the operation itself they are not asked about its parts. */
  #filtered(place: Place, decision: Decision, operation: number, parts: number): Decision {
    if ((decision.asked & (operation | parts)) === 0) return decision;
    const whole = this.#withWords(place, decision, decision.asked & operation);
    const isDecided = ((whole.denied | whole.allowed | whole.watched) & operation) !== 0;
    return isDecided ? whole : this.#withWords(place, whole, decision.asked & parts);
  }

  #withWords(place: Place, decision: Decision, asked: number): Decision {
    let { denied, allowed, watched } = decision;
    for (let bit = 1; bit <= asked; bit <<= 1) {
      if ((asked & bit) === 0) continue;
      const word = this.#word(place, bit);
      denied = word === "deny" ? denied | bit : denied & ~bit;
      allowed = word === "deny" ? allowed & ~bit : allowed | bit;
      watched &= ~bit;
    }
    return { denied, allowed, watched, asked: decision.asked };
  }

  #word(place: Place, operation: number): "allow" | "deny" {
    const { state, isDirectory } = place;
    const { branch } = this.context.view;
    const rule = this.policy.ruleFor(state, isDirectory, branch, this.caller, operation)!;
    // Whoever had written such pages was asked about when the file was opened.
    if (this.caller === ANY_CALLER) return "allow";
    return this.filters?.word(this, rule, place, operation) ?? rule.otherwise;
  }

  /** Which of these operations are denied at a place; filters are asked. */
  denied(place: Place, operations: number): number {
    const decision = this.decide(place);
    return this.#withWords(place, decision, decision.asked & operations).denied & operations;
  }

  /** Asks about a name in a directory. */
  askName(
    directory: Inode | undefined,
    name: string,
    isDirectory: boolean,
    operation: number,
    parts = 0,
  ): Refusal | null {
    if (directory?.directory == null) return null;
    return this.ask(this.states.place(directory, name, isDirectory), operation, parts);
  }

  /** Asks about every name of a node. */
  askNode(inode: Inode | undefined, operation: number, parts = 0): Refusal | null {
    if (inode === undefined) return null;
    for (const place of this.states.placesOf(this.context.view.tree, inode)) {
      const refusal = this.ask(place, operation, parts);
      if (refusal !== null) return refusal;
    }
    return null;
  }
}
