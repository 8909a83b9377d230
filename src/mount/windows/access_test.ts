import assert from "node:assert/strict";
import { sidBytes } from "../../../ffi/windows/security_descriptor.ts";
import { ownerOnly } from "./access.ts";

Deno.test("a volume is its user's and the system's, and nobody else's", () => {
  const tokens = new Map([
    [1, sidBytes("S-1-5-21-1-2-3-1001")],
    [2, sidBytes("S-1-5-21-1-2-3-1002")],
    [3, sidBytes("S-1-5-18")],
  ]);
  const allows = ownerOnly({ userOf: (token) => tokens.get(token) ?? null }, tokens.get(1)!);
  assert.deepEqual([1, 2, 3, 4].map(allows), [true, false, true, false]);
});
