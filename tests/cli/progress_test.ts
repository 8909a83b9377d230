/** How far an apply is, where people look; nothing of it where nobody does. */

import assert from "node:assert/strict";
import { cli, type FakeDaemon, withDaemon } from "./harness.ts";

/** An apply that goes on until it was asked how far it is. */
function inTheMiddle({ service }: FakeDaemon): void {
  const apply = service.apply.bind(service);
  const seen = Promise.withResolvers<void>();
  service.tasks = () => {
    // The answer to this one is shown before the next is asked for.
    if (asked++ > 0) seen.resolve();
    const unit = "objects" as const;
    return Promise.resolve({
      tasks: [{ name: "apply", phase: "writing", done: 1, total: 2, unit }],
    });
  };
  let asked = 0;
  service.apply = async (params) => {
    await seen.promise;
    return await apply(params);
  };
}

Deno.test("an apply shows how far it is on a terminal, and takes the line away", async () => {
  await withDaemon(async (daemon) => {
    inTheMiddle(daemon);
    const { code, stderr } = await cli(["apply"], { terminal: true });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /writing: +50 %, 1 of 2 \[#+ +\]/);
    assert.ok(stderr.endsWith("\r\x1b[K"), JSON.stringify(stderr));
  });
});

Deno.test("with --quiet, and where nobody looks, nothing is said of how far an apply is", async () => {
  for (const [args, terminal] of [[["apply", "--quiet"], true], [["apply"], false]] as const) {
    await withDaemon(async (daemon) => {
      daemon.service.tasks = () => assert.fail("nobody shows it");
      const { code, stderr } = await cli([...args], { terminal });
      assert.deepEqual([code, stderr], [0, ""]);
    });
  }
});
