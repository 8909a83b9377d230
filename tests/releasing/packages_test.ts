/** Packages of a release that has all five executables, here scripts: each has the right file, and what it does is done. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { containerfile } from "../../scripts/releasing/packages/container.ts";
import { devcontainerFeature } from "../../scripts/releasing/packages/devcontainer.ts";
import { githubAction } from "../../scripts/releasing/packages/github_action.ts";
import { homebrewFormula } from "../../scripts/releasing/packages/homebrew.ts";
import { type Published, readPublished } from "../../scripts/releasing/packages/published.ts";
import { scoopManifest } from "../../scripts/releasing/packages/scoop.ts";
import { executableName, TARGETS } from "../../scripts/releasing/targets.ts";
import { isInstalled, run, succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

const INSTALLER = fileURLToPath(new URL("../../scripts/install.sh", import.meta.url));
const STANDIN = fileURLToPath(new URL("formula_standin.rb", import.meta.url));
const URL_OF_RELEASE = "https://host/agentvfs/1.2.0";

const PROGRAM = `#!/bin/sh
case "$*" in
  --version) echo "agentvfs 1.2.0" ;;
  quickstart*) echo "mount=/mounted/$2"; echo "next: go on" ;;
  *checkpoint*) echo "0123 $4" ;;
esac
`;

interface Bed {
  readonly root: string;
  readonly release: string;
  readonly published: Published;
}

async function withRelease(body: (bed: Bed) => Promise<void>): Promise<void> {
  await withTemporary(async (directory) => {
    const root = await Deno.realPath(directory);
    const release = join(root, "release");
    await Deno.mkdir(release);
    for (const target of TARGETS) {
      const file = join(release, executableName("1.2.0", target));
      await Deno.writeTextFile(file, `${PROGRAM}# ${target.name}\n`);
      await Deno.chmod(file, 0o755);
    }
    await Deno.copyFile(INSTALLER, join(release, "install.sh"));
    await Deno.writeTextFile(join(release, "VERSION"), "1.2.0\n");
    await succeed(["sh", "-c", "sha256sum * >SUMS && mv SUMS SHA256SUMS"], { cwd: release });
    const published = await readPublished(release, `${URL_OF_RELEASE}/`, "https://host");
    await body({ root, release, published });
  });
}

Deno.test("the table has every executable with its checksum, and nothing that the release has not", () =>
  withRelease(async ({ release, published }) => {
    assert.equal(published.executables.length, TARGETS.length);
    for (const { file, sha256 } of published.executables) {
      const sum = await succeed(["sha256sum", join(release, file)]);
      assert.equal(sum.slice(0, 64), sha256);
    }
    assert.throws(() => published.sha256("install.exe"), /has no install\.exe/);
  }));

Deno.test({
  name: "the formula of Homebrew has the file of each system, and installs it",
  ignore: !await isInstalled("ruby"),
  fn: () =>
    withRelease(async ({ root, release, published }) => {
      const formula = join(root, "agentvfs.rb");
      await Deno.writeTextFile(formula, homebrewFormula(published));
      assert.match(await succeed(["ruby", "-wc", formula]), /Syntax OK/);
      for (const { target, file, sha256 } of published.executables) {
        if (target.npm.os === "win32") continue;
        const bin = join(root, target.name);
        const system = [target.npm.os === "darwin" ? "macos" : "linux", target.npm.cpu];
        const said = JSON.parse(
          await succeed(["ruby", STANDIN, formula, ...system, join(release, file), bin]),
        );
        assert.deepEqual(said.stable, { url: `${URL_OF_RELEASE}/${file}`, sha256 });
        assert.match(said.caveats, target.npm.os === "darwin" ? /fuse-t/ : /fuse3/);
        assert.deepEqual(said.completions, ["completions"]);
        const text = await Deno.readTextFile(join(bin, "agentvfs-ctl"));
        assert.ok(text.endsWith(`# ${target.name}\n`), text);
      }
    }),
});

Deno.test("the manifest of Scoop has what its schema demands, and finds newer versions", () =>
  withRelease(async ({ release, published }) => {
    // deno-lint-ignore no-explicit-any
    const manifest: any = scoopManifest(published);
    // What Scoop's schema requires of a manifest.
    for (const field of ["version", "homepage", "license"]) {
      assert.equal(typeof manifest[field], "string");
    }
    const { url, hash } = manifest.architecture["64bit"];
    const file = "agentvfs-1.2.0-windows-x86_64.exe";
    assert.equal(url, `${URL_OF_RELEASE}/${file}#/agentvfs.exe`);
    assert.equal(hash, (await succeed(["sha256sum", join(release, file)])).slice(0, 64));
    const next = manifest.autoupdate.architecture["64bit"].url.replaceAll("$version", "1.3.0");
    assert.equal(next, url.replaceAll("1.2.0", "1.3.0"));
    for (const [program, name, command] of manifest.bin.slice(1)) {
      assert.deepEqual([program, name], ["agentvfs.exe", `agentvfs-${command}`]);
    }
    const executables = published.executables.filter(({ target }) => target.npm.os !== "win32");
    assert.equal(scoopManifest({ ...published, executables }), null);
  }));

Deno.test("the recipe of the image takes the executable of its processor, and no other", () =>
  withRelease(async ({ root, release, published }) => {
    const recipe = containerfile(published);
    const step = /^RUN (set -eu;[^]*?agentvfs --version)$/m.exec(recipe)![1]!.replaceAll(
      "\\\n",
      "",
    );
    for (
      const [processor, name] of [["amd64", "linux-x86_64"], ["arm64", "linux-aarch64"], ["s390x"]]
    ) {
      const place = join(root, processor!);
      await succeed(["mkdir", "-p", join(place, "bin")]);
      await succeed(["sh", "-c", `cp -r "$0" "$1"`, release, join(place, "agentvfs")]);
      // From there, as the paths of an image are written without quotes, and this one may need them.
      const here = step.replaceAll("/tmp/agentvfs", "./agentvfs")
        .replaceAll("/usr/local/bin", "./bin");
      const env = { TARGETARCH: processor!, PATH: `${join(place, "bin")}:/usr/bin:/bin` };
      const { code, stdout, stderr } = await run(["sh", "-c", here], { env, cwd: place });
      if (name === undefined) {
        assert.equal(code, 1);
        assert.match(stderr, /no agentvfs for s390x/);
      } else {
        assert.equal(code, 0, stderr);
        assert.equal(stdout, "agentvfs 1.2.0\n");
        const text = await Deno.readTextFile(join(place, "bin/agentvfs-ctl"));
        assert.ok(text.endsWith(`# ${name}\n`), text);
      }
    }
  }));

/** The scripts of an action's steps. */
function scripts(action: string): string[] {
  return [...action.matchAll(/^ {6}run: \|\n((?: {8}.*\n|\n)+)/gm)].map(([, text]) =>
    text!.replaceAll(/^ {8}/gm, "")
  );
}

