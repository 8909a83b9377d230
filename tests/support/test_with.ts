/**
 * Tests of programs that not every machine has.
 *
 * @module
 */

import { isInstalled } from "./process.ts";
import { skip } from "./skip.ts";

/** A test that needs a program; where it is missing, a skip says so. */
export function testWith(program: string, name: string, body: () => Promise<void>): void {
  Deno.test(name, async (t) => {
    if (await isInstalled(program)) return await body();
    await skip(t, `${program} is not installed`);
  });
}
