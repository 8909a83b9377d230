/**
 * The rules of the fs thread, and what they refused.
 *
 * @module
 */

import { PolicyGate } from "../../mount/fuse/policy/policy_gate.ts";
import type { CgroupCallers } from "../../mount/linux/cgroup_callers.ts";
import { FilterQuestions } from "../../mount/fuse/policy/filter_questions.ts";
import { monotonicTime } from "../../host/clock.ts";
import { askingProcess, PolicyCaller } from "../../mount/linux/policy_caller.ts";
import { Denials } from "../../policy/denial.ts";
import { parsePolicy } from "../../policy/parse_policy.ts";
import { Policy } from "../../policy/policy.ts";
import type { PolicyText } from "../threads/messages.ts";

export class FsPolicy {
  readonly gate: PolicyGate;
  readonly denials = new Denials();

  /** Throws what parsing the rules throws: without them nothing is to be served. */
  constructor(
    rules: PolicyText | null,
    callers: CgroupCallers | null,
    mountpoint: string,
    onStale: (node: number) => void,
  ) {
    const caller = new PolicyCaller(callers);
    this.gate = new PolicyGate({
      filters: new FilterQuestions({
        mountpoint,
        processOf: ({ request }) => askingProcess(request),
        now: monotonicTime,
      }),
      callerOf: ({ request }) => caller.of(request),
      onDenied: (denial) => this.denials.add(denial),
      onStale,
    });
    this.install(rules);
  }

  install(rules: PolicyText | null): void {
    const parsed = rules === null ? [] : parsePolicy(rules.text);
    this.gate.policy = parsed.length === 0 ? null : new Policy(parsed, rules!.version);
  }
}
