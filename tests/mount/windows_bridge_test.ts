/** Real programs in a mount that is served by the code for Windows; `tests/windows/bridge/main.ts` has more of it. */

import assert from "node:assert/strict";
import { Access, Disposition } from "../../ffi/windows/nt_file.ts";
import { run, shell } from "../support/process.ts";
import { randomness, SEED } from "../support/random.ts";
import { gitWork } from "../support/systems/git_work.ts";
import { withTemporary } from "../support/temporary.ts";
import { randomWork } from "../windows/bridge/random_work.ts";
import { withBridged } from "../windows/bridge/bridged.ts";
import { Share } from "../windows/open_names.ts";

Deno.test("git works in a mount that the code for Windows serves", async () => {
  await withBridged(({ path }) => gitWork(path, 60));
});

Deno.test("a rollback is told name by name, and all that the kernel has kept is as it was", async () => {
  await withBridged(async ({ path, checkpoint, rollback }) => {
    const state = () =>
      shell(
        `cd ${path} && find . -printf '%p %m %s %T@ %l\\n' | sort && cat $(find . -type f | sort)`,
      );
    await shell(`
      cd ${path} && mkdir -p d/e run && echo one >d/kept && echo old >d/e/changed && echo x >gone
      echo tool >run/tool && chmod 755 run/tool && ln -s d/kept link && touch -d @1000000000 d/kept
    `);
    const before = await state();
    const first = await checkpoint();
    await shell(`
      cd ${path} && echo new >d/e/changed && rm gone && rm -r run && ln -sfn d/e link
      touch -d @1100000000 d/kept && chmod 600 d/kept && mv d/e moved && mkdir later && >later/f
    `);
    const after = await state();
    const second = await checkpoint();
    await rollback(first);
    assert.equal(await state(), before);
    await rollback(second);
    assert.equal(await state(), after);
    await rollback(first);
    assert.equal(await state(), before);
  });
});

Deno.test("random operations answer and leave what they do on a disk, through rollbacks", async () => {
  await withTemporary((directory) =>
    withBridged(async (bridged) => {
      const disk = `${directory}/disk`;
      await Deno.mkdir(disk);
      await randomWork(bridged, disk, randomness(SEED), 6)
        .catch((error) => assert.fail(`AGENTVFS_SEED=${SEED}: ${error.message}`));
    })
  );
});

Deno.test("branches are worked in beside each other", async () => {
  await withBridged(async ({ path, checkpoint, branch, rollback }) => {
    await shell(`cd ${path} && echo main >f`);
    const first = await checkpoint();
    await branch("side", first);
    const side = `${path}/.agentvfs/branches/side`;
    await shell(`echo side >${side}/f && mkdir ${side}/only && echo again >${path}/f`);
    const both = () => shell(`cat ${path}/f ${side}/f && ls ${side}`);
    assert.equal(await both(), "again\nside\nf\nonly\n");
    assert.notEqual((await run(["mv", "-n", "--no-copy", `${side}/f`, `${path}/g`])).code, 0);
    await rollback(first, "side");
    assert.equal(await both(), "again\nmain\nf\n");
  });
});

Deno.test("what another program of Windows has open is in the way as it says", async () => {
  await withBridged(async ({ path, open, dispose, close }) => {
    await shell(`cd ${path} && echo text >a && echo text >b`);
    const says = async (script: string) => {
      const { code, stderr, stdout } = await run(["sh", "-c", `cd ${path} && ${script}`]);
      return code === 0 ? stdout.trim() : /: ([^:]+)$/.exec(stderr.trim())?.[1];
    };
    assert.equal(await open("\\a", { access: Access.READ_DATA, share: Share.READ }), "SUCCESS");
    assert.equal(await says("cat a"), "text");
    assert.equal(await says("echo more >>a"), "Device or resource busy");
    assert.equal(await says("rm a"), "Device or resource busy");
    assert.equal(await says("mv b a"), "Device or resource busy");
    assert.equal(await close("\\a"), "SUCCESS");
    assert.equal(await says("mv b a && cat a"), "text");
    assert.equal(await open("\\a", { disposition: Disposition.OPEN }), "SUCCESS");
    assert.equal(await dispose("\\a"), "SUCCESS");
    assert.equal(await says("cat a"), "Device or resource busy");
    assert.equal(await close("\\a"), "SUCCESS");
    assert.equal(await open("\\a"), "OBJECT_NAME_NOT_FOUND");
  });
});
