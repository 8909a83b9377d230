/**
 * Hunks as patches name them, for clients.
 *
 * @module
 */

export { hunkHeader } from "../history/diff/hunk.ts";
