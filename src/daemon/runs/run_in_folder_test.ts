/** What is said of a program that cannot be started in a branch's folder. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { WorkspaceError } from "../workspaces/workspace.ts";
import { runInView } from "./run_in_folder.ts";

async function tried(mount: string, ...command: string[]) {
  const said: string[] = [];
  const code = await runInView({
    ...{ source: mount, mount, store: "", socket: "", cwd: mount, command, branch: "main" },
    ...{ at: [], confine: null, network: null, watch: false },
    say: (text) => said.push(text),
  });
  return { code, said: said.at(-1)! };
}

Deno.test("a program that is missing, or none, is told from a folder that is not there", async () => {
  const mount = await Deno.makeTempDir();
  const [text, missing] = ["text", "missing"].map((name) => join(mount, name)) as [string, string];
  try {
    await Deno.writeTextFile(text, "no program\n");
    assert.deepEqual(await tried(mount, "no-such-program"), {
      code: 127,
      said: "There is no program no-such-program",
    });
    const { code, said } = await tried(mount, text);
    assert.equal(code, 126);
    assert.ok(said.startsWith(`Cannot run ${text}: `), said);
    await assert.rejects(
      tried(missing, Deno.execPath()),
      (error) => {
        assert.ok(error instanceof WorkspaceError);
        assert.deepEqual([error.code, error.exit], ["no_directory", 1]);
        assert.equal(error.message, `${missing} is not there`);
        return true;
      },
    );
  } finally {
    await Deno.remove(mount, { recursive: true });
  }
});
