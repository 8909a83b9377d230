/**
 * Paths as git writes them where they could be misread.
 *
 * @module
 */

const ESCAPES: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

/** A path (binary string) as git writes it: in C quotes where it has control characters, quotes or bytes above 0x7e. */
export function quotePath(path: string): string {
  // deno-lint-ignore no-control-regex
  const special = /[\x00-\x1f"\\\x7f-\xff]/g;
  if (path.search(special) < 0) return path;
  const quoted = path.replace(
    special,
    (c) => ESCAPES[c] ?? "\\" + c.charCodeAt(0).toString(8).padStart(3, "0"),
  );
  return `"${quoted}"`;
}
