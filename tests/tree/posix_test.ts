/**
 * System calls on a working tree in this process are answered as on a disk: of the checks that a mount has to pass, all
 * that the tree answers and not the kernel.
 */

import assert from "node:assert/strict";
import { ALL_CHECKS } from "../posix/all_checks.ts";
import type { Check } from "../posix/check.ts";
import { checks as PROGRAMS } from "../posix/checks/programs.ts";
import { observe } from "../posix/compare.ts";
import { KNOWN_DIFFERENCES } from "../posix/known_differences.ts";
import { NeedsKernel } from "../posix/in_process/needs_kernel.ts";
import { treeLibrary } from "../posix/in_process/library.ts";
import { referenceDirectory } from "../posix/reference_directory.ts";
import { withLibrary } from "../posix/system_calls.ts";
import { Fixture } from "./fixture.ts";

/** What the kernel does for a file system without asking it. */
const KERNELS_OWN = new Set([
  ...PROGRAMS.map(({ name }) => name),
  "capabilities are an attribute that a write removes",
]);

/** As many as there are; with fewer the rest was taken for the kernel's. */
const LEAST_COMPARED = Deno.uid() === 0 ? 190 : 150;

const self = { uid: Deno.uid()!, gid: Deno.gid()! };

function isForUs({ name, asRoot }: Check): boolean {
  return (!asRoot || self.uid === 0) && !KERNELS_OWN.has(name);
}

Deno.test("a working tree answers system calls as ext4 does", async () => {
  const fixture = new Fixture();
  const disk = await referenceDirectory();
  try {
    const library = treeLibrary(fixture.tree, self);
    const differences: string[] = [];
    let compared = 0;
    ALL_CHECKS.filter(isForUs).forEach((check, number) => {
      let here: readonly string[];
      try {
        here = withLibrary(library, () => observe(check, "", number, self));
      } catch (error) {
        if (error instanceof NeedsKernel) return;
        throw error;
      }
      if (KNOWN_DIFFERENCES.some((known) => known.check.test(check.name))) return;
      compared++;
      const there = observe(check, disk.path, number, self);
      const at = there.findIndex((line, i) => line !== here[i] || line.startsWith("thrown: "));
      if (at < 0 && here.length === there.length) return;
      differences.push(`${check.name}: disk "${there[at]}", here "${here[at]}"`);
    });
    assert.deepEqual(differences, []);
    assert.ok(compared >= LEAST_COMPARED, `only ${compared} were compared`);
  } finally {
    await disk.end();
    fixture.close();
  }
});
