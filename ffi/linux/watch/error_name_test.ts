import assert from "node:assert/strict";
import { Errno } from "../../errno.ts";
import { run } from "../../../tests/support/process.ts";
import { PYTHON } from "../../../tests/support/python.ts";
import { errorName } from "./error_name.ts";

Deno.test("errors have the names that this program's own calls have for them", () => {
  for (const [name, errno] of Object.entries(Errno)) assert.equal(errorName(errno), name);
  assert.equal(errorName(512), "EINTR");
  assert.equal(errorName(41), "errno 41");
  assert.equal(errorName(4000), "errno 4000");
});

Deno.test("… and those that the system has", async () => {
  const script =
    "import errno; print(*(f'{n} {name}' for name, n in vars(errno).items() if name[0] == 'E'), sep='\\n')";
  const { stdout } = await run([PYTHON, "-c", script]);
  const names = new Map<number, string[]>();
  for (const line of stdout.trim().split("\n")) {
    const [errno, name] = line.split(" ") as [string, string];
    names.set(Number(errno), [...names.get(Number(errno)) ?? [], name]);
  }
  assert.ok(names.size > 100);
  for (const [errno, known] of names) {
    assert.ok(known.includes(errorName(errno)), `${errno}: ${known}`);
  }
});
