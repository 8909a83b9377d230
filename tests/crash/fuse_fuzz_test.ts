/** A short run of the request fuzzer; `deno run -A tests/crash/fuse_fuzz.ts --requests 1000000` is a long one. */

import assert from "node:assert/strict";
import { Errno } from "../../ffi/linux/errno.ts";
import { SEED } from "../support/random.ts";
import { fuzzFuse } from "./fuse_fuzz.ts";

const REQUESTS = 50_000;
const GROWTH_MIB = 200;

Deno.test("malformed requests are refused, read nothing behind their end and leave a sound tree", () => {
  const { answers, memory } = fuzzFuse(REQUESTS, SEED);
  assert.ok((answers.get(0) ?? 0) > REQUESTS / 20, "too few requests did anything");
  assert.ok((answers.get(Errno.EINVAL) ?? 0) > REQUESTS / 20, "too few requests were malformed");
  assert.ok((answers.get(Errno.EACCES) ?? 0) > REQUESTS / 200, "too few requests were refused");
  assert.equal(answers.get(Errno.EIO) ?? 0, 0);
  assert.ok(memory.at(-1)! < memory[0]! + GROWTH_MIB, `memory grew: ${memory} MiB`);
});
