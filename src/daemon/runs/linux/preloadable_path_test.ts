import assert from "node:assert/strict";
import { withTemporary } from "../../../../tests/support/temporary.ts";
import { preloadablePath } from "./preloadable_path.ts";

Deno.test("a file is reached by a path that LD_PRELOAD can name, wherever it lies", async () => {
  const before = Deno.env.get("XDG_RUNTIME_DIR");
  await withTemporary(async (root) => {
    // One that can be used, or one that cannot either.
    for (const runtime of [root, `${root}/a b`]) {
      Deno.env.set("XDG_RUNTIME_DIR", runtime);
      for (const name of ["plain", "a b", "a:b", "a\tb", "$LIB"]) {
        const directory = `${root}/${name}`;
        await Deno.mkdir(directory, { recursive: true });
        await Deno.writeTextFile(`${directory}/file`, name);
        const [path, again] = [
          await preloadablePath(`${directory}/file`),
          await preloadablePath(`${directory}/file`),
        ];
        assert.equal(await Deno.readTextFile(path), name);
        assert.equal(again, path);
        const isOwn = path === `${directory}/file`;
        assert.equal(isOwn, !/[\s:$]/.test(directory));
        if (isOwn) continue;
        assert.match(path, /^[^\s:$]+\/agentvfs(-\d+)?\/preload-\w+\/file$/);
        await Deno.remove(path.slice(0, path.lastIndexOf("/")));
      }
    }
  }).finally(() => {
    if (before === undefined) Deno.env.delete("XDG_RUNTIME_DIR");
    else Deno.env.set("XDG_RUNTIME_DIR", before);
  });
});
