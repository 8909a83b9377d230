/** The installer: all of it or nothing, whatever comes and wherever from. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { isInstalled, run } from "../support/process.ts";
import {
  type Bed,
  INSTALLER,
  makeRelease,
  PLATFORM,
  withBed,
  withServer,
  writeSums,
} from "./release.ts";

const INSTALLED = [
  "./.local/bin/agentvfs",
  "./.local/bin/agentvfs-ctl",
  "./.local/bin/agentvfs-quickstart",
  "./.local/share/agentvfs/files",
  "./.local/share/agentvfs/from",
  "./.local/share/agentvfs/install.sh",
  "./.local/share/bash-completion/completions/agentvfs",
  "./.local/share/fish/vendor_completions.d/agentvfs.fish",
  "./.local/share/man/man1/agentvfs-1-2-0.1",
  "./.local/share/man/man1/agentvfs.1",
  "./.local/share/zsh/site-functions/_agentvfs",
];

async function version(bed: Bed): Promise<string> {
  return (await run([bed.path("bin/agentvfs"), "--version"])).stdout.trim();
}

/** A directory with these programs alone, as a PATH. */
async function pathOf(bed: Bed, ...programs: string[]): Promise<string> {
  const path = join(bed.root, programs.join("-"));
  await Deno.mkdir(path);
  const common =
    "sh awk cat chmod cut grep dirname ln mkdir mktemp mv printf rm sed sha256sum tr uname";
  for (const name of [...common.split(" "), ...programs]) {
    const { stdout } = await run(["sh", "-c", `command -v ${name}`]);
    if (stdout.startsWith("/")) await Deno.symlink(stdout.trim(), join(path, name));
  }
  return path;
}

for (const shell of ["sh", "bash", "busybox sh"]) {
  Deno.test({
    name: `${shell} installs from a directory, and again`,
    ignore: !await isInstalled(shell.split(" ")[0]!),
    fn: () =>
      withBed(async (bed) => {
        const options = { shell: shell.split(" ") };
        const first = await bed.install(["--from", bed.release], options);
        assert.equal(first.code, 0, first.stderr);
        assert.deepEqual(await bed.files(), INSTALLED);
        assert.equal(await version(bed), "agentvfs 1.2.0");
        assert.equal(await Deno.readLink(bed.path("bin/agentvfs-ctl")), "agentvfs");
        assert.deepEqual(first.stdout.split("\n"), [
          `agentvfs 1.2.0 is installed: ${bed.path("bin/agentvfs")}`,
          "fail libfuse3  missing",
          "      fix: sudo apt-get install fuse3",
          `next: ${bed.path("bin/agentvfs")} quickstart DIR`,
          "",
        ]);
        assert.match(first.stderr, /hint: .*\.local\/bin is not on your PATH\nhint: .*\.profile/);
        const again = await bed.install(["--from", bed.release], options);
        assert.match(again.stdout, /^agentvfs 1\.2\.0 was there, and is again/);
        assert.deepEqual(await bed.files(), INSTALLED);
      }),
  });
}

for (const client of ["curl", "wget"]) {
  Deno.test({
    name: `${client} brings it from a server`,
    ignore: !await isInstalled(client),
    fn: () =>
      withBed((bed) =>
        withServer(bed.release, () => undefined, async (url) => {
          const path = await pathOf(bed, client);
          const { code, stderr } = await bed.install(["--from", `${url}/`], { path });
          assert.equal(code, 0, stderr);
          assert.equal(await version(bed), "agentvfs 1.2.0");
          assert.equal(await Deno.readTextFile(bed.path("share/agentvfs/from")), `${url}\n`);
        })
      ),
  });
}

/** What may come in place of the executable, and what is said of it. */
const SPOILED: Record<string, [(bytes: Uint8Array<ArrayBuffer>) => Response, RegExp]> = {
  "cut off, and said to be whole": [
    (bytes) => new Response(bytes.subarray(0, 50)),
    /is not what it should be: its checksum is .*\nhint: Nothing was changed/,
  ],
  "cut off while it comes": [
    (bytes) => {
      const body = new Blob([bytes.subarray(0, 50)]).stream();
      return new Response(body, { headers: { "content-length": `${bytes.length}` } });
    },
    /curl: .*\n(.*\n)*install\.sh: Cannot get /,
  ],
  "another file": [
    (bytes) => new Response(bytes.map((byte, i) => i === 60 ? byte ^ 1 : byte)),
    /is not what it should be/,
  ],
  "an error": [() => new Response("no", { status: 500 }), /Cannot get http/],
};

