/**
 * Choosing the backend that computes BLAKE3 here.
 *
 * @module
 */

import type { Hasher } from "./hasher.ts";

/**
 * Loads a backend: the native one, or WebAssembly where its addon does not load.
 *
 * @param prefer `"wasm"` never tries the addon; `"native"` is the default
 */
export async function loadHasher(prefer: "native" | "wasm" = "native"): Promise<Hasher> {
  if (prefer === "native") {
    try {
      const { createNativeHasher } = await import("./hash_native.ts");
      return createNativeHasher();
    } catch {
      // No addon for this platform, or loading addons is not permitted: the other backend gives the same ids.
    }
  }
  const { createWasmHasher } = await import("./hash_wasm.ts");
  return await createWasmHasher();
}
