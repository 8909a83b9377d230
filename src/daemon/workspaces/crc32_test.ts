import assert from "node:assert/strict";
import { crc32 as zlibCrc32 } from "node:zlib";
import { crc32 } from "./crc32.ts";

Deno.test("the sum is zlib's", () => {
  for (const text of ["", "a", "123456789", "ä€😀", "x".repeat(1000)]) {
    assert.equal(crc32(text), zlibCrc32(text), text);
  }
});
