/**
 * Names that one system has and another has not, each row of the table in docs/platforms.md: imported, recorded, taken back,
 * merged and applied they are byte for byte what they were, on Linux and as on Windows.
 */

import assert from "node:assert/strict";
import { foldedName } from "../../ffi/windows/names_utf16.ts";
import { type Mounted, withMount } from "../support/mounted.ts";
import { namesTable } from "../support/names_table.ts";
import { shell } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { testWith } from "../support/test_with.ts";
import { withWindows } from "../windows/stand_in/with_windows.ts";

const ROWS = namesTable();

/** Texts by paths, in bytes as hexadecimal digits. */
type Files = Readonly<Record<string, string>>;

const hex = (binary: string) =>
  [...binary].map((c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");

function filesOf(text: string, directory = "row", rows = ROWS): Files {
  return Object.fromEntries(
    rows.flatMap(({ stored }, i) =>
      stored.map((name, n) => [hex(`${directory}-${i}/${name}`), `${text} ${i} ${n}`])
    ),
  );
}

/** Programs of Deno name no bytes that are not UTF-8. */
async function python(root: string, program: string, input: string): Promise<string> {
  return await shell(
    `python3 -c 'import json, os, sys
root = os.fsencode(sys.argv[1])
given = json.loads(sys.argv[2])
${program}' ${root} '${input}'`,
  );
}

async function make(root: string, files: Files): Promise<void> {
  await python(
    root,
    `
for path, text in given.items():
  place = os.path.join(root, bytes.fromhex(path))
  os.makedirs(os.path.dirname(place), exist_ok=True)
  open(place, "w").write(text)`,
    JSON.stringify(files),
  );
}

/** Files in the directories of rows. */
async function read(root: string): Promise<Files> {
  const printed = await python(
    root,
    `
found = {}
for directory in os.listdir(root):
  if directory.startswith((b"row-", b"new-")):
    for name in os.listdir(os.path.join(root, directory)):
      path = os.path.join(directory, name)
      found[path.hex()] = open(os.path.join(root, path)).read()
print(json.dumps(found))`,
    "{}",
  );
  return JSON.parse(printed);
}

Deno.test("names of every row are imported, recorded, taken back, merged and applied on Linux", () =>
  withTemporary(async (project) => {
    await make(project, filesOf("imported"));
    await withMount(project, namesOnLinux);
  }));

async function namesOnLinux(m: Mounted): Promise<void> {
  using client = await m.connect();
  assert.deepEqual(await read(m.mount), filesOf("imported"));
  await client.checkpoint({ label: "imported" });
  await client.createBranch({ name: "try" });
  const side = `${m.mount}/.agentvfs/branches/try`;
  const expected = { ...filesOf("changed"), ...filesOf("made", "new") };
  await make(side, expected);
  assert.deepEqual(await read(side), expected);
  await client.checkpoint({ label: "changed", branch: "try" });
  await client.merge({ sources: ["try"] });
  assert.deepEqual(await read(m.mount), expected);
  await client.checkpoint({ label: "merged" });
  await client.rollback({ ref: "imported" });
  assert.deepEqual(await read(m.mount), filesOf("imported"));
  await client.rollback({ ref: "merged" });
  assert.deepEqual(await read(m.mount), expected);
  await client.apply({});
  assert.deepEqual(await read(m.project), expected);
}

testWith(
  "cc",
  "names of every row are imported, shown, recorded, merged and applied as on Windows",
  () =>
    withWindows(async ({ project, onVolume, json }) => {
      const side = "\\.agentvfs\\branches\\try";
      await json("branch", "create", "try");
      await onVolume(async (volume) => {
        for (const [i, { shown, names }] of ROWS.entries()) {
          assert.deepEqual(await volume.list(`\\row-${i}`), [...shown].sort(), names);
          await volume.mkdir(`${side}\\new-${i}`);
          for (const [n, name] of shown.entries()) {
            assert.equal(await volume.read(`\\row-${i}\\${name}`), `imported ${i} ${n}`, names);
            await volume.write(`${side}\\row-${i}\\${name}`, `changed ${i} ${n}`);
            if (isTwin(shown, n)) continue;
            await volume.write(`${side}\\new-${i}\\${name}`, `made ${i} ${n}`);
          }
        }
      });
      await json("checkpoint", "changed", "--branch", "try");
      await json("merge", "try");
      await onVolume(async (volume) => {
        for (const [i, { shown, names }] of ROWS.entries()) {
          for (const [n, name] of shown.entries()) {
            assert.equal(await volume.read(`\\row-${i}\\${name}`), `changed ${i} ${n}`, names);
          }
        }
      });
      await json("apply");
      // Of names that differ in case Windows makes one.
      const made = filesOf(
        "made",
        "new",
        ROWS.map((row) => ({ ...row, stored: row.stored.filter((_, n) => !isTwin(row.shown, n)) })),
      );
      assert.deepEqual(await read(project), { ...filesOf("changed"), ...made });
    }, (project) => make(project, filesOf("imported"))),
);

function isTwin(shown: readonly string[], n: number): boolean {
  return shown.slice(0, n).some((name) => foldedName(name) === foldedName(shown[n]!));
}
