/** The packages, as their managers install them: of a script in the place of the executable, which is quick. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isInstalled, run, succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

const SCRIPTS = fileURLToPath(new URL("../../scripts/", import.meta.url));

/** Says under which name it was called, with what, and ends as it is told. */
const program = (version: string) =>
  `#!/bin/sh
case $1 in
  --version) echo "agentvfs ${version}" ;;
  kill) kill -TERM $$ ;;
  *) echo "$# $*"; cat; exit 7 ;;
esac
`;

/** Runs \`body\` with an executable of that version, and makes packages of it. */
async function withProgram(
  body: (
    directory: string,
    make: (script: string, version: string) => Promise<string[]>,
  ) => Promise<void>,
): Promise<void> {
  await withTemporary(async (root) => {
    const directory = await Deno.realPath(root);
    await body(directory, async (script, version) => {
      const file = join(directory, "agentvfs");
      await Deno.writeTextFile(file, program(version));
      await Deno.chmod(file, 0o755);
      const out = join(directory, "packages");
      // Whoever makes it may be one who lets nobody read what is theirs.
      const command = ["sh", "-c", 'umask 077; exec "$@"', "sh", join(SCRIPTS, script), out];
      const made = await succeed(command, { env: { AGENTVFS_BIN: file } });
      return made.trim().split("\n");
    });
  });
}

Deno.test({
  name: "a package of Debian is installed, replaced by a newer one, and removed whole",
  // Only root gives files the owners that are in a package.
  ignore: Deno.uid() !== 0 || !await isInstalled("dpkg-deb"),
  fn: () =>
    withProgram(async (directory, make) => {
      const [first] = await make("make_deb", "1.2.0");
      const field = (name: string) => succeed(["dpkg-deb", "-f", first!, name]);
      assert.equal((await field("Version")).trim(), "1.2.0");
      assert.match(await field("Depends"), /^fuse3, libc6 \(>= 2\.28\)\n$/);
      const root = join(directory, "root");
      await Deno.mkdir(join(root, "var/lib/dpkg"), { recursive: true });
      await Deno.writeTextFile(join(root, "var/lib/dpkg/status"), "");
      const dpkg = (...args: string[]) =>
        succeed(["dpkg", `--root=${root}`, "--force-depends", "--force-not-root", ...args]);
      await dpkg("--install", first!);
      const installed = join(root, "usr/bin/agentvfs");
      assert.equal(await succeed([installed, "--version"]), "agentvfs 1.2.0\n");
      assert.equal(await Deno.readLink(join(root, "usr/bin/agentvfs-ctl")), "agentvfs");
      const { mode, uid } = await Deno.stat(installed);
      assert.deepEqual([mode! & 0o7777, uid], [0o755, 0]);
      for (const line of (await succeed(["dpkg-deb", "-c", first!])).trim().split("\n")) {
        assert.match(line, /^(drwxr-xr-x|-rw[x-]r-[x-]r-[x-]|lrwxrwxrwx) root\/root/);
      }
      const [second] = await make("make_deb", "1.10.0");
      await dpkg("--install", second!);
      assert.equal(await succeed([installed, "--version"]), "agentvfs 1.10.0\n");
      await dpkg("--purge", "agentvfs");
      await assert.rejects(Deno.stat(join(root, "usr")), Deno.errors.NotFound);
    }),
});

Deno.test({
  name: "a package of Fedora is installed, replaced by a newer one, and removed whole",
  ignore: Deno.uid() !== 0 || !await isInstalled("rpmbuild"),
  fn: () =>
    withProgram(async (directory, make) => {
      const [first] = await make("make_rpm", "1.2.0");
      const needs = (await succeed(["rpm", "-qp", "--requires", first!])).split("\n");
      assert.ok(needs.includes("fuse3") && needs.includes("glibc >= 2.28"), needs.join("\n"));
      const root = join(directory, "root");
      const rpm = (...args: string[]) => succeed(["rpm", "--root", root, "--nodeps", ...args]);
      await rpm("--install", first!);
      const installed = join(root, "usr/bin/agentvfs");
      assert.equal(await succeed([installed, "--version"]), "agentvfs 1.2.0\n");
      assert.equal(await Deno.readLink(join(root, "usr/bin/agentvfs-ctl")), "agentvfs");
      const { mode, uid } = await Deno.stat(installed);
      assert.deepEqual([mode! & 0o7777, uid], [0o755, 0]);
      const [second] = await make("make_rpm", "1.10.0");
      await rpm("--upgrade", second!);
      assert.equal(await succeed([installed, "--version"]), "agentvfs 1.10.0\n");
      await rpm("--erase", "agentvfs");
      const left = await succeed(["find", "usr", "-name", "agentvfs*"], { cwd: root });
      assert.equal(left, "");
      const early = await make("make_rpm", "2.0.0-rc.1");
      assert.match(early[0]!, /agentvfs-2\.0\.0~rc\.1-1\..*\.rpm$/);
    }),
});

Deno.test({
  name: "npm installs the program for this system, and its names start it",
  ignore: !await isInstalled("npm"),
  fn: () =>
    withProgram(async (directory, make) => {
      const packages = await make("make_npm", "1.2.0");
      assert.equal(packages.length, 2);
      const project = join(directory, "project");
      await Deno.mkdir(project);
      await Deno.writeTextFile(join(project, "package.json"), "{}");
      const env = {
        npm_config_cache: join(directory, "cache"),
        npm_config_update_notifier: "false",
      };
      const npm = ["npm", "install", "--offline", "--no-audit", "--no-fund", ...packages];
      await succeed(npm, { cwd: project, env });
      const call = (name: string, ...args: string[]) =>
        run([join(project, "node_modules/.bin", name), ...args], { stdin: "read\n" });
      assert.equal((await call("agentvfs", "--version")).stdout, "agentvfs 1.2.0\n");
      const other = await call("agentvfs-ctl", "a b", "c");
      assert.deepEqual([other.code, other.stdout], [7, "2 a b c\nread\n"]);
      assert.equal((await call("agentvfs", "kill")).code, 128 + 15);
      await Deno.remove(join(project, "node_modules/@agentvfs"), { recursive: true });
      const missing = await call("agentvfs", "--version");
      assert.equal(missing.code, 4);
      assert.match(missing.stderr, /the package @agentvfs\/linux-\S+ is not there\nhint: /);
    }),
});
