import assert from "node:assert/strict";
import { constants, zstdCompressSync } from "node:zlib";
import { decompressInJavaScript, decompressZstd, hasBuiltInZstd } from "./zstd.ts";

/** Bytes of a kind, by a generator that makes the same each time. */
function sample(kind: "noise" | "text" | "zeros", length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = 12345 + length;
  for (let i = 0; i < length && kind !== "zeros"; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = kind === "noise" ? state >>> 24 : "etaoin shrdlu\n".charCodeAt((state >>> 16) % 14);
  }
  return bytes;
}

for (const kind of ["noise", "text", "zeros"] as const) {
  Deno.test(`frames of ${kind} are read in JavaScript as by the runtime, at every level`, () => {
    assert.ok(hasBuiltInZstd());
    for (const length of [0, 1, 2, 17, 1000, 70_000, 300_000]) {
      const plain = sample(kind, length);
      for (const level of [-5, 1, 3, 19]) {
        const frame = new Uint8Array(
          zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
        );
        assert.deepEqual(decompressInJavaScript(frame, length), plain);
        assert.deepEqual(decompressZstd(frame, length), plain);
      }
    }
  });
}

for (const [how, decompress] of Object.entries({ decompressInJavaScript, decompressZstd })) {
  Deno.test(`${how} refuses what is longer than it may be, cut, or none`, () => {
    const plain = sample("text", 5000);
    const frame = new Uint8Array(zstdCompressSync(plain));
    assert.throws(() => decompress(frame, 4999));
    assert.ok(!isWhole(() => decompress(frame.slice(0, frame.length - 10), 5000)));
    assert.throws(() => decompress(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), 5000));
  });
}

/** The runtime's gives what there is of a frame that is cut. */
function isWhole(decompress: () => Uint8Array): boolean {
  try {
    return decompress().length === 5000;
  } catch {
    return false;
  }
}
