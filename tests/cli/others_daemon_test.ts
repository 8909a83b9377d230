/** Daemons of other users, as sudo and su meet them. */

import assert from "node:assert/strict";
import { placeWarnings } from "../../src/cli/print/place_warnings.ts";
import { findDaemon } from "../../src/daemon/workspaces/find_daemon.ts";
import { othersDaemon } from "../../src/daemon/workspaces/others_daemon.ts";
import { withState } from "../../src/daemon/keeper/testing/with_state.ts";
import { planDaemon, WorkspaceError } from "../../src/daemon/workspaces/workspace.ts";
import { until } from "../support/process.ts";

/** No user on any machine, so that it has no name. */
const OTHER = 2_000_000_123;

/** Something that looks like that user's keeper, as everybody sees it. */
async function withOthersKeeper(project: string, mount: string, test: () => Promise<void>) {
  const words = ["daemon", "--foreground", "--source", project, "--mount", mount];
  const keeper = new Deno.Command("setpriv", {
    args: [
      `--reuid=${OTHER}`,
      `--regid=${OTHER}`,
      "--clear-groups",
      "sh",
      "-c",
      "read _",
      "agentvfs",
    ]
      .concat(words),
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await until("it runs as that user", async () => await othersDaemon(project) !== null);
    await test();
  } finally {
    await keeper.stdin.close();
    await keeper.status;
  }
}

Deno.test({
  name: "who asks for the mount of another user is told whose it is, and what to do",
  // Nobody else can start something as another user.
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  fn: () =>
    withState(async ({ project }) => {
      const mount = `${project}-mounted`;
      await withOthersKeeper(project, mount, async () => {
        const asked = [{ directory: project }, { directory: `${mount}/src` }, {
          cwd: `${project}/src`,
        }];
        for (const where of asked) {
          await assert.rejects(findDaemon(where), (error: WorkspaceError) => {
            assert.equal(error.exit, 3);
            const hint = `user ${OTHER} is at ${mount}: do this as ${OTHER}, without sudo; ` +
              `for a mount of your own, with its own history: agentvfs quickstart ${project}`;
            assert.ok(error.hint!.endsWith(hint), error.hint);
            return true;
          });
        }
        await assert.rejects(findDaemon({ directory: "/" }), (error: WorkspaceError) => {
          assert.match(error.hint!, /^Start one/);
          return true;
        });
        const warnings = await placeWarnings(await planDaemon({ source: project, version: "1" }));
        assert.deepEqual(warnings.map(({ code }) => code), ["mounted_by_other"]);
        assert.match(
          warnings[0]!.message,
          new RegExp(`^user ${OTHER} has a mount of this project`),
        );
      });
      assert.deepEqual(
        await placeWarnings(await planDaemon({ source: project, version: "1" })),
        [],
      );
    }),
});
