import assert from "node:assert/strict";
import { Denials } from "./denial.ts";

const DENIAL = {
  time: 1_000,
  branch: "main",
  path: "a",
  operation: "read",
  rule: "r",
  thread: 1,
  uid: 0,
};

Deno.test("the last hundred are kept, and all are counted", () => {
  const denials = new Denials();
  for (let i = 0; i < 250; i++) denials.add({ ...DENIAL, operation: "write", path: String(i) });
  assert.equal(denials.count, 250);
  assert.deepEqual(denials.last.map(({ path }) => path).slice(0, 2), ["150", "151"]);
  assert.equal(denials.last.at(-1)!.number, 250);
});

Deno.test("a page that is asked for twice in one call is refused once", () => {
  const denials = new Denials();
  denials.add(DENIAL);
  denials.add({ ...DENIAL, time: 1_001 });
  denials.add({ ...DENIAL, time: 2_000 });
  denials.add({ ...DENIAL, time: 2_001, thread: 2 });
  denials.add({ ...DENIAL, time: 2_001, thread: 2, operation: "write" });
  denials.add({ ...DENIAL, time: 2_002, thread: 2, operation: "write" });
  assert.equal(denials.count, 5);
});
