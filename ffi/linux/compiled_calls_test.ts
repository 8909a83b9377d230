import assert from "node:assert/strict";

/** What every request to a mount calls, often enough to be compiled. */
const CALLS = `
import { poll } from "HEREdescriptor.ts";
import { pread, pwrite, read, write } from "HEREfile.ts";
import { open, O_RDWR } from "HEREopen.ts";
import { cString } from "HERE../binary_string.ts";
const [zero, none] = [open(cString("/dev/zero"), O_RDWR), open(cString("/dev/null"), O_RDWR)];
const bytes = new Uint8Array(16);
const one = new Uint8Array(8);
let sum = 0;
for (let i = 0; i < 200_000; i++) {
  sum += read(zero, bytes) + write(none, bytes, i % 16) + pread(zero, bytes, i) + pwrite(none, bytes, i * 1000);
  sum += poll(one, 1, 0);
}
console.log("sum", sum);
`;

Deno.test("calls of the C library stay compiled, whatever sizes and offsets they are given", async () => {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(script, CALLS.replaceAll("HERE", import.meta.resolve("./")));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--v8-flags=--trace-deopt", script],
      stderr: "piped",
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.match(said, /^sum \d+$/m);
    // It says so each time that it gives up compiled code.
    assert.equal((said.match(/reason: not a BigInt/g) ?? []).length, 0);
  } finally {
    await Deno.remove(script);
  }
});
