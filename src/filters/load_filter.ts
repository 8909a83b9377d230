/**
 * Makes a filter of a file's bytes, in whatever language it is.
 *
 * @module
 */

import { type Filter, filterKind } from "./filter.ts";

/** Memory that a filter may have, bytes. */
const FILTER_MEMORY = 32 * 1024 * 1024;

/**
 * What is needed before anything of `bytes` runs, so that the process can be locked in between: the second step runs it.
 * Both throw {@linkcode FilterError}.
 */
export async function prepareFilter(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<() => Filter> {
  if (filterKind(name, bytes) === "wasm") {
    const { wasmFilter } = await import("./wasm_filter.ts");
    return () => wasmFilter(bytes, FILTER_MEMORY);
  }
  const { luaMachine } = await import("./lua_filter.ts");
  const machine = await luaMachine(FILTER_MEMORY, machineCode());
  return () => machine.load(bytes, name);
}

/** Where the executable has the code of the Lua machine: beside its own. Elsewhere the package knows. */
function machineCode(): string | undefined {
  return Deno.build.standalone ? `${import.meta.dirname}/glue.wasm` : undefined;
}
