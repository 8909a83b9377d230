/**
 * BLAKE3-256, the one hash of the store, behind an interface with two backends.
 *
 * A blob's id is the plain BLAKE3 of its bytes, so `b3sum FILE` names it. Every other type of object is
 * hashed in keyed mode with the key `BLAKE3("agentvfs <domain> v1")`, so that no file content can pass
 * for a tree or a commit. By hand:
 *
 * ```sh
 * printf 'agentvfs tree v1' | b3sum --raw | b3sum --keyed tree-object.bin
 * ```
 *
 * @module
 */

import type { ObjectId } from "./object_id.ts";

/** Types of object that are not blobs. */
export type HashDomain = "tree" | "chunks" | "links" | "xattrs" | "commit";

export const HASH_DOMAINS: readonly HashDomain[] = ["tree", "chunks", "links", "xattrs", "commit"];

/** The text whose BLAKE3 is the key of `domain`. Part of the format. */
export function domainContext(domain: HashDomain): string {
  return `agentvfs ${domain} v1`;
}

/** Names objects. Synchronous; an instance belongs to one thread. */
export interface Hasher {
  /** `native` is an addon (about 6 GB/s), `wasm` runs everywhere (about 0.6 GB/s). */
  readonly backend: "native" | "wasm";
  /** Plain BLAKE3-256 of `bytes`. */
  blob(bytes: Uint8Array): ObjectId;
  /** Keyed BLAKE3-256 of `bytes` under the domain's key. */
  domain(d: HashDomain, bytes: Uint8Array): ObjectId;
}
