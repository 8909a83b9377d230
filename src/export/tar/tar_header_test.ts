import assert from "node:assert/strict";
import { paxRecords, paxTime } from "./pax_records.ts";
import { splitName, tarHeader } from "./tar_header.ts";

Deno.test("a path is split at a slash where one of its fields has no room", () => {
  const long = (length: number) => "x".repeat(length);
  assert.deepEqual(splitName(long(100)), { name: long(100), prefix: "" });
  assert.equal(splitName(long(101)), null);
  assert.deepEqual(splitName(`d/${long(100)}`), { name: long(100), prefix: "d" });
  assert.deepEqual(splitName(`${long(155)}/${long(100)}`), { name: long(100), prefix: long(155) });
  assert.equal(splitName(`${long(156)}/${long(100)}`), null);
  assert.equal(splitName(`${long(101)}/`), null);
  assert.equal(splitName(`d/${long(101)}`), null);
  assert.deepEqual(splitName(`d/${long(99)}/`), { name: `${long(99)}/`, prefix: "d" });
});

Deno.test("the length of a PAX record counts itself", () => {
  for (const [value, record] of [["", "5 k="], ["v", "6 k=v"], ["123", "8 k=123"]] as const) {
    assert.equal(paxRecords(new Map([["k", value]])), `${record}\n`);
  }
  for (let length = 0; length < 1200; length++) {
    const record = paxRecords(new Map([["key", "x".repeat(length)]]));
    assert.equal(record.length, Number.parseInt(record), `a value of ${length} bytes`);
  }
});

Deno.test("times have decimals, also before 1970", () => {
  assert.equal(paxTime(1, 0), "1");
  assert.equal(paxTime(1, 500_000_000), "1.5");
  assert.equal(paxTime(0, 1), "0.000000001");
  assert.equal(paxTime(-1, 500_000_000), "-0.5");
  assert.equal(paxTime(-2, 999_999_999), "-1.000000001");
  assert.equal(paxTime(-2, 0), "-2");
});

Deno.test("a header's checksum is the sum of its bytes, with blanks for itself", () => {
  const numbers = { mode: 0o644, uid: 0o7777777, gid: 2 ** 31, size: 8 ** 11, mtime: -5 };
  const names = { name: "n", prefix: "p", linkName: "l", type: "0" };
  const block = tarHeader({ ...names, ...numbers, major: 8, minor: 1 });
  const text = new TextDecoder().decode(block);
  assert.equal(text.slice(108, 116), "7777777\0");
  // What has no room stands in PAX records.
  for (const [from, to] of [[116, 123], [124, 135], [136, 147]] as const) {
    assert.match(text.slice(from, to), /^0+$/);
  }
  const sum = block.fill(0x20, 148, 156).reduce((sum, byte) => sum + byte, 0);
  assert.equal(Number.parseInt(text.slice(148, 154), 8), sum);
});
