/**
 * Where the processes of a trace are, as its calls go by.
 *
 * @module
 */

import { type Call, fileOf, type StraceLog, textOf } from "./strace_log.ts";

export class WorkingDirectories {
  readonly #known = new Map<number, string>();
  readonly #parents: ReadonlyMap<number, number>;

  /** `first`: where the first program began. */
  constructor(readonly log: StraceLog, readonly first: string) {
    this.#parents = new Map(log.begun.map(({ parent, child }) => [child, parent]));
  }

  /** To be given every call, in their order. */
  read(call: Call): void {
    const { name, args, error, thread } = call;
    if (error !== null) return;
    // Threads have one working directory.
    const process = this.log.processOf(thread);
    if (name === "chdir") this.#known.set(process, this.pathAt(call, 0)!);
    else if (name === "fchdir") this.#known.set(process, fileOf(args[0])!.path);
    else if (/^(?:v?fork|clone3?)$/.test(name) && call.result > 0) this.#of(call.result);
  }

  /** The path that an argument names, below the directory in the argument before it where the call has one. */
  pathAt({ thread, args }: Call, index: number): string | null {
    const text = textOf(args[index]);
    if (text === null) return null;
    const base = fileOf(args[index - 1]);
    const directory = index > 0 && base !== null ? base.path : this.#of(this.log.processOf(thread));
    return text === "" ? directory : `${text.startsWith("/") ? "" : `${directory}/`}${text}`;
  }

  /** A process begins where its parent is. */
  #of(process: number): string {
    const known = this.#known.get(process);
    if (known !== undefined) return known;
    const parent = this.#parents.get(process);
    const directory = parent === undefined ? this.first : this.#of(this.log.processOf(parent));
    this.#known.set(process, directory);
    return directory;
  }
}
