/** All of a plan is done, or nothing of it. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { carryOut, type FilePlan, type Plan, plan } from "./integrate.ts";
import { TargetError } from "./target.ts";

async function withHome(test: (home: string, state: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(root, "home"));
    await test(join(root, "home"), join(root, "state"));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const file = (path: string, before: string | null, after: string | null): FilePlan => ({
  path,
  before,
  after,
  action: before === null ? "create" : after === null ? "remove" : "edit",
  kept: [],
});

function planOf(...files: FilePlan[]): Plan {
  return { files, refusals: [], records: {} };
}

Deno.test("what fails half-way is taken back", () =>
  withHome(async (home, state) => {
    await Deno.writeTextFile(join(home, "a"), "a\n");
    await Deno.writeTextFile(join(home, "gone"), "gone\n");
    const files = [
      file(join(home, "a"), "a\n", "ours\n"),
      file(join(home, "new/b"), null, "ours\n"),
      file(join(home, "gone"), "gone\n", null),
    ];
    // No file can be below one.
    const impossible = file(join(home, "a/b"), null, "ours\n");
    await assert.rejects(carryOut(state, planOf(...files, impossible)), TargetError);
    const names = [...Deno.readDirSync(home)].map(({ name }) => name).toSorted();
    assert.deepEqual(names, ["a", "gone"]);
    for (const name of names) assert.equal(await Deno.readTextFile(join(home, name)), `${name}\n`);
    await assert.rejects(Deno.stat(state), Deno.errors.NotFound);
  }));

Deno.test("a file that changed since it was looked at is not written over", () =>
  withHome(async (home, state) => {
    const path = join(home, "settings.json");
    const wish = {
      user: "x user",
      targets: [{ kind: "json" as const, path, edits: [{ path: ["a"], value: 1 }] }],
    };
    const planned = await plan(state, [wish]);
    await Deno.writeTextFile(path, "{}");
    await assert.rejects(carryOut(state, planned), /changed just now/);
    assert.equal(await Deno.readTextFile(path), "{}");
  }));

Deno.test("what cannot be a file is refused before anything is done", () =>
  withHome(async (home, state) => {
    await Deno.writeTextFile(join(home, "file"), "");
    await Deno.mkdir(join(home, "directory"));
    await Deno.symlink("loop", join(home, "loop"));
    await Deno.writeFile(join(home, "latin"), new Uint8Array([0xe9]));
    const paths = ["file/below", "directory", "loop", "latin"].map((name) => join(home, name));
    const targets = paths.map((path) => ({
      kind: "json" as const,
      path,
      edits: [{ path: ["a"], value: 1 }],
    }));
    const { refusals } = await plan(state, [{ user: "x user", targets }]);
    assert.deepEqual(refusals.map(({ path }) => path), paths);
    for (const { message } of refusals) assert.match(message, /^It (cannot be read|is no UTF-8)/);
  }));
