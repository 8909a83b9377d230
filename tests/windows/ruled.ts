/**
 * Rules for a session, and what they refused.
 *
 * @module
 */

import { PolicyGate } from "../../src/mount/policy/policy_gate.ts";
import type { Denial } from "../../src/policy/denial.ts";
import { ANY_CALLER, type Caller, type Policy } from "../../src/policy/policy.ts";
import { noFilters } from "../support/no_filters.ts";

export interface Ruled {
  readonly gate: PolicyGate;
  readonly denials: Omit<Denial, "number">[];
}

/** One whom no rule names. Filters are asked about it, which they are not about pages that come back later. */
const SOMEBODY: Caller = { ...ANY_CALLER };

/** `callerOf`: who a process is. */
export function ruled(
  policy: Policy | null,
  callerOf: (pid: number) => Caller = () => SOMEBODY,
  filters = noFilters(),
): Ruled {
  const denials: Omit<Denial, "number">[] = [];
  const gate = new PolicyGate({
    callerOf: ({ pid }) => callerOf(pid),
    filters,
    onDenied: (denial) => void denials.push(denial),
    onStale() {},
  });
  gate.policy = policy;
  return { gate, denials };
}
