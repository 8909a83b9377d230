import { PolicyGate } from "../../src/mount/policy/policy_gate.ts";
import { ANY_CALLER } from "../../src/policy/policy.ts";
import { noFilters } from "./no_filters.ts";

/** Rules that nobody has made. */
export function noRules(): PolicyGate {
  return new PolicyGate({
    callerOf: () => ANY_CALLER,
    filters: noFilters(),
    onDenied() {},
    onStale() {},
  });
}
