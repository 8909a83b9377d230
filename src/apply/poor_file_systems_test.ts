/**
 * File systems that cannot do all that an apply asks for: network file systems, and FAT through FUSE. All that they can have is
 * there afterwards, and the rest is named.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { binaryString } from "../../ffi/binary_string.ts";
import { SEED } from "../../tests/support/random.ts";
import { withTemporary } from "../../tests/support/temporary.ts";
import { failure } from "../host/failure.ts";
import { withStore } from "../history/snapshots/testing/fixtures.ts";
import { run } from "../source/testing/fixtures.ts";
import { runAtOnce } from "../store/format/sliced.ts";
import { abortApply, applySnapshot, continueApply, planOf } from "./apply_snapshot.ts";
import { intercepted } from "./project_calls.ts";
import { lookAtDirectory } from "./testing/fixtures.ts";
import { isAfter, isBefore, isBeforeOrAfter, STEP, UNSYNCED, withScene } from "./testing/scene.ts";

/** As of many network file systems: no two names change places, and what is moved takes the place of what was there. */
const NO_EXCHANGE = intercepted(
  UNSYNCED,
  (call, name) => name === "exchange" || name === "move" ? failure("EINVAL") : call(),
);

Deno.test("names that cannot change places are replaced, also where one inode has several", () =>
  withStore((store) =>
    withScene(store, (job) => {
      const { leftAlone, notKept } = runAtOnce(applySnapshot(job, NO_EXCHANGE));
      assert.deepEqual([leftAlone, notKept], [[], []]);
      isAfter(job.root);
    })
  ));

Deno.test("so it is when that is killed at any call, and finished or taken back", () =>
  withStore(async (store) => {
    for (let count = SEED % STEP, run = 0, going = true; going; count += STEP, run++) {
      const [end, check] = run % 2 === 0 ? [continueApply, isAfter] : [abortApply, isBefore];
      await withScene(store, (job) => {
        const what = `${end.name}, killed after ${count} calls`;
        let left = count;
        const killed = intercepted(NO_EXCHANGE, (call) => {
          if (left-- <= 0) throw new Error("killed");
          return call();
        });
        try {
          runAtOnce(applySnapshot(job, killed));
        } catch (error) {
          if (left >= 0) throw error;
        }
        going = left < 0;
        if (planOf(job.plan) === null) return isBeforeOrAfter(job.root, what);
        assert.deepEqual(runAtOnce(end(store, job.plan, NO_EXCHANGE)).leftAlone, [], what);
        check(job.root, what);
      });
    }
  }));

/** As FAT through FUSE does: what it makes in place of a pipe is a file. */
const AS_FAT = intercepted(UNSYNCED, (call, name, parameters) => {
  if (name === "exchange" || name === "move") return failure("EINVAL");
  if (name === "link") return failure("EPERM");
  if (name === "symlink") return failure("ENOSYS");
  if (name === "chmod") return 0;
  if (parameters.some((name) => typeof name === "string" && /[:?]/.test(name))) {
    // The kernel's own, and one through FUSE.
    return failure(name === "mkdir" || String(parameters[2]).includes(":") ? "EINVAL" : "ENOENT");
  }
  if (name !== "mknod") return call();
  const [directory, draft] = parameters as [number, string];
  fs.writeFileSync(`/proc/self/fd/${directory}/${draft}`, "");
  return failure("EIO");
});

Deno.test("where there are neither links nor pipes nor modes, these are named and all else is applied", () =>
  withTemporary(async (directory) => {
    const [project, wanted] = [`${directory}/project`, `${directory}/wanted`];
    for (const path of [project, wanted]) fs.mkdirSync(path);
    await run(["bash", "-ec", "echo 1 >edited; echo 1 >gone; echo 1 >mode"], project);
    const script = "echo 2 >edited; mkdir -p new/deep; echo new >new/deep/file; echo 1 >mode" +
      "; chmod 700 mode; echo both >one; ln one two; ln -s one link; mkfifo pipe; echo >a:b; echo >'a?b'; mkdir a:d; echo >a:d/f; touch -r one *";
    await run(["bash", "-ec", script], wanted);
    await withStore(async (store) => {
      const job = {
        store,
        root: binaryString(project),
        from: await lookAtDirectory(store, project),
        to: await lookAtDirectory(store, wanted),
        plan: `${directory}/plan`,
      };
      const { leftAlone, notKept } = runAtOnce(applySnapshot(job, AS_FAT));
      assert.deepEqual(Object.fromEntries(leftAlone.map(({ path, reason }) => [path, reason])), {
        link: "it cannot be made there (ENOSYS)",
        pipe: "it cannot be made there (EIO)",
        "a:b": "the file system there does not take such a name",
        "a?b": "the file system there does not take such a name",
        "a:d": "the file system there does not take such a name",
        "a:d/f": "its directory is gone",
      });
      const why = notKept.map(({ path, reason }) => `${path}: ${reason}`);
      assert.ok(why.includes("mode: its mode is not kept there"), why.join("\n"));
      assert.ok(why.some((line) => /^(one|two): it cannot share (one|two)'s inode$/.test(line)));
    });
    const files = (await run(["find", ".", "-type", "f"], project)).trim().split("\n").sort();
    assert.deepEqual(files, ["./edited", "./mode", "./new/deep/file", "./one", "./two"]);
    for (const file of files) {
      assert.equal(
        fs.readFileSync(`${project}/${file}`, "utf8"),
        fs.readFileSync(`${wanted}/${file}`, "utf8"),
      );
    }
  }));