for (const [what, [spoil, said]] of Object.entries(SPOILED)) {
  Deno.test(`${what}: what was there stays`, () =>
    withBed(async (bed) => {
      await bed.install(["--from", bed.release]);
      const before = await bed.files();
      await makeRelease(bed.release, "1.3.0");
      const spoiled = (name: string, bytes: Uint8Array<ArrayBuffer>) =>
        name === `agentvfs-1.3.0-${PLATFORM}` ? spoil(bytes) : undefined;
      await withServer(bed.release, spoiled, async (url) => {
        const { code, stderr } = await bed.install(["--from", url]);
        assert.equal(code, 1, stderr);
        assert.match(stderr, said);
      });
      assert.equal(await version(bed), "agentvfs 1.2.0");
      assert.deepEqual(await bed.files(), before);
    }));
}

Deno.test("a server that stops sending is given up: what was there stays", () =>
  withBed(async (bed) => {
    await bed.install(["--from", bed.release]);
    const before = await bed.files();
    await makeRelease(bed.release, "1.3.0");
    const stalls = (name: string, bytes: Uint8Array<ArrayBuffer>) =>
      name !== `agentvfs-1.3.0-${PLATFORM}` ? undefined : new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(bytes.subarray(0, 50)) }),
        { headers: { "content-length": `${bytes.length}` } },
      );
    await withServer(bed.release, stalls, async (url) => {
      const env = { AGENTVFS_STALLED_S: "1" };
      const { code, stderr } = await bed.install(["--from", url], { env });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /Cannot get http/);
    });
    assert.deepEqual(await bed.files(), before);
  }));

for (const signal of ["INT", "TERM", "HUP"]) {
  Deno.test(`an installer that is ended by ${signal} leaves nothing behind`, () =>
    withBed(async (bed) => {
      // What brings the file ends the installer in the midst of it.
      const path = await pathOf(bed, "cp");
      await Deno.remove(join(path, "cp"));
      const script = `#!/bin/sh
/bin/cp "$@"
case $2 in *agentvfs-1.2.0-*) kill -${signal} $PPID ;; esac
`;
      await Deno.writeTextFile(join(path, "cp"), script);
      await Deno.chmod(join(path, "cp"), 0o755);
      const temporary = join(bed.root, "tmp");
      await Deno.mkdir(temporary);
      const env = { TMPDIR: temporary };
      const { code } = await bed.install(["--from", bed.release], { path, env });
      assert.notEqual(code, 0);
      assert.deepEqual(await bed.files(), []);
      assert.deepEqual(await Array.fromAsync(Deno.readDir(temporary)), []);
    }));
}

Deno.test("a newer version takes the place of an older one; an older one has to be asked for", () =>
  withBed(async (bed) => {
    await makeRelease(bed.release, "1.9.0", "1.10.0");
    await bed.install(["--from", bed.release, "--version", "v1.9.0"]);
    assert.equal(await version(bed), "agentvfs 1.9.0");
    const newer = await bed.install(["--from", bed.release]);
    assert.match(newer.stdout, /^agentvfs 1\.10\.0 is installed, in place of 1\.9\.0/);
    assert.match(newer.stdout, /running mounts are served by it after: agentvfs restart --all/);
    await Deno.writeTextFile(join(bed.release, "VERSION"), "1.9.0\n");
    await writeSums(bed.release);
    const older = await bed.install(["--from", bed.release]);
    assert.equal(older.code, 1);
    assert.match(older.stderr, /1\.10\.0 is installed.*is older\nhint: --version 1\.9\.0/);
    const wanted = await bed.install(["--from", bed.release, "--version", "1.9.0", "--restart"]);
    assert.equal(wanted.code, 0, wanted.stderr);
    assert.equal(await version(bed), "agentvfs 1.9.0");
    const asked = await Deno.readTextFile(bed.path("bin/agentvfs.asked"));
    assert.equal(asked, "restart --all\n");
  }));

