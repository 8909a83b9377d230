/**
 * What a snapshot's own `.gitignore` and `.gitattributes` say of paths. They are laid out in a temporary directory, which git
 * takes for the working tree: so neither the project nor its index is looked at, and no rule of git's is written anew here.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { isForeign, textOfBytes } from "../../../ffi/binary_string.ts";
import { S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import type { InodeRecord } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { readPieces } from "../read_pieces.ts";
import { Git, gitFailed } from "./git.ts";
import type { Repository } from "./repository.ts";

const IGNORE = ".gitignore";
const ATTRIBUTES = ".gitattributes";
/** With any of these set, what git keeps may be other bytes than the file's. */
const FILTERS = ["filter", "ident", "working-tree-encoding"];
const LINE_ENDS = ["text", "eol", "crlf"];

export type Conversion = "none" | "line ends" | "any";

export class RuleFiles implements Disposable {
  readonly #directory = Deno.makeTempDirSync({ prefix: "agentvfs-rules-" });
  readonly #repository: Repository;
  readonly #git: Git;

  constructor(repository: Repository) {
    this.#repository = repository;
    const tree = [`--git-dir=${repository.directory}`, `--work-tree=${this.#directory}`];
    // What may be on the disk below the project's path is not what the branch has.
    this.#git = new Git(this.#directory, tree);
    this.#copyFromAbove();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#directory, { recursive: true });
  }

  /** True for a file whose change may change what is ignored. */
  static isIgnoreFile(path: string): boolean {
    return path === IGNORE || path.endsWith(`/${IGNORE}`);
  }

  /** Notes that a path of the project is now that. Directories whose names are not UTF-8 have no rules. */
  set(store: Store, path: string, record: InodeRecord | null): void {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name !== IGNORE && name !== ATTRIBUTES) return;
    const text = textOf(this.#repository.prefix + path);
    if (isForeign(text)) return;
    const target = join(this.#directory, text);
    try {
      Deno.removeSync(target);
    } catch { /* it was not there, or is a directory with rules in it */ }
    if (record === null || (record.mode & S_IFMT) !== S_IFREG) return;
    Deno.mkdirSync(dirname(target), { recursive: true });
    using file = Deno.openSync(target, { write: true, create: true, truncate: true });
    for (const piece of readPieces(store, record)) {
      for (let at = 0; at < piece.length;) at += file.writeSync(piece.subarray(at));
    }
  }

  /** Those of the paths that git ignores, were they not tracked. */
  async ignored(paths: readonly string[]): Promise<Set<string>> {
    if (paths.length === 0) return new Set();
    const command = ["check-ignore", "-z", "--stdin", "--no-index"];
    const { code, out, err } = await this.#git.run(command, this.#list(paths));
    // 1: none of them.
    if (code > 1) throw gitFailed(command, err);
    return new Set(out.split("\0").slice(0, -1).map((path) => this.#inProject(path)));
  }

  /** How git makes what it keeps of each of these files; those for which it does nothing are not there. */
  async conversions(paths: readonly string[]): Promise<Map<string, Conversion>> {
    const found = new Map<string, Conversion>();
    if (paths.length === 0) return found;
    const auto = await this.#git.ask("config", "core.autocrlf");
    if (auto !== null && /^(true|input|1|yes|on)$/i.test(auto)) {
      for (const path of paths) found.set(path, "line ends");
    }
    const command = ["check-attr", "-z", "--stdin", ...FILTERS, ...LINE_ENDS];
    const fields = (await this.#git.succeed(command, this.#list(paths))).split("\0");
    for (let i = 0; i + 2 < fields.length; i += 3) {
      const [path, name, value] = fields.slice(i, i + 3) as [string, string, string];
      if (value === "unspecified" || value === "unset") continue;
      const inProject = this.#inProject(path);
      if (FILTERS.includes(name)) found.set(inProject, "any");
      else if (!found.has(inProject)) found.set(inProject, "line ends");
    }
    return found;
  }

  /** Stores a file's bytes as git keeps them for that path; the name they have. */
  async store(store: Store, path: string, record: InodeRecord): Promise<string> {
    const name = textOf(this.#repository.prefix + path);
    const command = ["hash-object", "-w", "--stdin", "--path", name];
    return (await this.#git.succeed(command, readPieces(store, record))).trim();
  }

  /** Rules of the directories that the project is in. */
  #copyFromAbove(): void {
    const { prefix, top } = this.#repository;
    const names = textOf(prefix).split("/").slice(0, -1);
    for (let i = 0; i < names.length; i++) {
      const above = names.slice(0, i).join("/");
      Deno.mkdirSync(join(this.#directory, above), { recursive: true });
      for (const name of [IGNORE, ATTRIBUTES]) {
        try {
          Deno.copyFileSync(join(top, above, name), join(this.#directory, above, name));
        } catch { /* there is none */ }
      }
    }
  }

  *#list(paths: readonly string[]): Generator<Uint8Array> {
    // Else a colon at its start would be magic.
    for (const path of paths) yield bytesOf(`./${this.#repository.prefix}${path}\0`);
  }

  #inProject(path: string): string {
    return path.slice(2 + this.#repository.prefix.length);
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

function textOf(binary: string): string {
  return textOfBytes(bytesOf(binary));
}
