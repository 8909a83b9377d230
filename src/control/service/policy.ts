/**
 * The names of what is said about rules: docs/policy.md.
 *
 * @module
 */

export type { DenialReport, ListDenialsReport } from "../methods/policy/list_denials.ts";
export type { PolicyVerdict, TestPolicyReport } from "../methods/policy/test_policy.ts";
export type { PolicyReport, PolicyRule } from "../shapes/policy.ts";
