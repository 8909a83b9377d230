/**
 * What a method of the protocol is declared with. A file of `methods/` holds one declaration; all the rest follows from it.
 *
 * @module
 */

import type * as v from "valibot";
import type { Fields, Schema } from "./schema.ts";

/** What a method takes, what it answers with, and who may ask for it. */
export interface Method<P extends Fields = Fields, R extends Schema = Schema> {
  /** One sentence for the documentation. */
  readonly brief: string;
  /**
   * Of the result. It grows when a field goes or gets another meaning, not when one is added: who reads results has to ignore
   * what it does not know.
   */
  readonly version: number;
  /**
   * `branch`: also those who work on one branch, about that branch, which is written into their request, or one that was made
   * from it. `family`: also those, as `branch_service.ts` says. `outside`: only those who may ask for everything.
   */
  readonly who: WhoMayAsk;
  readonly params: P;
  readonly result: R;
  /** How it is asked for in plain words, as the original's clients do. */
  readonly plain?: PlainForm<ParamsOf<P>, v.InferOutput<R>>;
  /** The same in words as on the command line, where the original has others, or none. */
  readonly words?: PlainForm<ParamsOf<P>, v.InferOutput<R>>;
}

/** A method as a line of plain words: docs/protocol.md. */
export interface PlainForm<P, R> {
  /** The line. It begins with the verb: one or two words of small letters. */
  readonly usage: string;
  /** The parameters that the words after the verb stand for. They are checked as those of any request. */
  params(words: string[]): object;
  /** What the reply has before the result, for the documentation. */
  readonly adds?: string;
  /** The reply; default: the result. */
  reply?(result: R, params: P): object;
}

export type WhoMayAsk = "branch" | "family" | "outside";

/** What is not about a branch cannot be limited to one. */
type WhoOf<P> = P extends { branch: Fields[string] } ? WhoMayAsk : Exclude<WhoMayAsk, "branch">;

/** The parameters that a request has. */
export type ParamsOf<P extends Fields> = v.InferOutput<v.StrictObjectSchema<P, undefined>>;

/** Declares a method. */
export function defineMethod<P extends Fields, R extends Schema>(
  method: Method<P, R> & { who: WhoOf<P> },
): Method<P, R> {
  return method;
}
