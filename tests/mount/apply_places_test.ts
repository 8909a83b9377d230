/**
 * Applying to file systems and with rights that stand in the way: it ends in a sentence, and is as it was or can be finished.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { binaryString } from "../../ffi/binary_string.ts";
import {
  ApplyError,
  type ApplyErrorCode,
  type ApplyOutcome,
  applySnapshot,
  continueApply,
  planOf,
} from "../../src/apply/apply_snapshot.ts";
import { lookAtDirectory } from "../../src/apply/testing/fixtures.ts";
import { loadHasher } from "../../src/store/format/hash.ts";
import { runAtOnce } from "../../src/store/format/sliced.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import type { Snapshot } from "../../src/store/trees/entry.ts";
import { assertSame, manifestOf } from "../support/manifest.ts";
import { APPLY_CHILD } from "../support/apply_child.ts";
import { succeed } from "../support/process.ts";
import { withSmallDisk } from "../support/small_disk.ts";
import { withTemporary } from "../support/temporary.ts";

interface Scene {
  readonly store: StoreWriter;
  readonly root: string;
  readonly from: Snapshot;
  readonly to: Snapshot;
  readonly plan: string;
  /** What it is to become, as a real directory. */
  readonly wanted: string;
}

/** Makes `root`, and elsewhere what it is to become, with shell scripts. */
async function withScene(
  root: string,
  before: string,
  after: string,
  use: (scene: Scene) => void | Promise<void>,
): Promise<void> {
  await withTemporary(async (directory) => {
    const wanted = join(directory, "wanted");
    Deno.mkdirSync(wanted);
    Deno.mkdirSync(root, { recursive: true });
    await succeed(["bash", "-ec", before], { cwd: root });
    await succeed(["bash", "-ec", after], { cwd: wanted });
    const store = StoreWriter.create(join(directory, "store"), await loadHasher());
    try {
      const from = await lookAtDirectory(store, root);
      const to = await lookAtDirectory(store, wanted);
      await use({ store, root, from, to, plan: join(directory, "plan"), wanted });
    } finally {
      store.close();
    }
  });
}

function apply({ store, root, from, to, plan }: Scene): ApplyOutcome {
  return runAtOnce(applySnapshot({ store, root: binaryString(root), from, to, plan }));
}

function refused(scene: Scene, code: ApplyErrorCode, words: RegExp): void {
  assert.throws(() => apply(scene), (error) => {
    assert.ok(error instanceof ApplyError, `${error}`);
    assert.equal(error.code, code);
    assert.match(error.message, words);
    return true;
  });
}

/** As root, but as one who is asked for rights like everybody else. */
const WITHOUT_CAPABILITIES = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];

const IGNORED = { ignore: ["mtime", "links"] };

Deno.test("too little space is found before the first change; a disk that fills up is finished later", () =>
  withSmallDisk("tmpfs", async ({ disk }) => {
    const root = join(disk, "project");
    const large = "head -c 40M /dev/zero | tr '\\0' x > large; printf 2 > small";
    await withScene(root, "printf 1 > small", large, (scene) => {
      refused(scene, "no_space", /need 40 MiB and \d+ MiB are free/);
      assert.equal(planOf(scene.plan), null);
      assert.equal(Deno.readTextFileSync(join(root, "small")), "1");
    });
    await Deno.remove(root, { recursive: true });
    const files = "for i in $(seq 20); do head -c 1M /dev/urandom > f$i; done";
    await withScene(root, ": > f1; : > gone", files, async (scene) => {
      // Between the look at the free space and the writing.
      const work = applySnapshot({ ...scene, root: binaryString(root) });
      for (let step = work.next(); !step.done && step.value.phase !== "writing";) {
        step = work.next();
      }
      await succeed(["bash", "-c", "head -c 40M /dev/zero > ../ballast || true"], { cwd: root });
      assert.throws(() => runAtOnce(work), /Cannot write f\d+: no space is left there. Free some/);
      assert.notEqual(planOf(scene.plan), null);
      await Deno.remove(join(disk, "ballast"));
      assert.deepEqual(runAtOnce(continueApply(scene.store, scene.plan)).leftAlone, []);
      assertSame(await manifestOf(root), await manifestOf(scene.wanted), "finished", IGNORED);
    });
  }));

