/**
 * Which paths are wanted, as globs say it.
 *
 * @module
 */

/**
 * Globs over paths that are binary strings. `*` and `?` stand for what has no slash in it, `**` for anything, `[a-z]` and
 * `[!a-z]` for one byte. One without a slash means a name at any depth, as in `.gitignore`. What is in a directory that
 * matches is wanted, too.
 *
 * @example
 * ```ts
 * new PathGlobs(["src", "*.md"]).includes("docs/index.md"); // true
 * ```
 */
export class PathGlobs {
  readonly #patterns: readonly RegExp[];

  /** @param globs binary strings */
  constructor(globs: readonly string[]) {
    this.#patterns = globs.map(patternOf);
  }

  includes(path: string): boolean {
    return this.#patterns.some((pattern) => pattern.test(path));
  }
}

function patternOf(glob: string): RegExp {
  const trimmed = glob.replace(/^(\.?\/)+|\/+$/g, "");
  const anywhere = glob.replace(/\/+$/, "").includes("/") ? "" : "(?:.*/)?";
  return new RegExp(`^${anywhere}${sourceOf(trimmed)}(?:/|$)`, "s");
}

const TOKEN = /\*\*\/|\*\*|\*|\?|\[(!|\^)?(\]?[^\]]*)\]|\\.|[^]/g;

function sourceOf(glob: string): string {
  return glob.replace(TOKEN, (token, not?: string, set?: string) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (set !== undefined) return `(?!/)[${not === undefined ? "" : "^"}${escapeSet(set)}]`;
    return escape(token.length > 1 ? token.slice(1) : token);
  });
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function escapeSet(set: string): string {
  return set.replace(/[\\\]^[]/g, "\\$&");
}
