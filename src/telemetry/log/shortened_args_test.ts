import assert from "node:assert/strict";
import { SHORT_BYTES, ShortenedArgs } from "./shortened_args.ts";

Deno.test("a process's arguments are whole once, and then their beginning", () => {
  const made = new ShortenedArgs();
  const [one, other] = ["a", "b"].map((end) => ["sh", "-c", "x".repeat(300) + end]);
  const short = ["sh", "-c", "x".repeat(SHORT_BYTES - 6)];
  assert.equal(made.of({ pid: 1, args: one! }), null);
  assert.deepEqual(made.of({ pid: 1, args: [...one!] }), short);
  // Another program, another process.
  assert.equal(made.of({ pid: 1, args: other! }), null);
  assert.deepEqual(made.of({ pid: 1, args: other! }), short);
  assert.equal(made.of({ pid: 2, args: other! }), null);
  made.forget();
  assert.equal(made.of({ pid: 1, args: other! }), null);
  assert.equal(made.of({ pid: 1 }), null);
});

Deno.test("what is short is always whole, and no character is cut in two", () => {
  const made = new ShortenedArgs();
  const fits = ["a".repeat(100), "b".repeat(SHORT_BYTES - 101)];
  for (let i = 0; i < 2; i++) assert.equal(made.of({ pid: 1, args: fits }), null);
  const euro = "\xe2\x82\xac";
  for (let before = 0; before < 4; before++) {
    const args = ["e".repeat(before) + euro.repeat(100)];
    made.of({ pid: 1, args });
    const short = made.of({ pid: 1, args })![0]!;
    assert.match(short, /^e*(?:\xe2\x82\xac)+$/);
    assert.ok(short.length > SHORT_BYTES - 3 && short.length <= SHORT_BYTES, `${short.length}`);
  }
  // What is no UTF-8 has no characters.
  const bytes = ["\x80".repeat(300)];
  made.of({ pid: 2, args: bytes });
  assert.equal(made.of({ pid: 2, args: bytes })![0]!.length, SHORT_BYTES);
});
