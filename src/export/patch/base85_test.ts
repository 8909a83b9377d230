import assert from "node:assert/strict";
import { base85Lines } from "./base85.ts";

const text = (bytes: number[]) => new TextDecoder().decode(base85Lines(Uint8Array.from(bytes)));

Deno.test("bytes are written as git writes them", () => {
  assert.equal(text([]), "");
  assert.equal(text([0, 0, 0, 0]), "D00000\n");
  assert.equal(text([255, 255, 255, 255]), "D|NsC0\n");
  // What `git diff --binary` has for an empty file: eight bytes of zlib.
  assert.equal(text([0x78, 0x01, 0x03, 0, 0, 0, 0, 1]), "HcmV?d00001\n");
  assert.equal(text(Array(52).fill(0)), `z${"0".repeat(65)}\n`);
  assert.equal(text(Array(53).fill(0)), `z${"0".repeat(65)}\nA00000\n`);
  assert.equal(text(Array(27).fill(0)), `a${"0".repeat(35)}\n`);
});
