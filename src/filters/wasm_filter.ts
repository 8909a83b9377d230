/**
 * Filters in WebAssembly. A module exports
 *
 * - `memory`, `agentvfs_abi() -> 1`, `buffer(length) -> pointer`, which makes room for an event, and
 *   `filter(pointer, length) -> i32`, which is given one (`packed_event.ts`) and returns the bits of `answer.ts`;
 *   where it has notes also `notes() -> i64`, their place in the upper half and their length in the lower; or
 * - `on_event(operation: i32) -> verdict: i32` alone, which is the original's form.
 *
 * There is nothing to import, so there is nothing it can do but compute. What WASI's runtimes would import is there and
 * fails, because compilers leave it in modules that never call it.
 *
 * @module
 */

import { Bit, MOST_NOTES } from "./answer.ts";
import { AnswerWriter } from "./answer_writer.ts";
import { type Filter, FilterError } from "./filter.ts";
import { limitMemory } from "./wasm_memory.ts";

const ABI = 1;
/** errno of WASI: not supported. */
const WASI_ENOTSUP = 58;
/** What a filter may return itself. */
const OWN_BITS = Bit.VERDICT | Bit.DROP | Bit.CACHEABLE | Bit.NOTES;

type Exported = Readonly<Record<string, unknown>>;

/** Makes a filter of a module. Throws {@linkcode FilterError}. */
export function wasmFilter(bytes: Uint8Array<ArrayBuffer>, memoryBytes: number): Filter {
  const exports = instantiate(limitMemory(bytes, memoryBytes));
  if (typeof exports.agentvfs_abi === "function") return new PackedFilter(exports);
  if (typeof exports.on_event === "function") {
    return new OperationFilter(exports.on_event as (operation: number) => unknown);
  }
  throw new FilterError(
    "not_a_filter",
    "The Wasm module exports neither agentvfs_abi and filter nor on_event",
  );
}

function instantiate(bytes: Uint8Array<ArrayBuffer>): Exported {
  try {
    const module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(module, stubs(module));
    (exports._initialize as (() => void) | undefined)?.();
    return exports;
  } catch (error) {
    if (error instanceof FilterError) throw error;
    throw new FilterError("not_a_filter", `The Wasm module does not start: ${words(error)}`);
  }
}

function stubs(module: WebAssembly.Module): WebAssembly.Imports {
  const wasi: Record<string, () => number> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === "function" && from === "wasi_snapshot_preview1") wasi[name] = () => WASI_ENOTSUP;
    else if (kind === "function" && from === "env" && name === "abort") continue;
    else {
      throw new FilterError(
        "not_a_filter",
        `The Wasm module imports ${from}.${name}; a filter has nothing to import`,
      );
    }
  }
  // AssemblyScript's way to trap.
  const abort = () => {
    throw new Error("abort");
  };
  return { wasi_snapshot_preview1: wasi, env: { abort } };
}

abstract class WasmFilter implements Filter {
  failure: string | null = null;
  protected readonly writer = new AnswerWriter();

  judge(events: Uint8Array<ArrayBuffer>, count: number): Uint8Array<ArrayBuffer> {
    const view = new DataView(events.buffer, events.byteOffset, events.byteLength);
    this.writer.clear();
    for (let i = 0, at = 0; i < count; i++) {
      const length = view.getUint32(at, true);
      try {
        this.one(events.subarray(at + 4, at + 4 + length), view.getUint32(at + 4, true));
      } catch (error) {
        this.failure = words(error);
        this.writer.failed();
      }
      at += 4 + length;
    }
    return this.writer.answers;
  }

  /** Writes the answer to one event; whatever it throws is a failure of the filter. */
  protected abstract one(event: Uint8Array<ArrayBuffer>, operation: number): void;
}

class OperationFilter extends WasmFilter {
  readonly #onEvent: (operation: number) => unknown;

  constructor(onEvent: (operation: number) => unknown) {
    super();
    this.#onEvent = onEvent;
  }

  protected one(_event: Uint8Array<ArrayBuffer>, operation: number): void {
    const verdict = this.#onEvent(operation);
    if (verdict !== 0 && verdict !== 1 && verdict !== 2) {
      throw new RangeError(`on_event returned ${verdict}, which is no verdict`);
    }
    this.writer.word(verdict);
  }
}

class PackedFilter extends WasmFilter {
  readonly #memory: WebAssembly.Memory;
  readonly #buffer: (length: number) => unknown;
  readonly #filter: (pointer: number, length: number) => unknown;
  readonly #notes: (() => unknown) | null;

  constructor(exports: Exported) {
    super();
    const abi = run(() => (exports.agentvfs_abi as () => unknown)());
    if (abi !== ABI) {
      throw new FilterError(
        "not_a_filter",
        `The Wasm filter is made for ABI ${abi}; this is ${ABI}`,
      );
    }
    const { memory, buffer, filter, notes } = exports;
    if (!(memory instanceof WebAssembly.Memory)) throw missing("memory");
    if (typeof buffer !== "function") throw missing("buffer");
    if (typeof filter !== "function") throw missing("filter");
    this.#memory = memory;
    this.#buffer = buffer as (length: number) => unknown;
    this.#filter = filter as (pointer: number, length: number) => unknown;
    this.#notes = typeof notes === "function" ? notes as () => unknown : null;
  }

  protected one(event: Uint8Array<ArrayBuffer>): void {
    const pointer = unsigned(this.#buffer(event.length), "buffer");
    this.#at(pointer, event.length, "buffer").set(event);
    const word = unsigned(this.#filter(pointer, event.length), "filter");
    if ((word & ~OWN_BITS) !== 0 || (word & Bit.VERDICT) === Bit.VERDICT) {
      throw new RangeError(`filter returned ${word}, which is no answer`);
    }
    if ((word & Bit.NOTES) === 0) return this.writer.word(word);
    this.writer.noted(word, this.#readNotes());
  }

  #readNotes(): Uint8Array {
    const place = this.#notes?.();
    if (typeof place !== "bigint") throw new RangeError("notes() did not return an i64");
    const pointer = Number(BigInt.asUintN(32, place >> 32n));
    const length = Number(BigInt.asUintN(32, place));
    if (length > MOST_NOTES) throw new RangeError(`notes() returned ${length} bytes`);
    return this.#at(pointer, length, "notes");
  }

  #at(pointer: number, length: number, what: string): Uint8Array {
    // The memory may have grown since.
    const { buffer } = this.#memory;
    if (pointer + length > buffer.byteLength) {
      throw new RangeError(`${what} returned a place outside its memory`);
    }
    return new Uint8Array(buffer, pointer, length);
  }
}

function missing(name: string): FilterError {
  return new FilterError("not_a_filter", `The Wasm filter does not export ${name}`);
}

function unsigned(value: unknown, what: string): number {
  if (typeof value !== "number") throw new RangeError(`${what} did not return an i32`);
  return value >>> 0;
}

function run<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new FilterError("not_a_filter", `The Wasm filter failed at its start: ${words(error)}`);
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
