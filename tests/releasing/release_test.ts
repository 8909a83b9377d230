/** A release from beginning to end, of scripts in the place of executables: made by the task, and installed by what it made. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { executableName, hostTarget, TARGETS } from "../../scripts/releasing/targets.ts";
import { isInstalled, run, succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RELEASE = [Deno.execPath(), "run", "-A", "--no-check", "scripts/releasing/release.ts"];
const { version } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));

/** Says its version, and which runtime is in it, as executables do somewhere. */
const PROGRAM = `#!/bin/sh
# Deno/2.8.3
case $1 in --version) echo "agentvfs ${version}" ;; esac
`;

function release(...args: string[]) {
  // Colours would come between words.
  return run([...RELEASE, ...args], {
    cwd: ROOT,
    env: { NO_COLOR: "1", AGENTVFS_SIGNING_KEY: "" },
  });
}

Deno.test({
  name: "a dry run makes all of it, and what it made can be installed",
  ignore: Deno.build.os === "windows" || !await isInstalled("ssh-keygen"),
  fn: () =>
    withTemporary(async (root) => {
      const made = join(root, "made");
      await Deno.mkdir(made);
      const targets = TARGETS.filter(({ name }) => name !== "windows-x86_64");
      for (const target of targets) {
        const file = join(made, `agentvfs-${target.name}`);
        await Deno.writeTextFile(file, `${PROGRAM}# ${target.name}\n`);
        await Deno.chmod(file, 0o755);
      }
      const out = join(root, "release");
      const before = await succeed(["git", "status", "--porcelain"], { cwd: ROOT });
      const { code, stdout, stderr } = await release(
        ...["--dry-run", "--no-tests", "--executables", made, "--out", out],
      );
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /^not in it: windows-x86_64\nThis was a dry run: the key/m);
      assert.equal(await succeed(["git", "status", "--porcelain"], { cwd: ROOT }), before);

      const names = (await Array.fromAsync(Deno.readDir(out), ({ name }) => name)).toSorted();
      const executables = targets.map((target) => executableName(version, target));
      assert.deepEqual(
        names,
        [
          ...["CHANGES.md", "SHA256SUMS", "SHA256SUMS.sig", "VERSION", ...executables],
          ...["install.ps1", "install.sh", "provenance.intoto.json", "sbom.cdx.json"],
        ].toSorted(),
      );
      // All files but these two have their checksum there.
      const sums = await succeed(["sha256sum", "--check", "SHA256SUMS"], { cwd: out });
      assert.equal(sums.trim().split("\n").length, names.length - 2);
      const provenance = JSON.parse(await Deno.readTextFile(join(out, "provenance.intoto.json")));
      const subjects = provenance.subject.map(({ name }: { name: string }) => name);
      assert.deepEqual(subjects.toSorted(), executables.toSorted());
      for (const installer of ["install.sh", "install.ps1"]) {
        const text = await Deno.readTextFile(join(out, installer));
        assert.match(text, /^\$?SIGNER ?= ?'ssh-ed25519 [\w+/=]+'$/m);
      }

      const prefix = join(root, "prefix");
      await succeed(["sh", join(out, "install.sh"), "--prefix", prefix, "--require-signature"]);
      const installed = await Deno.readTextFile(join(prefix, "bin/agentvfs"));
      assert.ok(installed.endsWith(`# ${hostTarget().name}\n`), installed);
    }),
});

/** Command lines, their exit code, and what is said. */
const REFUSED: [string[], number, RegExp][] = [
  [["--no-tests"], 1, /There is no key to sign with\nhint: Say --key FILE/],
  [["--dry-run", "--executables", "/nowhere"], 1, /There is no executable in \/nowhere\nhint: /],
  [["--dry"], 2, /--dry.*\n\nUsage: deno task release/],
];

for (const [args, exit, said] of REFUSED) {
  Deno.test(`deno task release ${args.join(" ")} is refused`, async () => {
    const { code, stderr } = await release(...args);
    assert.equal(code, exit, stderr);
    assert.match(stderr, said);
  });
}