Deno.test("a read-only file system is refused before the first change", () =>
  withSmallDisk("tmpfs", async ({ disk }) => {
    const root = join(disk, "project");
    await withScene(root, "printf 1 > f", "printf 2 > f", async (scene) => {
      await succeed(["mount", "-o", "remount,ro", disk]);
      refused(scene, "read_only", /read-only/);
      assert.equal(planOf(scene.plan), null);
      await succeed(["mount", "-o", "remount,rw", disk]);
    });
  }));

Deno.test("an immutable file stops the apply, which is finished when it is not any more", () =>
  withSmallDisk("ext4", async ({ disk }) => {
    const root = join(disk, "project");
    await withScene(
      root,
      "printf 1 > a; printf 1 > f",
      "printf 2 > a; printf 2 > f",
      async (scene) => {
        await succeed(["chattr", "+i", join(root, "f")]);
        const look = await lookAtDirectory(scene.store, root);
        refused({ ...scene, from: look }, "not_permitted", /replace f: .*immutable/);
        await succeed(["chattr", "-i", join(root, "f")]);
        assert.deepEqual(runAtOnce(continueApply(scene.store, scene.plan)).leftAlone, []);
        assertSame(await manifestOf(root), await manifestOf(scene.wanted), "finished", IGNORED);
      },
    );
  }));

Deno.test("what is mounted on a name stays; a file system below is written in place", () =>
  withTemporary(async (directory) => {
    const root = join(directory, "project");
    Deno.mkdirSync(root);
    Deno.writeTextFileSync(join(directory, "other"), "mounted");
    Deno.mkdirSync(join(root, "disk"));
    await succeed(["mount", "-t", "tmpfs", "agentvfs-test", join(root, "disk")]);
    Deno.writeTextFileSync(join(root, "bound"), "1");
    await succeed(["mount", "--bind", join(directory, "other"), join(root, "bound")]);
    await withScene(
      root,
      "printf 1 > disk/f; printf 1 > disk/gone; printf 1 > linked; mkdir -p deep/disk; mknod device c 1 3",
      "mknod device b 7 300; mkdir disk; printf 2 > disk/f; printf 2 > bound; printf 3 > linked; ln linked disk/linked; mkfifo deep",
      async (scene) => {
        const { leftAlone, notKept } = apply(scene);
        assert.deepEqual(leftAlone, [{ path: "bound", reason: "something is mounted there" }]);
        assert.deepEqual(notKept.map(({ path }) => path), ["linked"]);
        const only = (path: string) => path !== "bound";
        const options = { ...IGNORED, only };
        assertSame(await manifestOf(root), await manifestOf(scene.wanted), "applied", options);
        assert.equal(Deno.readTextFileSync(join(directory, "other")), "mounted");
      },
    );
  }));

Deno.test("who may not do everything applies what they may, and is told of the rest", () =>
  withTemporary(async (directory) => {
    const root = join(directory, "project");
    const before =
      "mkdir closed; printf 1 > closed/f; printf 1 > owned; printf 1 > a; chmod 555 closed";
    const after = `mkdir closed; printf 2 > closed/f; chmod 555 closed; printf 2 > owned
      chown 1234:1234 owned; chmod 4755 owned; mknod device c 1 3; printf 2 > a`;
    await withScene(root, before, after, async ({ store, ...job }) => {
      store.commit();
      const child = [...WITHOUT_CAPABILITIES, ...APPLY_CHILD];
      const stdin = JSON.stringify({ ...job, store: store.directory, how: "apply" });
      const { leftAlone, notKept } = JSON.parse(await succeed(child, { stdin })) as ApplyOutcome;
      assert.deepEqual(leftAlone, [{ path: "device", reason: "it cannot be made there (EPERM)" }]);
      assert.deepEqual(notKept.map(({ path }) => path), ["owned"]);
      const manifest = await manifestOf(root);
      assert.equal(manifest.get("owned")!.mode, 0o755, "no program begins to run as somebody else");
      assert.equal(manifest.get("closed")!.mode, 0o555);
      for (const path of ["closed/f", "owned", "a"]) {
        assert.equal(Deno.readTextFileSync(join(root, path)), "2");
      }
    });
  }));
