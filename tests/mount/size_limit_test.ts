/** A daemon that may not write files above a size: what would need it fails, everything else goes on. */

import assert from "node:assert/strict";
import { noise } from "../../src/store/testing/fixtures.ts";
import { withProject } from "../support/mounted.ts";
import { succeed } from "../support/process.ts";

const MIB = 1024 * 1024;
const TOO_LARGE = /File too large|os error 27/;

Deno.test("a limit of file sizes is an error of the write that meets it", () =>
  withProject("echo kept >kept", async (m) => {
    const { serverPid } = await m.status();
    const limit = (bytes: string) =>
      succeed(["prlimit", "--pid", String(serverPid), `--fsize=${bytes}`]);
    await limit(`${2 * MIB}:unlimited`);
    await assert.rejects(
      Deno.writeFile(m.path("large"), new Uint8Array(4 * MIB).fill(7)),
      TOO_LARGE,
    );
    assert.equal(await Deno.readTextFile(m.path("kept")), "kept\n");
    assert.equal((await m.status()).serverPid, serverPid, "the server was replaced");

    await limit("unlimited:unlimited");
    const bytes = noise(4 * MIB);
    await Deno.writeFile(m.path("large"), bytes);
    await limit(`${2 * MIB}:unlimited`);
    assert.equal((await m.refused("checkpoint", "too large")).code, "io_error");
    assert.equal((await m.status()).serverPid, serverPid, "the server was replaced");
    await limit("unlimited:unlimited");
    await m.ctl("checkpoint", "fits");
    assert.deepEqual(await Deno.readFile(m.path("large")), bytes);
  }, { allowedLog: [/File too large|errno 27|too large/i] }));
