/**
 * Names that files have in a project only while they are written or replaced there.
 *
 * An apply that is killed leaves some behind; the next command about it takes them away. Until then they are no part of
 * the project: whoever reads it leaves them out.
 *
 * @module
 */

const PATTERN = /^\.agentvfs-apply-[0-9a-f]{12}-[0-9a-f]{20}-[wdg]$/;

/** True for such a name. */
export function isDraftName(name: string): boolean {
  return PATTERN.test(name);
}
