/** Starting costs little more than the runtime itself does. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { succeed } from "../support/process.ts";
import { EXECUTABLE, withPlace } from "./executable.ts";

const ROUNDS = 20;
const LIMIT = 1.5;
/** A machine that is busy with other things gets another try. */
const TRIES = 3;

Deno.test("agentvfs ctl status, and mcp without a request, take at most 1.5 times an empty compiled program", () =>
  withPlace(async ({ root }) => {
    const [source, empty] = [join(root, "empty.ts"), join(root, "empty/program")];
    await Deno.writeTextFile(source, "");
    const compile = fileURLToPath(new URL("../../scripts/deno_compile", import.meta.url));
    await succeed([compile, "--allow-all", "--no-check", "--output", empty, source]);

    const dead = join(root, "dead.sock");
    let ratio = Infinity;
    for (let i = 0; i < TRIES && ratio > LIMIT; i++) {
      const [base, ...own] = await medians([
        [empty],
        [EXECUTABLE, "ctl", "status", "--sock", dead],
        [EXECUTABLE, "mcp"],
      ]);
      ratio = Math.max(...own) / base!;
      const [status, mcp] = own.map((ms) => ms.toFixed(1));
      console.log(
        `empty ${base!.toFixed(1)} ms, ctl status ${status} ms, mcp ${mcp} ms: ${ratio.toFixed(2)}`,
      );
    }
    assert.ok(ratio <= LIMIT, `ratio ${ratio.toFixed(2)}`);
  }));

/** Median wall time of each command, ms; the commands take turns. */
async function medians(commands: string[][]): Promise<number[]> {
  const times = commands.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, [program, ...args]] of commands.entries()) {
      const started = performance.now();
      await new Deno.Command(program!, { args, stdout: "null", stderr: "null" }).output();
      times[i]!.push(performance.now() - started);
    }
  }
  return times.map((list) => {
    const sorted = list.toSorted((a, b) => a - b);
    return (sorted[ROUNDS / 2 - 1]! + sorted[ROUNDS / 2]!) / 2;
  });
}
