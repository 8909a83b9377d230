/**
 * Filters in Lua 5.4: a file that defines `on_event(ev)`. It has the base library without what reads files or loads code,
 * and `string`, `table`, `math` and `utf8`.
 *
 * The virtual machine is spoken to by its C interface and in bytes. What the package has around it, objects of one world
 * in the other, costs fifty microseconds an event.
 *
 * @module
 */

import type { LuaEngine, LuaWasm } from "wasmoon";
import { allFailed } from "./answer_writer.ts";
import { type Filter, FilterError } from "./filter.ts";
import { LUA_PRELUDE } from "./lua_prelude.ts";

type Wasmoon = typeof import("wasmoon");

const REGISTRY = -1_001_000;
const OK = 0;
const LuaType = { NIL: 0, FUNCTION: 6 } as const;

/** The functions that take and give bytes; the package's own would make strings of them. */
interface Raw {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _lua_pushlstring(state: number, pointer: number, length: number): number;
  _lua_tolstring(state: number, index: number, length: number): number;
  _luaL_loadbufferx(
    state: number,
    pointer: number,
    length: number,
    name: number,
    mode: number,
  ): number;
}

/** Makes a virtual machine; {@linkcode LuaMachine.load} then runs a filter's file in it. `wasmPath`: the machine's own code. */
export async function luaMachine(memoryBytes: number, wasmPath?: string): Promise<LuaMachine> {
  // Bundled, the package finds out where it lies by this name, and needs it although it is told where its code is.
  (globalThis as { __filename?: string }).__filename ??= "/";
  // Bundled, what the package exports is its default export alone.
  const wasmoon = await import("wasmoon") as Wasmoon & { default?: Wasmoon };
  const { LuaFactory } = wasmoon.default ?? wasmoon;
  const engine = await new LuaFactory(wasmPath).createEngine({
    openStandardLibs: false,
    injectObjects: false,
    enableProxy: false,
    traceAllocations: true,
  });
  return new LuaMachine(engine, memoryBytes);
}

class LuaMachine {
  readonly #lua: LuaWasm;
  readonly #raw: Raw;
  readonly #state: number;

  constructor(engine: LuaEngine, memoryBytes: number) {
    const { global } = engine;
    this.#lua = global.lua;
    this.#raw = this.#lua.module as unknown as Raw;
    this.#state = global.address;
    global.setMemoryMax(memoryBytes);
    const state = this.#state;
    const libraries = {
      _G: this.#lua.luaopen_base,
      string: this.#lua.luaopen_string,
      table: this.#lua.luaopen_table,
      math: this.#lua.luaopen_math,
      utf8: this.#lua.luaopen_utf8,
    };
    for (const [name, open] of Object.entries(libraries)) {
      open(state);
      this.#lua.lua_setglobal(state, name);
    }
  }

  /** Runs the file `name`, and is its filter. Throws {@linkcode FilterError}. */
  load(text: Uint8Array<ArrayBuffer>, name: string): Filter {
    this.#run(new TextEncoder().encode(LUA_PRELUDE), "=agentvfs", 1);
    const judge = this.#lua.luaL_ref(this.#state, REGISTRY);
    this.#run(text, `@${name}`, 0);
    if (this.#lua.lua_getglobal(this.#state, "on_event") !== LuaType.FUNCTION) {
      throw new FilterError("not_a_filter", `${name} defines no function on_event`);
    }
    this.#lua.lua_settop(this.#state, 0);
    return new LuaFilter((events, count) => this.#judge(judge, events, count));
  }

  #run(text: Uint8Array<ArrayBuffer>, name: string, results: number): void {
    const raw = this.#raw;
    const [code, title, mode] = [this.#copy(text), this.#copy(cText(name)), this.#copy(cText("t"))];
    let status = raw._luaL_loadbufferx(this.#state, code, text.length, title, mode);
    for (const pointer of [code, title, mode]) raw._free(pointer);
    if (status === OK) status = this.#lua.lua_pcallk(this.#state, 0, results, 0, 0, null);
    if (status === OK) return;
    const message = this.#text(-1);
    this.#lua.lua_settop(this.#state, 0);
    throw new FilterError("not_a_filter", `The Lua filter does not start: ${message}`);
  }

  #judge(
    judge: number,
    events: Uint8Array<ArrayBuffer>,
    count: number,
  ): { answers: Uint8Array<ArrayBuffer>; failure: string | null } {
    const raw = this.#raw;
    const state = this.#state;
    try {
      this.#lua.lua_rawgeti(state, REGISTRY, BigInt(judge));
      const pointer = this.#copy(events);
      raw._lua_pushlstring(state, pointer, events.length);
      raw._free(pointer);
      this.#lua.lua_pushnumber(state, count);
      if (this.#lua.lua_pcallk(state, 2, 2, 0, 0, null) !== OK) throw new Error(this.#text(-1));
      const failure = this.#lua.lua_type(state, -1) === LuaType.NIL ? null : this.#text(-1);
      return { answers: this.#bytes(-2), failure };
    } finally {
      this.#lua.lua_settop(state, 0);
    }
  }

  /** A copy in the machine's memory, which is freed by who asked for it. */
  #copy(bytes: Uint8Array): number {
    const pointer = this.#raw._malloc(bytes.length || 1);
    if (pointer === 0) throw new Error("not enough memory");
    this.#raw.HEAPU8.set(bytes, pointer);
    return pointer;
  }

  #bytes(index: number): Uint8Array<ArrayBuffer> {
    const size = this.#raw._malloc(4);
    const pointer = this.#raw._lua_tolstring(this.#state, index, size);
    const length = this.#raw.HEAPU32[size >> 2]!;
    this.#raw._free(size);
    return pointer === 0 ? new Uint8Array() : this.#raw.HEAPU8.slice(pointer, pointer + length);
  }

  #text(index: number): string {
    return new TextDecoder().decode(this.#bytes(index));
  }
}

function cText(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

class LuaFilter implements Filter {
  failure: string | null = null;
  readonly #judge: (
    events: Uint8Array<ArrayBuffer>,
    count: number,
  ) => { answers: Uint8Array<ArrayBuffer>; failure: string | null };

  constructor(
    judge: (
      events: Uint8Array<ArrayBuffer>,
      count: number,
    ) => { answers: Uint8Array<ArrayBuffer>; failure: string | null },
  ) {
    this.#judge = judge;
  }

  judge(events: Uint8Array<ArrayBuffer>, count: number): Uint8Array<ArrayBuffer> {
    try {
      const { answers, failure } = this.#judge(events, count);
      this.failure = failure ?? this.failure;
      return answers;
    } catch (error) {
      // What goes wrong outside on_event: there is no room for the answers.
      this.failure = error instanceof Error ? error.message : String(error);
      return allFailed(count);
    }
  }
}
