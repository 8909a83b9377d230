import assert from "node:assert/strict";
import { fuzzRequests } from "./request_fuzz.ts";

Deno.test("requests that no driver sends are answered, each once", () =>
  assert.ok(fuzzRequests(5_000) > 2_000));
