/** The signature of a release: who made it made the installer, whatever verifies it; and what is not signed changes nothing. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { publicKey, sign, throwawayKey } from "../../scripts/releasing/signature.ts";
import { isInstalled, run, succeed } from "../support/process.ts";
import { type Bed, INSTALLER, PLATFORM, withBed, writeSums } from "./release.ts";

const withSsh = await isInstalled("ssh-keygen");

/** Signs the release, and makes the installer of it. Returns the key. */
async function signed(bed: Bed): Promise<string> {
  const key = await throwawayKey(bed.root);
  const text = await Deno.readTextFile(INSTALLER);
  const known = text.replace("\nSIGNER=''", `\nSIGNER='${await publicKey(key)}'`);
  assert.notEqual(known, text);
  await Deno.writeTextFile(join(bed.release, "install.sh"), known);
  await writeSums(bed.release);
  await sign(key, join(bed.release, "SHA256SUMS"));
  return key;
}

/** A directory with what an installer needs, without what verifies signatures but for `verifiers`. */
async function pathOf(bed: Bed, ...verifiers: string[]): Promise<string> {
  const path = join(bed.root, `path-${verifiers.join("-")}`);
  await Deno.mkdir(path);
  const common =
    "sh awk base64 cat chmod cp cut dirname grep ln mkdir mktemp mv printf rm sed sha256sum tail tr uname";
  for (const name of [...common.split(" "), ...verifiers]) {
    const { stdout } = await run(["sh", "-c", `command -v ${name}`]);
    if (stdout.startsWith("/")) await Deno.symlink(stdout.trim(), join(path, name));
  }
  return path;
}

/** Runs the installer of the release. */
function install(bed: Bed, path: string, ...args: string[]) {
  const environment = [`HOME=${bed.home}`, `PATH=${path}`, "SHELL=/bin/sh"];
  const script = join(bed.release, "install.sh");
  return run(["/usr/bin/env", "-i", ...environment, "sh", script, "--from", bed.release, ...args]);
}

/** What may have been done to a signed release, and what is said of it. */
const FORGED: Record<string, [(bed: Bed) => Promise<unknown>, RegExp]> = {
  "another executable, with its checksum": [
    async (bed) => {
      const file = join(bed.release, `agentvfs-1.2.0-${PLATFORM}`);
      await Deno.writeTextFile(file, "#!/bin/sh\necho agentvfs 1.2.0\n");
      await writeSums(bed.release);
    },
    /is not signed by who made this installer\nhint: Nothing was changed/,
  ],
  "signed by somebody else": [
    async (bed) => {
      const other = join(bed.root, "other");
      await Deno.mkdir(other);
      await sign(await throwawayKey(other), join(bed.release, "SHA256SUMS"));
    },
    /is not signed by who made this installer/,
  ],
  "signed for another purpose": [
    async (bed) => {
      const file = join(bed.release, "SHA256SUMS");
      await Deno.remove(`${file}.sig`);
      const key = join(bed.root, "dry-run-key");
      await succeed(["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "git", file]);
    },
    /is not signed by who made this installer/,
  ],
  "no signature": [
    (bed) => Deno.remove(join(bed.release, "SHA256SUMS.sig")),
    /is not signed\nhint: Nothing was changed/,
  ],
  "a signature that was cut off": [
    async (bed) => {
      const file = join(bed.release, "SHA256SUMS.sig");
      await Deno.truncate(file, (await Deno.stat(file)).size / 2);
    },
    /is not signed by who made this installer/,
  ],
  "another version said to be the newest": [
    (bed) => Deno.writeTextFile(join(bed.release, "VERSION"), "1.1.0\n"),
    /VERSION is not what it should be: its checksum/,
  ],
};

for (const verifier of ["ssh-keygen", "openssl"]) {
  const ignore = !withSsh || !await isInstalled(verifier);
  Deno.test({
    name: `${verifier} verifies a release`,
    ignore,
    fn: () =>
      withBed(async (bed) => {
        await signed(bed);
        const path = await pathOf(bed, verifier);
        const { code, stderr } = await install(bed, path, "--require-signature");
        assert.equal(code, 0, stderr);
        assert.doesNotMatch(stderr, /verified/);
        assert.ok((await bed.files()).includes("./.local/bin/agentvfs"));
      }),
  });
  for (const [what, [forge, said]] of Object.entries(FORGED)) {
    Deno.test({
      name: `${verifier}, ${what}: nothing is installed`,
      ignore,
      fn: () =>
        withBed(async (bed) => {
          await signed(bed);
          await forge(bed);
          const { code, stderr } = await install(bed, await pathOf(bed, verifier));
          assert.equal(code, 1, stderr);
          assert.match(stderr, said);
          assert.deepEqual(await bed.files(), []);
        }),
    });
  }
}

Deno.test({
  name: "where nothing verifies signatures that is said, and refused if it is required",
  ignore: !withSsh,
  fn: () =>
    withBed(async (bed) => {
      await signed(bed);
      const path = await pathOf(bed);
      const strict = await install(bed, path, "--require-signature");
      assert.equal(strict.code, 4, strict.stderr);
      assert.match(strict.stderr, /Nothing here verifies signatures/);
      assert.deepEqual(await bed.files(), []);
      const { code, stderr } = await install(bed, path);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /hint: the release's signature was not verified/);
    }),
});

Deno.test({
  name: "an ssh-keygen that is too old is none",
  ignore: !withSsh,
  fn: () =>
    withBed(async (bed) => {
      await signed(bed);
      const path = await pathOf(bed);
      const old = join(path, "ssh-keygen");
      await Deno.writeTextFile(
        old,
        "#!/bin/sh\necho 'ssh-keygen: unknown option -- Y' >&2\nexit 1\n",
      );
      await Deno.chmod(old, 0o755);
      const { code, stderr } = await install(bed, path);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /hint: the release's signature was not verified/);
    }),
});

Deno.test("an installer that knows nobody's signature does not say that it verified one", () =>
  withBed(async (bed) => {
    const { code, stderr } = await bed.install(["--from", bed.release, "--require-signature"]);
    assert.equal(code, 1);
    assert.match(stderr, /does not know whose signature to expect/);
  }));