Deno.test("a script that was cut off does nothing", () =>
  withBed(async (bed) => {
    const lines = (await Deno.readTextFile(INSTALLER)).split("\n");
    const part = join(bed.root, "part.sh");
    for (let count = 1; count < lines.length - 1; count++) {
      await Deno.writeTextFile(part, lines.slice(0, count).join("\n"));
      const env = { HOME: bed.home, AGENTVFS_RELEASES: bed.release };
      await run(["sh", part], { env });
    }
    assert.deepEqual(await bed.files(), []);
    await Deno.writeTextFile(part, lines.join("\n"));
    await run(["sh", part], { env: { HOME: bed.home, AGENTVFS_RELEASES: bed.release } });
    assert.deepEqual(await bed.files(), INSTALLED);
  }));

Deno.test("a disk without space: what was there stays", () =>
  withBed(async (bed) => {
    const file = join(bed.release, `agentvfs-1.2.0-${PLATFORM}`);
    await Deno.writeTextFile(file, "#".repeat(200_000), { append: true });
    await writeSums(bed.release);
    const script = `
      mount -t tmpfs -o size=64k none "$HOME"; sh "$0" --from "$1"; code=$?
      find "$HOME" ! -type d; exit $code`;
    const { code, stdout, stderr } = await run(
      ["unshare", "-rm", "sh", "-c", script, INSTALLER, bed.release],
      { env: { HOME: bed.home } },
    );
    assert.equal(code, 1, stderr);
    assert.match(stderr, /Cannot get .* into .*\.local\/bin\nhint: Is there space left/);
    assert.equal(stdout, "");
  }));

Deno.test("a program that does not run here is not installed", () =>
  withBed(async (bed) => {
    const file = join(bed.release, `agentvfs-1.2.0-${PLATFORM}`);
    await Deno.writeTextFile(file, "#!/bin/sh\necho no such glibc >&2\nexit 1\n");
    await writeSums(bed.release);
    const { code, stderr } = await bed.install(["--from", bed.release]);
    assert.equal(code, 4);
    assert.match(
      stderr,
      /no such glibc\ninstall\.sh: agentvfs 1\.2\.0 does not run on this machine/,
    );
    assert.deepEqual(await bed.files(), []);
  }));

/** Command lines, their exit code, and what is said. */
const REFUSED: [string, number, RegExp][] = [
  ["--from /nowhere", 1, /There is no release in \/nowhere/],
  ["--from http://127.0.0.1:1", 1, /There is no release in http/],
  ["--version 9.9.9 --from RELEASE", 1, /has no agentvfs-9\.9\.9-/],
  ["--frmo x", 2, /Unknown option --frmo/],
  ["--from", 2, /--from needs a value/],
  ["", 2, /Where is the release\?\nhint: Say --from/],
  ["--uninstall", 1, /There is no agentvfs in .*\.local\/bin/],
];

for (const [line, exit, said] of REFUSED) {
  Deno.test(`install.sh ${line} is refused`, () =>
    withBed(async (bed) => {
      const args = line.split(" ").filter((arg) => arg !== "")
        .map((arg) => arg === "RELEASE" ? bed.release : arg);
      const { code, stderr } = await bed.install(args);
      assert.equal(code, exit, stderr);
      assert.match(stderr, said);
      assert.deepEqual(await bed.files(), []);
    }));
}

Deno.test("machines that there is no program for, and machines without a downloader, are told so", () =>
  withBed(async (bed) => {
    const path = await pathOf(bed, "cp");
    const bare = await bed.install(["--from", "http://127.0.0.1:1"], { path });
    assert.equal(bare.code, 4);
    assert.match(bare.stderr, /neither curl nor wget/);
    await Deno.remove(join(path, "uname"));
    const uname = join(path, "uname");
    await Deno.writeTextFile(uname, "#!/bin/sh\n[ $1 = -s ] && echo Linux || echo riscv64\n");
    await Deno.chmod(uname, 0o755);
    const { code, stderr } = await bed.install(["--from", bed.release], { path });
    assert.equal(code, 4);
    assert.match(stderr, /There is no agentvfs for the processor riscv64/);
  }));

