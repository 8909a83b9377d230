import assert from "node:assert/strict";
import { byteSize, columns, counts, duration, grouped, quoted } from "./format.ts";
import { safe } from "./output.ts";
import { shellWord } from "../../host/shell_word.ts";

Deno.test("counts leave out what is zero", () => {
  assert.equal(counts({ added: 3, modified: 2, deleted: 1 }), "3 added, 2 modified, 1 deleted");
  assert.equal(counts({ added: 0, modified: 12345, deleted: 0 }), "12 345 modified");
  assert.equal(counts({ added: 0, modified: 0, deleted: 0 }), "nothing changed");
});

Deno.test("numbers, sizes and times", () => {
  assert.deepEqual([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1 000", "1 234 567"]);
  assert.deepEqual(
    [0, 1023, 1024, 10 * 1024 * 1024, 500 * 1024 ** 3].map(byteSize),
    ["0 B", "1023 B", "1.0 KiB", "10.0 MiB", "500 GiB"],
  );
  assert.deepEqual(
    [0.25, 4, 83.6, 1500, 61_000, 3_700_000, 400_000_000].map(duration),
    ["0.3 ms", "4 ms", "84 ms", "1.5 s", "1 min 1 s", "1 h 1 min", "4 days"],
  );
});

Deno.test("columns align and carry no trailing blanks", () => {
  assert.deepEqual(columns([["a", "long", ""], ["bbb", "x", "end"]]), [
    "a    long",
    "bbb  x     end",
  ]);
});

Deno.test("names cannot write over the screen", () => {
  assert.equal(safe("a\nb\x1b[2J\x7f\u202ec\u009b"), "a\\x0ab\\x1b[2J\\x7f\\u202ec\\x9b");
  assert.equal(safe("höhe €.ts"), "höhe €.ts");
  assert.equal(quoted("two\tlines"), '"two\\x09lines"');
  assert.equal(quoted(null), "");
});

Deno.test("of a long label the beginning is shown", () => {
  assert.equal(quoted("x".repeat(72)), `"${"x".repeat(72)}"`);
  assert.equal(quoted("🙂".repeat(5000)), `"${"🙂".repeat(72)}…"`);
});

Deno.test("a path is quoted for the shell only where it must be", () => {
  assert.equal(shellWord("/home/me/a-b_c.d"), "/home/me/a-b_c.d");
  assert.equal(shellWord("/home/it's mine"), `'/home/it'\\''s mine'`);
  assert.equal(shellWord(""), "''");
});
