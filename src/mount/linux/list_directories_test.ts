import assert from "node:assert/strict";
import { DirectoryLister } from "./list_directories.ts";

/** Paths that are listed while `body` runs, and how many at once at most. */
async function listings(
  body: (lister: DirectoryLister) => Promise<void>,
): Promise<{ paths: string[]; atOnce: number }> {
  const paths: string[] = [];
  let running = 0;
  let atOnce = 0;
  const lister = new DirectoryLister("/mount/é", async (path) => {
    paths.push(path);
    atOnce = Math.max(atOnce, ++running);
    await Promise.resolve();
    running--;
  });
  await body(lister);
  await lister.end();
  return { paths, atOnce };
}

async function untilIdle(lister: DirectoryLister): Promise<void> {
  while (lister.isBusy) await new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("directories are listed in the order asked for, a few at once", async () => {
  const names = ["a", "b/c", "d\xff", "", "e", "f"];
  const { paths, atOnce } = await listings(async (lister) => {
    for (const name of names) lister.list(name);
    await untilIdle(lister);
  });
  assert.deepEqual(paths, names.map((name) => `/mount/\xc3\xa9/${name}`));
  assert.equal(atOnce, 4);
});

Deno.test("what waits when it is to end is given up, and so is what is too much", async () => {
  const ended = await listings((lister) => {
    for (let i = 0; i < 100; i++) lister.list(`d${i}`);
    return Promise.resolve();
  });
  assert.equal(ended.paths.length, 4);
  const many = await listings(async (lister) => {
    for (let i = 0; i < 1000; i++) lister.list(`d${i}`);
    await untilIdle(lister);
  });
  assert.equal(many.paths.length, 132);
});

Deno.test("real directories, and one that is not there", async () => {
  const lister = new DirectoryLister("/proc/self");
  for (const name of ["task", "nonexistent", "stat"]) lister.list(name);
  await lister.end();
  assert.equal(lister.isBusy, false);
});
