/**
 * The events of a mount are what strace(1) sees programs do in it: nothing is missing, nothing is there twice, each has its path,
 * its process and its branch. `truth.ts` is the long version.
 */

import assert from "node:assert/strict";
import { withProject } from "../support/mounted.ts";
import { isInstalled } from "../support/process.ts";
import { skip } from "../support/skip.ts";
import { compareMount, type CompareOptions } from "../support/truth/compare_mount.ts";
import { assertMountEvents } from "../support/truth/mount_events.ts";
import { PROGRAMS } from "../support/truth/programs.ts";

async function compareAll(
  t: Deno.TestContext,
  options: CompareOptions,
  names: readonly string[],
): Promise<void> {
  const level = options.opens === true ? ["--telemetry", "opens"] : [];
  await withProject("echo one >one", async (m) => {
    if (options.branch !== undefined) await m.ctl("branch", "create", options.branch);
    for (const program of PROGRAMS.filter(({ name }) => names.includes(name))) {
      await t.step(program.name, async (t) => {
        for (const needed of program.needs) {
          if (!await isInstalled(needed)) return skip(t, `${needed} is not installed`);
        }
        await compareMount(m, program, options);
      });
    }
  }, { arguments: level });
}

Deno.test("what programs do in the mount is in the log as strace sees it", (t) =>
  compareAll(
    t,
    {},
    ["git", "make", "python", "raw calls", "io_uring", "bash"],
  ));

Deno.test("so are opens and execs where the mount is asked for them", (t) =>
  compareAll(
    t,
    { opens: true },
    ["make", "raw calls", "io_uring", "bash"],
  ));

Deno.test("so is what a run does on its branch", (t) =>
  compareAll(
    t,
    { branch: "b" },
    ["python", "bash"],
  ));

Deno.test("the comparison tells what is missing, what is twice, and what is another's", async () => {
  await withProject("echo one >one", async (m) => {
    const python = PROGRAMS.find(({ name }) => name === "raw calls")!;
    const { truth, log, events } = await compareMount(m, python);
    const fails = (changed: typeof events, pattern: RegExp) =>
      assert.throws(() => assertMountEvents(changed, truth, log, m.mount), pattern);
    const at = events.findIndex(({ event }) => event.action === "rename");
    const rename = events[at]!;
    fails(events.toSpliced(at, 1), /missing 1x: .*rename/);
    fails([...events, rename], /too much 1x: .*rename/);
    const renamed = { ...rename, file: { ...rename.file, path: m.path("elsewhere") } };
    fails(events.toSpliced(at, 1, renamed), /too much 1x: .*rename elsewhere/);
    const { process } = events.find((each) => each.process?.pid !== rename.process?.pid)!;
    fails(events.toSpliced(at, 1, { ...rename, process: process! }), /missing 1x: .*rename/);
    // What has no name is known by its inode.
    const of = (action: string) =>
      events.find(({ event, file }) => event.action === action && file?.path === undefined)!;
    assert.equal(of("create").file!.inode, of("link").file!.inode);
    const written = events.findIndex(({ event }) => event.action === "write");
    fails(events.toSpliced(written, 1), /missing 1x: .*write/);
  });
});
