/** A policy cannot be used. The message says which rule, where and why; the hint what to do. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  constructor(
    readonly code: PolicyErrorCode,
    message: string,
    readonly hint: string,
    /** Of the file, from 1; null if it is not about a line. */
    readonly line: number | null = null,
  ) {
    super(message);
  }
}

export type PolicyErrorCode = "policy_syntax" | "policy_rule" | "policy_too_large";
