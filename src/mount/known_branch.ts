/**
 * A branch as a mount knows of it, whether or not anybody has opened it.
 *
 * @module
 */

export interface KnownBranch {
  readonly name: string;
  /** The branch that it was made from. There may be no branch of that name any more. */
  readonly parent: string | null;
}