Deno.test({
  name: "the action installs, mounts and makes a checkpoint, whatever the label is",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withRelease(async ({ root, release, published }) => {
      const [install, mount] = scripts(githubAction(published));
      const file = (name: string) => join(root, name);
      const bin = file("tools");
      await succeed(["mkdir", "-p", bin]);
      await Deno.symlink("/bin/true", join(bin, "fusermount3"));
      const env = {
        ...{ HOME: root, RUNNER_TEMP: root, PATH: `${bin}:/usr/bin:/bin` },
        ...{ GITHUB_PATH: file("path"), GITHUB_OUTPUT: file("output") },
        ...{ AGENTVFS_RELEASES: release, DIRECTORY: "shop", LABEL: '"; exit 7 #' },
      };
      const step = (script: string) =>
        succeed(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], { env });
      await step(install!);
      assert.equal(await Deno.readTextFile(file("path")), `${root}/.local/bin\n`);
      await step(mount!);
      assert.equal(
        await Deno.readTextFile(file("output")),
        'mount=/mounted/shop\ncheckpoint=0123 "; exit 7 #\n',
      );
      const other = (await Deno.readTextFile(join(release, "install.sh"))).replace("#!", "# !");
      await Deno.writeTextFile(join(release, "install.sh"), other);
      await assert.rejects(step(install!), /install\.sh is not that of agentvfs 1\.2\.0/);
    }),
});

Deno.test({
  name: "the feature of a development container installs for all accounts",
  // It writes into /usr/local, which is an empty directory in a namespace of its own here.
  ignore: Deno.uid() !== 0 || !await isInstalled("fusermount3"),
  fn: () =>
    withRelease(async ({ root, release, published }) => {
      const files = devcontainerFeature(published);
      const feature = JSON.parse(files["devcontainer-feature.json"]!);
      // What the schema of features requires, and the form it gives an id and a version.
      assert.match(feature.id, /^[a-z0-9-]+$/);
      assert.match(feature.version, /^\d+\.\d+\.\d+$/);
      assert.ok(Array.isArray(feature.capAdd) && Array.isArray(feature.securityOpt));
      const script = join(root, "install.sh");
      await Deno.writeTextFile(script, files["install.sh"]!);
      const inside =
        `mount -t tmpfs none /usr/local && sh "$0" >&2 && find /usr/local ! -type d | sort`;
      const found = await succeed(["unshare", "--mount", "sh", "-c", inside, script], {
        env: { AGENTVFS_RELEASES: release, HOME: root, PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      });
      assert.ok(found.includes("/usr/local/bin/agentvfs\n/usr/local/bin/agentvfs-ctl\n"), found);
    }),
});
