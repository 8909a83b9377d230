/** What programs hold to outside the mount: the table that they read, and the rules' names, binary strings. */
export interface PreloadRules {
  readonly table: Uint8Array<ArrayBuffer>;
  readonly names: readonly string[];
}

/** Longest table. */
export const RULES_BYTES = 256 * 1024;
