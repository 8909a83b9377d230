/**
 * Tests of programs that not every machine has.
 *
 * @module
 */

import { isInstalled } from "./process.ts";

/** A test that needs a program; where it is missing, a skip says so. */
export function testWith(program: string, name: string, body: () => Promise<void>): void {
  Deno.test(name, async (t) => {
    if (await isInstalled(program)) return await body();
    await t.step({ name: `skipped: ${program} is not installed`, ignore: true, fn: () => {} });
  });
}
