/**
 * The filters of a workspace: which there are, each with the process that runs it. They are kept in `filters/`, a file each, in
 * the order of their names, and start with the daemon.
 *
 * What is kept is a copy: a program that changes the file it was made of changes no filter.
 *
 * @module
 */

import { join } from "node:path";
import { type Bell, closeBell, createBell } from "../../host/cell/bell.ts";
import { lockKind } from "../../host/cell/lock.ts";
import type { FilterReport } from "../../control/service/filters.ts";
import { ServiceError } from "../../control/service_error.ts";
import { FilterError, type FilterKind } from "../../filters/filter.ts";
import type { FilterHandle } from "../../filters/filter_handle.ts";
import { FilterHost } from "../../filters/filter_host.ts";
import { selfCommand } from "../workspaces/spawn.ts";

export interface FiltersOptions {
  /** `filters/` of the workspace. */
  readonly directory: string;
  /** Told of everything that happens to a filter, a sentence each. */
  readonly tell: (filter: string, message: string) => void;
  /** Called when there are others than before; resolves when nobody uses one that is not there any more. */
  readonly onChange: (handles: readonly FilterHandle[]) => Promise<unknown>;
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const FILE = /^([A-Za-z0-9_-]{1,64})\.(wasm|lua)$/;

interface Kept {
  readonly name: string;
  readonly kind: FilterKind;
  readonly file: string;
  readonly host: FilterHost;
}

export class Filters {
  /** Rung when a filter has answered somebody who waits, and a batch: for the threads that ask. */
  readonly asked = bell();
  readonly batch = bell();
  readonly #kept = new Map<string, Kept>();

  constructor(readonly options: FiltersOptions) {}

  /** Starts those that are kept, and waits for none to run. */
  async begin(): Promise<void> {
    for (const file of filesIn(this.options.directory)) {
      const [, name, kind] = FILE.exec(file) ?? [];
      if (name === undefined) continue;
      try {
        const started = this.#keep(name, kind as FilterKind, join(this.options.directory, file));
        void started.start().catch(() => {});
      } catch (error) {
        this.options.tell(name, `Filter ${name} does not run: ${(error as Error).message}`);
      }
    }
    await this.#changed();
  }

  list(): FilterReport[] {
    return this.#all().map(({ name, kind, file, host }) => {
      const { state, trouble, failures, strikes } = host;
      return { name, kind, file, state, trouble, failures, lock: lockKind(), strikes };
    });
  }

  /** Resolves when it runs; what does not start is not kept. Rejects with {@linkcode ServiceError}. */
  async add(name: string, kind: FilterKind, content: string): Promise<void> {
    if (!NAME.test(name)) {
      throw new ServiceError("bad_name", `${JSON.stringify(name)} is no name for a filter`, {
        exit: 2,
        hint: "Use letters, digits, - and _, 64 at most",
      });
    }
    if (this.#kept.has(name)) {
      throw new ServiceError("filter_exists", `There is a filter ${name} already`, {
        hint: `agentvfs telemetry filter remove ${name}`,
      });
    }
    Deno.mkdirSync(this.options.directory, { recursive: true, mode: 0o700 });
    const file = join(this.options.directory, `${name}.${kind}`);
    Deno.writeFileSync(file, decode(content), { mode: 0o600 });
    try {
      await this.#keep(name, kind, file).start();
    } catch (error) {
      await this.remove(name);
      if (!(error instanceof FilterError)) throw error;
      throw new ServiceError(error.code, error.message, {
        exit: error.code === "no_filters_here" ? 4 : 1,
      });
    }
    await this.#changed();
  }

  /** Rejects with {@linkcode ServiceError} if there is none. */
  async remove(name: string): Promise<void> {
    const kept = this.#kept.get(name);
    if (kept === undefined) {
      throw new ServiceError("unknown_filter", `There is no filter ${name}`, {
        exit: 2,
        hint: "agentvfs telemetry filter list names them",
      });
    }
    this.#kept.delete(name);
    Deno.removeSync(kept.file);
    await this.#changed();
    await kept.host.stop();
  }

  /** Ends them all; they stay kept. */
  async end(): Promise<void> {
    const all = this.#all();
    this.#kept.clear();
    await Promise.all(all.map(({ host }) => host.stop()));
    for (const each of [this.asked, this.batch]) closeBell(each);
  }

  /** For the threads that ask them. */
  get handles(): FilterHandle[] {
    return this.#all().map(({ host }) => host.handle);
  }

  #keep(name: string, kind: FilterKind, file: string): FilterHost {
    const [asked, batch] = [this.asked.rings, this.batch.rings];
    const tell = (message: string) => this.options.tell(name, message);
    const host = new FilterHost({ name, file, command: selfCommand(), asked, batch, tell });
    this.#kept.set(name, { name, kind, file, host });
    return host;
  }

  async #changed(): Promise<void> {
    await this.options.onChange(this.handles);
  }

  #all(): Kept[] {
    return [...this.#kept.values()].toSorted((a, b) => a.name < b.name ? -1 : 1);
  }
}

function bell(): Bell {
  const made = createBell();
  if (made === null) throw new Error("Cannot create a bell for filters");
  return made;
}

function filesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name).toSorted();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function decode(content: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(content);
  } catch {
    throw new ServiceError("bad_request", "The content of a filter has to be base64", { exit: 2 });
  }
}
