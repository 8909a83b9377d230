/**
 * Where something is in the source directory: a name in a directory, up to the root.
 *
 * Trees may be deeper than any path that a system call takes, and text of every path in one would grow with the
 * square of its depth. So paths share what they have in common, and are written out only for people.
 *
 * @module
 */

export class SourcePath {
  static readonly ROOT = new SourcePath(null, "");

  private constructor(
    /** Null for the root. */
    readonly parent: SourcePath | null,
    /** A binary string. */
    readonly name: string,
  ) {}

  child(name: string): SourcePath {
    return new SourcePath(this, name);
  }

  /** A binary string relative to the root, which is "". */
  toString(): string {
    const names = [this.name];
    for (let at = this.parent; at !== null; at = at.parent) names.push(at.name);
    names.pop();
    return names.reverse().join("/");
  }
}
