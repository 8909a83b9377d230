import assert from "node:assert/strict";
import { LineBytes } from "./line_bytes.ts";

/** What `lay` puts together behind something else. */
function laid(lay: (line: LineBytes) => void): string {
  const line = new LineBytes(1);
  line.unicode("before");
  const begin = line.length;
  lay(line);
  assert.equal(line.text(0, begin), "before");
  return line.text(begin);
}

Deno.test("numbers are as JSON has them", () => {
  for (
    const value of [
      0,
      7,
      10,
      99,
      100,
      2 ** 31,
      2 ** 32 + 1,
      999_999_999,
      10 ** 9,
      10 ** 9 + 7,
      10 ** 15,
      Number.MAX_SAFE_INTEGER,
    ]
  ) {
    for (const each of [value, -value, value + 0.5]) {
      assert.equal(laid((line) => line.number(each)), String(each));
    }
  }
  assert.equal(laid((line) => line.digits(7, 3)), "007");
  assert.equal(laid((line) => line.digits(1234, 3)), "1234");
  assert.equal(laid((line) => line.digits(0, 6)), "000000");
  assert.equal(laid((line) => line.digits(12, 12)), "000000000012");
});

Deno.test("binary strings are as JSON has their text", () => {
  const texts = ["", "a/b", 'quote " and \\', "\n\t\0\x7f", "Grüße", "日本", "x".repeat(10_000)];
  for (const text of texts) {
    const binary = String.fromCharCode(...new TextEncoder().encode(text));
    assert.equal(laid((line) => line.json(binary)), JSON.stringify(text));
  }
  assert.equal(laid((line) => line.json("a\xff")), '"a\ufffd"');
});

Deno.test("pieces follow each other, however many there are", () => {
  const text = laid((line) => {
    for (let i = 0; i < 3000; i++) {
      line.put(new Uint8Array([0x61, 0x62]));
      line.unicode("é");
      line.put(new Uint8Array([0x63]));
    }
  });
  assert.equal(text, "abéc".repeat(3000));
});