Deno.test("what shells complete with and the manual come along, and what a newer version has not goes", () =>
  withBed(async (bed) => {
    const read = (...names: string[]) => Deno.readTextFile(bed.path("share", ...names));
    await bed.install(["--from", bed.release]);
    assert.equal(await read("zsh/site-functions/_agentvfs"), "# what zsh completes with\n");
    assert.equal(await read("man/man1/agentvfs.1"), "1.2.0\n");
    await makeRelease(bed.release, "1.3.0");
    const newer = await bed.install(["--from", bed.release]);
    assert.equal(newer.code, 0, newer.stderr);
    assert.equal(await read("man/man1/agentvfs.1"), "1.3.0\n");
    await assert.rejects(read("man/man1/agentvfs-1-2-0.1"), Deno.errors.NotFound);
    const listed = (await read("agentvfs/files")).trim().split("\n");
    for (const path of listed) assert.ok((await Deno.stat(bed.path(path))).isFile, path);
    assert.equal(listed.length, 5);
  }));

Deno.test("completions of somebody else stay, and are not taken away later", () =>
  withBed(async (bed) => {
    const path = bed.path("share/bash-completion/completions/agentvfs");
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, "theirs");
    for (let times = 0; times < 2; times++) {
      const { code, stderr } = await bed.install(["--from", bed.release]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /completions\/agentvfs is somebody else's and stays as it is/);
      assert.equal(await Deno.readTextFile(path), "theirs");
    }
    const listed = await Deno.readTextFile(bed.path("share/agentvfs/files"));
    assert.doesNotMatch(listed, /bash/);
  }));

Deno.test("who has agents is told how they are told of it", () =>
  withBed(async (bed) => {
    assert.doesNotMatch((await bed.install(["--from", bed.release])).stdout, /integrate/);
    await Deno.mkdir(join(bed.home, ".codex"));
    const { stdout } = await bed.install(["--from", bed.release]);
    assert.match(stdout, /^the agents that are here are told of it by: agentvfs integrate /m);
  }));

Deno.test("a system whose C library is too old is told so", () =>
  withBed(async (bed) => {
    const path = await pathOf(bed, "cp");
    const getconf = join(path, "getconf");
    const versions: [string, number][] = [["2.27", 4], ["2.28", 0], ["2.100", 0], ["3.0", 0]];
    for (const [version, exit] of versions) {
      await Deno.writeTextFile(getconf, `#!/bin/sh\necho glibc ${version}\n`);
      await Deno.chmod(getconf, 0o755);
      const { code, stderr } = await bed.install(["--from", bed.release], { path });
      assert.equal(code, exit, `${version}\n${stderr}`);
      if (exit === 4) assert.match(stderr, /needs glibc 2\.28 or later, and this system has 2\.27/);
    }
  }));

Deno.test("what stands in the way on PATH is named, and what is somebody else's stays", () =>
  withBed(async (bed) => {
    const other = join(bed.root, "other");
    await Deno.mkdir(other);
    await Deno.writeTextFile(join(other, "agentvfs"), "#!/bin/sh\n");
    await Deno.chmod(join(other, "agentvfs"), 0o755);
    await Deno.mkdir(bed.path("bin"), { recursive: true });
    await Deno.writeTextFile(bed.path("bin/agentvfs-ctl"), "theirs");
    const path = `${other}:/usr/bin:/bin`;
    const { code, stderr } = await bed.install(["--from", bed.release], { path });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /agentvfs on your PATH is another one: .*\/other\/agentvfs/);
    assert.match(stderr, /agentvfs-ctl is somebody else's and stays as it is/);
    assert.equal(await Deno.readTextFile(bed.path("bin/agentvfs-ctl")), "theirs");
    const first = `${bed.path("bin")}:${path}`;
    const found = await bed.install(["--from", bed.release], { path: first });
    assert.match(found.stdout, /next: agentvfs quickstart DIR\n$/);
  }));
