/**
 * BLAKE3 by the Node-API addon `@napi-rs/blake-hash`.
 *
 * Hashers are reused: making one costs 6 us, `reset()` 0.1 us. `reset()` keeps the key of a keyed hasher
 * (hash_test.ts shows it).
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { loadAddon } from "../../host/mapping.ts";
import { domainContext, HASH_DOMAINS, type HashDomain, type Hasher } from "./hasher.ts";
import type { ObjectId } from "./object_id.ts";

type Addon = typeof import("@napi-rs/blake-hash");

const { Blake3Hasher } = await addon();
type Blake3 = InstanceType<typeof Blake3Hasher>;

/** Plain and keyed BLAKE3 of a raw key: what the official test vectors exercise. */
export function nativeBlake3(key?: Uint8Array): (bytes: Uint8Array) => ObjectId {
  const hasher: Blake3 = key ? Blake3Hasher.newKeyed(Buffer.from(key)) : new Blake3Hasher();
  return (bytes) => {
    hasher.reset();
    // The addon takes any Uint8Array; its types name only Buffer.
    hasher.update(bytes as Buffer);
    return hasher.digest() as ObjectId;
  };
}

/** The executable has the addon for its system as a file beside the code; elsewhere the package finds it. */
async function addon(): Promise<Addon> {
  if (Deno.build.standalone) return await loadAddon(import.meta.dirname!, "blake3.node") as Addon;
  return (await import("@napi-rs/blake-hash")).default;
}

/** Throws whatever the addon throws where it cannot be loaded. */
export function createNativeHasher(): Hasher {
  const blob = nativeBlake3();
  const domains = {} as Record<HashDomain, (bytes: Uint8Array) => ObjectId>;
  for (const domain of HASH_DOMAINS) {
    const key = Buffer.from(blob(new TextEncoder().encode(domainContext(domain))), "hex");
    domains[domain] = nativeBlake3(key);
  }
  return { backend: "native", blob, domain: (d, bytes) => domains[d](bytes) };
}
