import assert from "node:assert/strict";
import * as fc from "fast-check";
import { binaryName, binaryString, isForeign, textOfBytes } from "./binary_string.ts";

Deno.test("text of any bytes gives the bytes again", () => {
  // Bytes near the edges of UTF-8 come up often.
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x7f, 0x80, 0xbf, 0xc0, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0xb2, 0xf0),
  );
  fc.assert(fc.property(fc.array(byte, { maxLength: 40 }), (list) => {
    const bytes = Uint8Array.from(list);
    const text = textOfBytes(bytes);
    assert.equal(binaryString(text), binaryName(bytes, 0, bytes.length));
    assert.equal(binaryString(JSON.parse(JSON.stringify(text))), binaryString(text));
  }));
});

Deno.test("what is UTF-8 is itself, and what is not can be told", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const bytes = new TextEncoder().encode(text);
    assert.equal(textOfBytes(bytes), text);
    assert.equal(isForeign(text), false);
  }));
  assert.equal(textOfBytes(Uint8Array.of(0x61, 0xff, 0xc3, 0xa9)), "a\udcffé");
  assert.equal(isForeign("a\udcffé"), true);
  assert.equal(isForeign("😀"), false);
});
