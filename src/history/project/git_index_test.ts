import assert from "node:assert/strict";
import { withTemporary } from "../../../tests/support/temporary.ts";
import { shell } from "../../../tests/support/process.ts";
import { gitIndexEntries } from "./git_index.ts";

for (const format of ["sha1", "sha256"]) {
  for (const version of [2, 4]) {
    Deno.test(`what git's index says is read: version ${version}, ${format}`, () =>
      withTemporary(async (directory) => {
        const run = (script: string) => shell(script, { cwd: directory });
        await run(
          `git init -q --object-format=${format} . && git config index.version ${version} &&
          mkdir -p a/deep && for i in $(seq 20); do echo $i >a/deep/file$i; done; echo x >b; ln -s b l; chmod +x b
          git add -A && git status >/dev/null`,
        );
        const read = async () =>
          gitIndexEntries(await Deno.readFile(`${directory}/.git/index`))?.map((entry) =>
            entry.split(" ")
          );
        const listed = (await run("git ls-files -s")).trimEnd().split("\n")
          .map((line) => line.split(/[ \t]/));
        const entries = (await read())!;
        assert.deepEqual(
          entries.map(([mode, id, , , name]) => [mode, id, name]),
          listed.map(([mode, id, , name]) => [mode, id, name]),
        );
        // What git remembers of the files is no part of it.
        await run("touch -d 2001-01-01 b a/deep/file1; git update-index --refresh");
        assert.deepEqual(await read(), entries);
        await run("echo new >c; git add -N c; git update-index --assume-unchanged b");
        const changed = (await read())!;
        assert.equal(changed.length, entries.length + 1);
        assert.notDeepEqual(
          changed.find(([, , , , name]) => name === "b"),
          entries.find(([, , , , name]) => name === "b"),
        );
      }));
  }
}

Deno.test("what is no index, or a part of one, is not read", () =>
  withTemporary(async (directory) => {
    await shell("git init -q . && echo x >b && git add b", { cwd: directory });
    const bytes = await Deno.readFile(`${directory}/.git/index`);
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(gitIndexEntries(bytes.slice(0, length)), null, String(length));
    }
    await shell("git update-index --split-index", { cwd: directory });
    assert.equal(gitIndexEntries(await Deno.readFile(`${directory}/.git/index`)), null);
  }));
