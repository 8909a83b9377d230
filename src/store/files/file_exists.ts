/**
 * Whether there is something at a path.
 *
 * @module
 */

/** True if there is; a link that leads nowhere is nothing. Throws what stat(2) fails with, except that there is nothing. */
export function fileExists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
