/**
 * What became of a name by no request, as a system is told that knows files by their names.
 *
 * @module
 */

export interface ToldName {
  /** From the root of the mount, as the system shows it. */
  readonly name: string;
  /** The system's numbers for what happened to it, and for what of it. */
  readonly action: number;
  readonly filter: number;
}
