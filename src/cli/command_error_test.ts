import assert from "node:assert/strict";
import { ControlError } from "../control/client.ts";
import { ServiceError } from "../control/service_error.ts";
import { describeError, usageError } from "./command_error.ts";

Deno.test("every error has its exit code", () => {
  assert.equal(describeError(usageError("Wrong")).exit, 2);
  assert.equal(describeError(new ServiceError("unknown_ref", "No")).exit, 1);
  assert.equal(describeError(new ServiceError("import_failed", "No", { exit: 4 })).exit, 4);
  assert.equal(describeError(new ControlError("closed", "/s", "It hung up")).exit, 3);
  assert.equal(describeError(Object.assign(new Error("No"), { code: "ENOSPC" })).exit, 4);
  assert.equal(describeError(Object.assign(new Error("No"), { code: "locked" })).exit, 1);
});

Deno.test("what nobody expected is told as such", () => {
  for (const thrown of [new TypeError("broken"), "text", null, undefined]) {
    const { code, exit, message } = describeError(thrown);
    assert.equal(code, "internal");
    assert.equal(exit, 1);
    assert.match(message, /^Something unexpected happened: /);
  }
});

Deno.test("hint and details are kept", () => {
  const error = new ServiceError("ambiguous_ref", "Which", {
    hint: "Say more",
    details: ["a", "b"],
  });
  assert.deepEqual(describeError(error), {
    code: "ambiguous_ref",
    message: "Which",
    exit: 1,
    hint: "Say more",
    details: ["a", "b"],
  });
});
