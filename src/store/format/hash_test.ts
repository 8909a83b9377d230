/**
 * The official BLAKE3 test vectors (input byte i is `i % 251`, key "whats the Elvish word for friend",
 * first 32 bytes of output) on both backends; the values are what Debian's b3sum 1.2.0 prints.
 */

import assert from "node:assert/strict";
import { domainContext, HASH_DOMAINS } from "./hasher.ts";
import { loadHasher } from "./hash.ts";
import { nativeBlake3 } from "./hash_native.ts";
import { wasmBlake3 } from "./hash_wasm.ts";
import { objectIdBytes } from "./object_id.ts";

/** Input length, plain hash, keyed hash. */
const VECTORS: readonly (readonly [number, string, string])[] = [
  [
    0,
    "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26",
  ],
  [
    1,
    "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
    "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b",
  ],
  [
    2,
    "7b7015bb92cf0b318037702a6cdd81dee41224f734684c2c122cd6359cb1ee63",
    "5392ddae0e0a69d5f40160462cbd9bd889375082ff224ac9c758802b7a6fd20a",
  ],
  [
    63,
    "e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b",
    "bb1eb5d4afa793c1ebdd9fb08def6c36d10096986ae0cfe148cd101170ce37ae",
  ],
  [
    64,
    "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98",
    "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6",
  ],
  [
    65,
    "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee",
    "c0a4edefa2d2accb9277c371ac12fcdbb52988a86edc54f0716e1591b4326e72",
  ],
  [
    1023,
    "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
    "c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e",
  ],
  [
    1024,
    "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
    "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4",
  ],
  [
    1025,
    "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
    "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69",
  ],
  [
    2048,
    "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a",
    "879cf1fa2ea0e79126cb1063617a05b6ad9d0b696d0d757cf053439f60a99dd1",
  ],
  [
    3072,
    "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2",
    "044a0e7b172a312dc02a4c9a818c036ffa2776368d7f528268d2e6b5df191770",
  ],
  [
    4096,
    "015094013f57a5277b59d8475c0501042c0b642e531b0a1c8f58d2163229e969",
    "befc660aea2f1718884cd8deb9902811d332f4fc4a38cf7c7300d597a081bfc0",
  ],
  [
    8192,
    "aae792484c8efe4f19e2ca7d371d8c467ffb10748d8a5a1ae579948f718a2a63",
    "dc9637c8845a770b4cbf76b8daec0eebf7dc2eac11498517f08d44c8fc00d58a",
  ],
  [
    16384,
    "f875d6646de28985646f34ee13be9a576fd515f76b5b0a26bb324735041ddde4",
    "9e9fc4eb7cf081ea7c47d1807790ed211bfec56aa25bb7037784c13c4b707b0d",
  ],
  [
    31744,
    "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47",
    "efa53b389ab67c593dba624d898d0f7353ab99e4ac9d42302ee64cbf9939a419",
  ],
  [
    102400,
    "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085",
    "1c35d1a5811083fd7119f5d5d1ba027b4d01c0c6c49fb6ff2cf75393ea5db4a7",
  ],
];
const KEY = new TextEncoder().encode("whats the Elvish word for friend");

function input(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

const BACKENDS = {
  native: (key?: Uint8Array) => Promise.resolve(nativeBlake3(key)),
  wasm: (key?: Uint8Array) => wasmBlake3(key),
};

for (const [name, make] of Object.entries(BACKENDS)) {
  Deno.test(`${name}: official vectors, plain and keyed, with reused hashers`, async () => {
    const plain = await make();
    const keyed = await make(KEY);
    for (let round = 0; round < 2; round++) {
      for (const [length, hash, keyedHash] of VECTORS) {
        assert.equal(plain(input(length)), hash, `plain, ${length} bytes`);
        assert.equal(keyed(input(length)), keyedHash, `keyed, ${length} bytes`);
      }
    }
  });
}

Deno.test("a view into a larger buffer is hashed, not the buffer", async () => {
  const whole = input(5000);
  for (const hasher of [await loadHasher("native"), await loadHasher("wasm")]) {
    assert.equal(hasher.blob(whole.subarray(251, 251 + 1025)), hasher.blob(input(1025)));
  }
});

Deno.test("the backend asked for is the backend used, and both give the same ids", async () => {
  const native = await loadHasher();
  const wasm = await loadHasher("wasm");
  assert.equal(native.backend, "native");
  assert.equal(wasm.backend, "wasm");
  for (const length of [0, 1, 100, 4096, 300_000]) {
    const bytes = input(length);
    assert.equal(native.blob(bytes), wasm.blob(bytes));
    for (const domain of HASH_DOMAINS) {
      assert.equal(native.domain(domain, bytes), wasm.domain(domain, bytes));
    }
  }
});

Deno.test("a domain's hash is keyed BLAKE3 under the hash of its context", async () => {
  const hasher = await loadHasher();
  for (const domain of HASH_DOMAINS) {
    const key = objectIdBytes(hasher.blob(new TextEncoder().encode(domainContext(domain))));
    assert.equal(hasher.domain(domain, input(77)), nativeBlake3(key)(input(77)));
  }
});

// printf 'agentvfs tree v1' | b3sum --raw | b3sum --keyed hello, where the file hello holds "hello"
Deno.test("a tree hash can be checked with b3sum", async () => {
  const hasher = await loadHasher();
  assert.equal(
    hasher.domain("tree", new TextEncoder().encode("hello")),
    "69a66582d2fc0f1e6a9d36fff764b336556dd6be23d2066f3d9af32caf37a807",
  );
});
