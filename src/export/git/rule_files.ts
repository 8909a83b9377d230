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
const LINE_ENDS = ["text", "crlf", "eol"];

/**
 * What git may do to the bytes of a file. `auto line ends`: as with `line ends`, but a file stays as it is whose bytes in
 * git have carriage returns already.
 */
export type Conversion = "none" | "line ends" | "auto line ends" | "any";

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

  /** What git may do to each of the files; those to which it does nothing are not there. */
  async conversions(paths: readonly string[]): Promise<Map<string, Conversion>> {
    const found = new Map<string, Conversion>();
    if (paths.length === 0) return found;
    const auto = await this.#git.ask("config", "core.autocrlf");
    const isAuto = auto !== null && /^(true|input|1|yes|on)$/i.test(auto);
    const names = [...FILTERS, ...LINE_ENDS];
    const command = ["check-attr", "-z", "--stdin", ...names];
    const fields = (await this.#git.succeed(command, this.#list(paths))).split("\0");
    for (let at = 0; at + 2 < fields.length; at += 3 * names.length) {
      const values = names.map((_, i) => fields[at + 3 * i + 2]!);
      const conversion = conversionOf(values, isAuto);
      if (conversion !== "none") found.set(this.#inProject(fields[at]!), conversion);
    }
    return found;
  }

  /** Stores a file's bytes as git keeps them for that path; the name they have. */
  async store(store: Store, path: string, record: InodeRecord): Promise<string> {
    const name = textOf(this.#repository.prefix + path);
    const command = ["hash-object", "-w", "--stdin", "--path", name];
    return (await this.#git.succeed(command, readPieces(store, record))).trim();
  }

  /** True if what git has under that name has lines that end with a carriage return. */
  async hasCarriageReturn(id: string): Promise<boolean> {
    return (await this.#git.succeed(["cat-file", "blob", id])).includes("\r\n");
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

/** @param values of all attributes above, in their order */
function conversionOf(values: readonly string[], isAuto: boolean): Conversion {
  const isGiven = (value: string) => value !== "unspecified" && value !== "unset";
  if (values.slice(0, FILTERS.length).some(isGiven)) return "any";
  const [text, crlf, eol] = values.slice(FILTERS.length) as [string, string, string];
  // The older attribute counts where the newer one says nothing.
  const lines = text === "unspecified" ? crlf : text;
  if (lines === "unset") return "none";
  if (lines === "auto") return "auto line ends";
  if (lines !== "unspecified" || isGiven(eol)) return "line ends";
  return isAuto ? "auto line ends" : "none";
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

function textOf(binary: string): string {
  return textOfBytes(bytesOf(binary));
}
