/**
 * Patterns that choose paths, as git's ignore files have them.
 *
 * @module
 */

/**
 * Whether a path (a binary string) is chosen by any of the patterns (likewise): `*` and `?` stand for anything but a slash,
 * `**` for any directories, `[a-z]` for one of a set. A pattern without a slash in it matches a name anywhere, one with a slash
 * the path from the root; what matches a directory matches all that is in it.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const expressions = patterns.map(expressionOf);
  return (path) => expressions.some((expression) => expression.test(path));
}

function expressionOf(pattern: string): RegExp {
  const trimmed = pattern.replace(/\/+$/, "");
  const isAnchored = trimmed.includes("/");
  const body = trimmed.replace(/^\/+/, "");
  return new RegExp(`^${isAnchored ? "" : "(?:.*/)?"}${translated(body)}(?:/.*)?$`, "s");
}

/** A run of stars between slashes, a star, a question mark, a set, or one character. */
const TOKEN = /(?<=^|\/)\*\*\/|(?<=\/)\*\*$|^\*\*$|\*+|\?|\[[!^]?\]?[^\]]*\]|\\?[\s\S]/g;

function translated(pattern: string): string {
  return pattern.replace(TOKEN, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token[0] === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token[0] === "[" && token.length > 2) {
      return `[${token.slice(1, -1).replace(/^[!^]/, "^").replace(/[\\\]]/g, "\\$&")}]`;
    }
    return token.at(-1)!.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  });
}
