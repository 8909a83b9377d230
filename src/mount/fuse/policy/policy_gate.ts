/**
 * Whether the rules allow a request, before it is carried out.
 *
 * Who is the daemon's own (a rollback, a merge, and what tells watchers of them) is not asked about.
 *
 * @module
 */

import { binaryString } from "../../../../ffi/binary_string.ts";
import { Opcode } from "../../../../ffi/fuse_kernel.ts";
import { Errno } from "../../../host/errno.ts";
import type { Denial } from "../../../policy/denial.ts";
import { operationsText } from "../../../policy/operation.ts";
import { ANY_CALLER, type Caller, type Policy, UNKNOWN_CALLER } from "../../../policy/policy.ts";
import type { Rule } from "../../../policy/rule.ts";
import { VERDICTS } from "../../../telemetry/mount_record.ts";
import { pathOf } from "../../../tree/nodes/inode.ts";
import { TreeStates } from "../../tree_states.ts";
import { wireNode } from "../../views.ts";
import type { Context } from "../context.ts";
import { asksForOpens } from "../init.ts";
import { isWriteBack } from "../data_handlers.ts";
import type { FilterQuestions } from "./filter_questions.ts";
import { PolicyQuestion, type Refusal } from "./policy_question.ts";
import { POLICY_ROWS, type Row } from "./policy_rows.ts";

/** What {@linkcode PolicyGate.check} returns for a request that was put aside. */
export const WAITS = 1;

const ALLOW = VERDICTS.indexOf("allow");
const WATCH = VERDICTS.indexOf("watch");
const DENY = VERDICTS.indexOf("deny");

export interface PolicyGateOptions {
  /** Who made the request that the context has. */
  readonly callerOf: (context: Context) => Caller;
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
   * 0, or the negative errno of what the rules refuse, or {@linkcode WAITS}: the request was put aside until filters have said what
   * they think of it.
   */
  check(context: Context, opcode: number): number {
    const policy = this.#policy;
    if (policy === null) return 0;
    const row = POLICY_ROWS.get(opcode);
    if (row === undefined) return 0;
    if (this.#moved) this.#states!.forget();
    this.#moved = opcode === Opcode.RENAME || opcode === Opcode.RENAME2;
    if (policy.told === 0) return 0;
    const unknown = opcode === Opcode.WRITE && isWriteBack(context.request);
    const question = new PolicyQuestion(
      context,
      policy,
      this.#states!,
      this.#callerOf(context, unknown),
      // Pages come back while somebody waits for them to have done so.
      unknown ? null : this.filters,
    );
    const refusal = this.#ask(question, row);
    if (refusal === "waits") return WAITS;
    if (refusal === null) {
      if (question.watched !== null) this.#note(WATCH, question, question.watched);
      return 0;
    }
    this.#tell(question, refusal);
    if (unknown) {
      const { view, request } = context;
      this.options.onStale(wireNode(view.number, request.nodeId));
    }
    return -Errno.EACCES;
  }

  /** The rules alone may refuse it; else filters are asked, and it is looked at again with what they say. */
  #ask(question: PolicyQuestion, row: Row): Refusal | "waits" | null {
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

  /** Of pages that come back later, it is not known who wrote them; those who had no right could not open the file. */
  #callerOf(context: Context, unknown: boolean): Caller {
    if (!unknown) return this.options.callerOf(context);
    return asksForOpens(context.connection) ? ANY_CALLER : UNKNOWN_CALLER;
  }

  #note(verdict: number, { context, policy, caller }: PolicyQuestion, about: Refusal): Rule | null {
    const { state, isDirectory } = about.place;
    const rule = policy.ruleFor(state, isDirectory, context.view.branch, caller, about.denied);
    this.verdict = verdict;
    this.rule = binaryString(rule?.name ?? "");
    return rule;
  }

  #tell(question: PolicyQuestion, refusal: Refusal): void {
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
