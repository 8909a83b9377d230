/**
 * Files of state that are written as a whole.
 *
 * @module
 */

/**
 * Writes a file of this user's alone (0600) so that its readers, also after this process was killed, see what was in it before or
 * all of `text`. Not synced: after a power cut it may be empty. Throws what Deno throws.
 *
 * @param draft where it is written first, beside `path`; another one for each of several processes that may write at once
 */
export function replaceFile(path: string, text: string, draft = `${path}.new`): void {
  Deno.writeTextFileSync(draft, text, { mode: 0o600 });
  Deno.renameSync(draft, path);
}
