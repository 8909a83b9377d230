/**
 * Thrown where a path is not what it was when it was looked at: it stays as it is, and everything else goes on.
 *
 * @module
 */

export class LeftAlone extends Error {
  override readonly name = "LeftAlone";
}
