import { operationsText } from "../policy/operation.ts";
import type { Rule } from "../policy/rule.ts";
import type { PolicyRule } from "./service/policy.ts";

/** A rule, as methods and commands tell of it. */
export function ruleReport(rule: Rule): PolicyRule {
  const { name, pattern, verdict, operations, filter, otherwise } = rule;
  return {
    name,
    path_pattern: pattern,
    outside: rule.outside,
    verdict,
    operations: operationsText(operations),
    filter,
    otherwise: verdict === "ask" ? otherwise : null,
    deletions: rule.deletions,
    branches: rule.branches?.map(({ text }) => text) ?? null,
    programs: rule.programs === null ? null : [...rule.programs],
    uids: rule.uids === null ? null : [...rule.uids],
    sessions: rule.sessions === null ? null : [...rule.sessions],
  };
}
