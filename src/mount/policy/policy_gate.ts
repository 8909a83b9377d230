/**
 * Whether the rules allow a request, before it is carried out.
 *
 * Who is the daemon's own (a rollback, a merge, and what tells watchers of them) is not asked about.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { Denial } from "../../policy/denial.ts";
import { operationsText } from "../../policy/operation.ts";
import type { Caller, Policy } from "../../policy/policy.ts";
import type { Rule } from "../../policy/rule.ts";
import { VERDICTS } from "../../telemetry/mount_record.ts";
import { pathOf } from "../../tree/nodes/inode.ts";
import type { Asker } from "../asker.ts";
import { TreeStates } from "../tree_states.ts";
import type { FilterQuestions } from "./filter_questions.ts";
import type { Asking, Describe } from "./asking.ts";
import { PolicyQuestion, type Refusal, type Row } from "./policy_question.ts";

/** What {@linkcode PolicyGate.check} returns, if it is not 0: the request is refused. */
export const REFUSED = -1;
/** It was put aside until filters have said what they think of it. */
export const WAITS = 1;

const ALLOW = VERDICTS.indexOf("allow");
const WATCH = VERDICTS.indexOf("watch");
const DENY = VERDICTS.indexOf("deny");

export interface PolicyGateOptions {
  readonly callerOf: (asker: Asker) => Caller;
  readonly filters: FilterQuestions;
  readonly onDenied: (denial: Omit<Denial, "number">) => void;
  /** Pages of this node, as the kernel has it, hold what was refused. */
  readonly onStale: (node: number) => void;
}

export class PolicyGate {
  #policy: Policy | null = null;
  #states: TreeStates | null = null;
  /** A directory may have been moved since. */
  #moved = false;
  /** What a rule said of the request: its place in `VERDICTS` of the telemetry; 0 where none did. */
  verdict = ALLOW;
  /** Name of that rule, a binary string. */
  rule = "";

  constructor(readonly options: PolicyGateOptions) {}

  get policy(): Policy | null {
    return this.#policy;
  }

  /** These are the rules from now on; null: there are none. */
  set policy(policy: Policy | null) {
    this.#policy = policy;
    this.#states = policy === null ? null : new TreeStates(policy.automaton);
    this.options.filters.forget();
  }

  /** Trees may have changed otherwise than by requests that were asked about. */
  forget(): void {
    this.#moved = true;
  }

  get filters(): FilterQuestions {
    return this.options.filters;
  }

  /** Another request comes. */
  begin(): void {
    this.verdict = ALLOW;
    this.rule = "";
  }

  /**
   * 0: the rules allow what `row` asks them about; or {@linkcode REFUSED}, or {@linkcode WAITS}. `somebody`: stands for who asks, if
   * that is not known; then no filter is asked.
   */
  check<C extends Asking>(
    context: C,
    row: Row<C>,
    describe: Describe<C>,
    somebody: Caller | null = null,
  ): number {
    const policy = this.#policy;
    if (policy === null) return 0;
    if (this.#moved) this.#states!.forget();
    this.#moved = false;
    if (policy.told === 0) return 0;
    const question = new PolicyQuestion(
      context,
      describe,
      policy,
      this.#states!,
      somebody ?? this.options.callerOf(context.request),
      // Pages come back while somebody waits for them to have done so.
      somebody === null ? this.filters : null,
    );
    const refusal = this.#ask(question, row);
    if (refusal === "waits") return WAITS;
    if (refusal === null) {
      if (question.watched !== null) this.#note(WATCH, question, question.watched);
      return 0;
    }
    this.#tell(question, refusal);
    return REFUSED;
  }

  /** The rules alone may refuse it; else filters are asked, and it is looked at again with what they say. */
  #ask<C extends Asking>(question: PolicyQuestion<C>, row: Row<C>): Refusal | "waits" | null {
    const { filters } = this;
    while (true) {
      filters.begin();
      question.watched = null;
      const refusal = row(question);
      if (refusal !== null || !filters.needsMore) return refusal;
      const { bytes, length } = question.context.request;
      if (filters.putAside(bytes.subarray(0, length))) return "waits";
    }
  }

  #note<C extends Asking>(
    verdict: number,
    { context, policy, caller }: PolicyQuestion<C>,
    about: Refusal,
  ): Rule | null {
    const { state, isDirectory } = about.place;
    const rule = policy.ruleFor(state, isDirectory, context.view.branch, caller, about.denied);
    this.verdict = verdict;
    this.rule = binaryString(rule?.name ?? "");
    return rule;
  }

  #tell<C extends Asking>(question: PolicyQuestion<C>, refusal: Refusal): void {
    const { view, request } = question.context;
    const { operation, place: { parent, name } } = refusal;
    const rule = this.#note(DENY, question, refusal);
    const directory = pathOf(parent);
    this.options.onDenied({
      time: Date.now(),
      branch: view.branch,
      path: directory === null ? name : directory === "" ? name : `${directory}/${name}`,
      operation: operationsText(operation),
      rule: rule?.name ?? "",
      thread: request.pid,
      uid: request.uid,
    });
  }
}
