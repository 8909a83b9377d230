/**
 * When checkpoints are made by themselves, as a command line says it.
 *
 * @module
 */

import { AutoPolicyError, parseAutoPolicy } from "../../daemon/automatic/auto_policy.ts";
import type { OptionSpec } from "../command.ts";
import { usageError } from "../command_error.ts";

/** Policies of one word; several may be given, with commas between. */
export const AUTO_POLICIES = ["off", "all", "calls", "quiet", "mass-delete", "timer"] as const;

export const AUTO_OPTION: OptionSpec = {
  value: "POLICY",
  brief: "when to record by itself: agentvfs auto --help",
  completes: AUTO_POLICIES,
};

/** The words, if they are a policy. Throws a usage error. */
export function autoWords(words: string): string {
  try {
    parseAutoPolicy(words);
    return words;
  } catch (error) {
    if (error instanceof AutoPolicyError) {
      throw usageError(error.message, "See agentvfs auto --help");
    }
    throw error;
  }
}
