/**
 * What the fs thread asks the daemon: it carries out no commands and opens no views.
 *
 * @module
 */

/** What the daemon is asked. `view`: where. */
export type Question =
  | { readonly about: "status"; readonly view: number }
  /** `cached`: a node of which the kernel must not keep pages when this is answered; null: it has none. */
  | {
    readonly about: "command";
    readonly view: number;
    readonly line: string;
    /** Process that wrote it. */
    readonly caller: number;
    readonly cached: number | null;
  }
  /** What an agent tells of itself. */
  | {
    readonly about: "event";
    readonly view: number;
    /** JSON; perhaps a part of it, which is answered without a text. */
    readonly text: string;
    readonly caller: number;
    readonly cached: number | null;
  }
  /** The view of a branch, or of the checkpoint that a ref names. */
  | { readonly about: "branch"; readonly name: string; readonly view: number }
  | { readonly about: "checkpoint"; readonly ref: string }
  /** Names of the branches that were made from the one that a view shows. */
  | { readonly about: "children"; readonly view: number }
  /** Names for the listing of `checkpoints`. */
  | { readonly about: "checkpoints" };

/** What it answers: text, the number of a view that is open now (null: there is none), or names. */
export interface Answer {
  /** The daemon could not find it out. */
  readonly failed?: true;
  readonly text?: string;
  readonly view?: number | null;
  readonly names?: readonly string[];
  /** Branches have names that begin with the one that was asked for. */
  readonly isPrefix?: boolean;
}

/** Asks. The answer comes with the same ticket. */
export type Ask = (ticket: number, question: Question) => void;
