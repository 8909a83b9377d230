/**
 * What a tool is declared with. A file of `tools/` holds one, or a few that belong together; schemas follow from the method.
 *
 * @module
 */

import type { MethodName, Params, Result } from "../../control/methods.ts";

/** What a client decides by whether it asks the person. All four are said, because those left out mean the worst. */
export interface Hints {
  /** It changes nothing. */
  readonly readOnlyHint: boolean;
  /** Something could be lost by it. */
  readonly destructiveHint: boolean;
  /** Doing it twice is doing it once. */
  readonly idempotentHint: boolean;
  /** It reaches beyond this project and its history. */
  readonly openWorldHint: boolean;
}

/** Of what only looks. */
export const READS: Hints = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/**
 * Of what changes the tree or the history and can be taken back: what was not recorded is recorded first, so nothing is lost. Twice is
 * not once, since the names of checkpoints are relative and every step is a checkpoint.
 */
export const RECORDS: Hints = { ...READS, readOnlyHint: false, idempotentHint: false };

type Field<M extends MethodName> = Extract<keyof Result<M>, string>;

/** A tool: a method, and the part of its parameters and of its result that an agent needs. */
export interface Tool<M extends MethodName = MethodName> {
  readonly name: string;
  readonly title: string;
  /** When to use it, and what it does: for the model. */
  readonly description: string;
  readonly hints: Hints;
  /** What clients agreed on beside the protocol. */
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly method: M;
  readonly params: readonly Extract<keyof Params<M>, string>[];
  readonly fields: readonly Field<M>[];
  /** The fields, lists or text, that are cut where the whole would be too long, most important first. */
  readonly cuts?: readonly Field<M>[];
  /** Lists in each entry of those, which are cut instead of the entries themselves. */
  readonly inside?: readonly string[];
  /** How the agent gets what was cut. */
  readonly rest?: string;
  /** The result in words. It says all that the fields say. */
  text(result: Result<M>): string;
}

/** Declares a tool. */
export function defineTool<M extends MethodName>(tool: Tool<M>): Tool {
  return tool as unknown as Tool;
}
