/**
 * Files are found by their handles, whether or not the kernel still knows them, by the servers that follow, and never in
 * another mount: what NFS and overlayfs build on. For root: others may not open by handle.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withConversation } from "../support/conversation.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { run, shell, succeed } from "../support/process.ts";
import { scriptPath } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

const PROJECT = `
mkdir -p a/b/c d; echo one >a/b/c/file; echo two >d/two; ln d/two d/link; ln -s two d/symlink; echo x >top
`;
const SCRIPT = [scriptPath(import.meta.url, "file_handles.py")];
const ignore = Deno.uid() !== 0;

/** Makes the kernel forget what nobody uses of the mount. */
async function forget(m: Mounted): Promise<void> {
  // A remount that changes nothing drops the names that are kept of the file system before it returns.
  await succeed(["mount", "-i", "-o", "remount", m.mount]);
  // What the server was told until then it has read before it answers this.
  await m.status();
}

Deno.test({ name: "a file is found by its handle", ignore }, async () => {
  await withProject(PROJECT, async (m) => {
    await withConversation(SCRIPT, { cwd: m.mount }, async (s) => {
      const handleOf = (path: string) => s.ask(["handle", path]) as Promise<[number, string]>;
      const [file, two, c, top] = [
        await handleOf("a/b/c/file"),
        await handleOf("d/two"),
        await handleOf("a/b/c"),
        await handleOf("top"),
      ];
      let place = "a/b";
      const check = async () => {
        assert.equal(await s.ask(["read", ...file]), "one\n");
        assert.equal(await s.ask(["read", ...two]), "two\n");
        assert.deepEqual(await s.ask(["names", ...c]), ["file"]);
        assert.equal(await s.ask(["where", ...c]), `${place}/c`);
      };
      await check();
      await forget(m);
      await shell("mv a/b moved; rm top; echo new >top", { cwd: m.mount });
      place = "moved";
      const killServer = (m: Mounted) => m.killServer();
      for (const event of [forget, killServer, forget, (m: Mounted) => m.ctl("restart"), forget]) {
        await event(m);
        // By path or by handle first: it is one file.
        if (event === killServer) assert.deepEqual(await handleOf("moved/c/file"), file);
        await check();
        assert.equal(await s.ask(["read", ...top]), "ESTALE");
        assert.deepEqual(await handleOf("moved/c/file"), file);
      }
      // What is written by one reaches the file, its directory being unknown to the kernel.
      await forget(m);
      assert.equal(await s.ask(["write", ...file, "more\n"]), 5);
      await m.killServer();
      assert.equal(await s.ask(["read", ...file]), "one\nmore\n");
      assert.equal(await Deno.readTextFile(m.path("moved/c/file")), "one\nmore\n");
      // What a rollback brings back is another file than the one that was removed.
      await m.ctl("rollback", "initial");
      const brought = await handleOf("top");
      await forget(m);
      assert.equal(await s.ask(["read", ...brought]), "x\n");
      assert.equal(await s.ask(["read", ...top]), "ESTALE");
    });
  }, { allowedLog: [/SIGKILL/] });
});

Deno.test({ name: "a handle of another mount finds nothing", ignore }, async () => {
  await withProject(PROJECT, async (m) => {
    const handles: [number, string][] = [];
    const paths = ["a/b/c/file", "a/b", "d/two", "top"];
    await withConversation(SCRIPT, { cwd: m.mount }, async (s) => {
      for (const path of paths) handles.push(await s.ask(["handle", path]));
    });
    await m.restart();
    await withConversation(SCRIPT, { cwd: m.mount }, async (s) => {
      for (const path of [...paths, "d", "a/b/c"]) await s.ask(["handle", path]);
      for (const handle of handles) assert.equal(await s.ask(["read", ...handle]), "ESTALE");
    });
  });
});

Deno.test({ name: "overlayfs with an index has a mount as its lower layer", ignore }, async () => {
  await withProject(PROJECT, async (m) => {
    // Of a file system of its own: the one that temporary files are on may be an overlay itself.
    await withTemporary(async (directory) => {
      await succeed(["mount", "-t", "tmpfs", "overlay-test", directory]);
      const merged = join(directory, "merged");
      try {
        await shell("mkdir upper work merged", { cwd: directory });
        const layers = `lowerdir=${m.mount},upperdir=${directory}/upper,workdir=${directory}/work`;
        const options = `${layers},index=on,nfs_export=on`;
        await succeed(["mount", "-t", "overlay", "overlay-test", "-o", options, merged]);
        await shell("echo more >>d/two", { cwd: merged });
        // By the index both names go on being one file.
        assert.equal(await shell("cat d/link", { cwd: merged }), "two\nmore\n");
        assert.equal(await shell("cat d/two", { cwd: m.mount }), "two\n");
      } finally {
        await run(["umount", "-l", merged]);
        await run(["umount", "-l", directory]);
      }
    });
  });
});
