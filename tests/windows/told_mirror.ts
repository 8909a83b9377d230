/**
 * What there is by what was told: whoever follows the log of events knows each name, size and read-only mark. Held to the model
 * of NT it shows that all is told that happened, and nothing else.
 *
 * @module
 */

import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import type { ModelNode, NtModel } from "./nt_model.ts";

interface Known {
  readonly isDirectory: boolean;
  size: number;
  isReadonly: boolean;
}

const UNWRITABLE = (mode: number | undefined) => mode !== undefined && (mode & 0o222) === 0;

export class ToldMirror {
  readonly #known = new Map<string, Known>();

  /** Throws where an event tells of something that nothing was told of. */
  tell({ action, path, target, offset, bytes, mode, error }: TelemetryEvent): void {
    if (error !== 0) return;
    // A file that has no name any more, and the root, of which nothing is compared.
    if (path === undefined || path === "") return;
    switch (action) {
      case "create":
      case "mkdir":
        if (this.#known.has(path)) throw new Error(`${path} is told to be made twice`);
        this.#known.set(path, {
          isDirectory: action === "mkdir",
          size: 0,
          isReadonly: UNWRITABLE(mode),
        });
        return;
      case "unlink":
      case "rmdir":
        this.#at(path);
        this.#known.delete(path);
        return;
      case "rename":
        return this.#move(path, target!);
      case "write": {
        const file = this.#at(path);
        file.size = Math.max(file.size, offset! + bytes!);
        return;
      }
      case "truncate":
        this.#at(path).size = bytes!;
        if (mode !== undefined) this.#at(path).isReadonly = UNWRITABLE(mode);
        return;
      case "chmod":
        if (mode !== undefined) this.#at(path).isReadonly = UNWRITABLE(mode);
        return;
      default:
        throw new Error(`Nobody expects ${action} of ${path}`);
    }
  }

  #at(path: string): Known {
    const known = this.#known.get(path);
    if (known === undefined) throw new Error(`Nothing was told of ${path}`);
    return known;
  }

  /** What is replaced may be spelled otherwise. */
  #move(from: string, to: string): void {
    const moved = this.#at(from);
    for (const path of this.#known.keys()) {
      if (path !== from && path.toUpperCase() === to.toUpperCase()) this.#known.delete(path);
    }
    const below = [...this.#known].filter(([path]) => path.startsWith(`${from}/`));
    for (const path of [from, ...below.map(([path]) => path)]) this.#known.delete(path);
    this.#known.set(to, moved);
    for (const [path, known] of below) this.#known.set(to + path.slice(from.length), known);
  }

  get text(): string {
    return [...this.#known].map(([path, { isDirectory, size, isReadonly }]) =>
      wordOf(path, isDirectory, size, isReadonly)
    ).sort().join(" ");
  }
}

function wordOf(path: string, isDirectory: boolean, size: number, isReadonly: boolean): string {
  return `${path}${isDirectory ? "/" : `=${size}`}${isReadonly ? "!" : ""}`;
}

/** What there is, as {@linkcode ToldMirror.text} has it. */
export function modelText({ root }: NtModel): string {
  const words: string[] = [];
  const walk = (node: ModelNode, prefix: string) => {
    for (const { name, node: child } of node.children!.values()) {
      const path = prefix + name;
      words.push(wordOf(path, child.isDirectory, child.content.length, child.readonly));
      if (child.isDirectory) walk(child, `${path}/`);
    }
  };
  walk(root, "");
  return words.sort().join(" ");
}
