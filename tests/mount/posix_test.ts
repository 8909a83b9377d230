/** System calls in the mount are answered as on a disk: for root, and for an ordinary user. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { Mounted, withProject } from "../support/mounted.ts";
import { run } from "../support/process.ts";
import { scriptPath } from "../support/python.ts";
import { FOR_OTHERS, openToOthers } from "../posix/open_to_others.ts";
import { referenceDirectory } from "../posix/reference_directory.ts";

const MAIN = scriptPath(new URL("../posix/", import.meta.url).href, "main.ts");
const NOBODY = 65534;
const LEAST_CHECKS = 150;
const DEADLINE_MS = 120_000;

/** What `tests/posix/main.ts` reports. */
interface Report {
  checks: number;
  unexpected: { check: string; lines: string[] }[];
  known: string[];
  gone: string[];
}

async function compare(mounted: Mounted, uid: number): Promise<Report> {
  const reference = await referenceDirectory();
  try {
    const places = [reference.path, mounted.mount].map((place) => join(place, `as-${uid}`));
    for (const place of places) {
      await Deno.mkdir(place);
      await Deno.chown(place, uid, uid === Deno.uid() ? Deno.gid() : uid);
    }
    const command = [Deno.execPath(), "run", "-A", "--quiet", "--no-check", MAIN, ...places];
    const { stdout, stderr } = await run([...command, "--json", "--as", String(uid)], {
      deadlineMs: DEADLINE_MS,
    });
    assert.ok(stdout.startsWith("{"), stderr);
    return JSON.parse(stdout);
  } finally {
    await reference.end();
  }
}

function assertKnown({ checks, unexpected, gone }: Report): void {
  const text = unexpected.map(({ check, lines }) =>
    `${check}\n  ${lines.slice(0, 5).join("\n  ")}`
  );
  assert.equal(unexpected.length, 0, text.join("\n"));
  assert.deepEqual(
    gone,
    [],
    "These differences are gone: known_differences.ts has to go with them",
  );
  assert.ok(checks >= LEAST_CHECKS, `There were ${checks} checks`);
}

Deno.test("system calls are answered as on ext4", async (t) => {
  const isRoot = Deno.uid() === 0;
  await withProject(":", async (mounted) => {
    if (isRoot) await openToOthers(mounted);
    await t.step(`for ${isRoot ? "root" : "this user"}`, async () => {
      assertKnown(await compare(mounted, Deno.uid()!));
    });
    if (!isRoot) return;
    await Deno.chmod(mounted.mount, 0o755);
    await t.step("for an ordinary user", async () => assertKnown(await compare(mounted, NOBODY)));
  }, { arguments: isRoot ? FOR_OTHERS : [], deadlineMs: 2 * DEADLINE_MS });
});
