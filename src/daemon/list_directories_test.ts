import assert from "node:assert/strict";
import { DirectoryLister } from "./list_directories.ts";

/** How often each directory is listed while `body` runs. */
async function listings(body: (lister: DirectoryLister) => Promise<void>): Promise<string[]> {
  const readDir = Deno.readDir;
  const paths: string[] = [];
  Deno.readDir = (path) => {
    paths.push(String(path));
    return readDir("/proc/self/task");
  };
  try {
    const lister = new DirectoryLister("/mount");
    await body(lister);
    await lister.end();
  } finally {
    Deno.readDir = readDir;
  }
  return paths;
}

Deno.test("directories are listed one after the other, with what their names are in UTF-8", async () => {
  const paths = await listings(async (lister) => {
    for (const path of ["a", "b/c", "d\xc3\xa9", "not utf-8 \xff", ""]) lister.list(path);
    while (lister.isBusy) await new Promise((resolve) => setTimeout(resolve, 1));
  });
  assert.deepEqual(paths, ["/mount/a", "/mount/b/c", "/mount/dé", "/mount/"]);
});

Deno.test("what waits when it is to end is given up", async () => {
  const paths = await listings((lister) => {
    for (let i = 0; i < 100; i++) lister.list(`d${i}`);
    return Promise.resolve();
  });
  assert.deepEqual(paths, ["/mount/d0", "/mount/d1", "/mount/d2", "/mount/d3"]);
});

Deno.test("a directory that cannot be listed is nobody's concern", async () => {
  const lister = new DirectoryLister("/nonexistent");
  lister.list("a");
  await lister.end();
  assert.equal(lister.isBusy, false);
});
