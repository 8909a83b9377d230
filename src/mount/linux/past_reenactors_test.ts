import assert from "node:assert/strict";
import { processId } from "../../host/processes.ts";
import { PastReenactors } from "./past_reenactors.ts";

Deno.test("a thread is known by its number and when it began", () => {
  const own = processId(Deno.pid)!;
  assert.equal(new PastReenactors([own]).isBy(Deno.pid), true);
  assert.equal(new PastReenactors([]).isBy(Deno.pid), false);
  const other = { ...own, started: own.started - 1 };
  assert.equal(new PastReenactors([other]).isBy(Deno.pid), false);
});
