/**
 * BLAKE3 by the WebAssembly module of `hash-wasm`, for platforms the addon has no binary for.
 *
 * @module
 */

import { createBLAKE3 } from "hash-wasm";
import { domainContext, HASH_DOMAINS, type HashDomain, type Hasher } from "./hasher.ts";
import { type ObjectId, objectIdBytes } from "./object_id.ts";

/** Plain and keyed BLAKE3 of a raw key: what the official test vectors exercise. */
export async function wasmBlake3(key?: Uint8Array): Promise<(bytes: Uint8Array) => ObjectId> {
  const hasher = await createBLAKE3(256, key);
  return (bytes) => hasher.init().update(bytes).digest("hex") as ObjectId;
}

export async function createWasmHasher(): Promise<Hasher> {
  const blob = await wasmBlake3();
  const domains = {} as Record<HashDomain, (bytes: Uint8Array) => ObjectId>;
  for (const domain of HASH_DOMAINS) {
    domains[domain] = await wasmBlake3(
      objectIdBytes(blob(new TextEncoder().encode(domainContext(domain)))),
    );
  }
  return { backend: "wasm", blob, domain: (d, bytes) => domains[d](bytes) };
}
