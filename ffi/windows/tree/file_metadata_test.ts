import assert from "node:assert/strict";
import { eaNameOf, isPlainMode, readEas, storedEaName, withLx } from "./file_metadata.ts";
import { layLx, type LxMetadata, parseLx } from "../lx_metadata.ts";

const NAMES: [there: string, stored: string | null][] = [
  ["NOTE", "user.note"],
  ["XDG.ORIGIN.URL", "user.xdg.origin.url"],
  ["$LXMOD", null],
  ["$LXATTRB", null],
  ["$KERNEL.PURGE.ESBCACHE", null],
];

for (const [there, stored] of NAMES) {
  Deno.test(`the extended attribute ${there} of NTFS is ${stored ?? "not read"}`, () => {
    assert.equal(storedEaName(there), stored);
    if (stored !== null) assert.equal(eaNameOf(stored), there);
    else assert.equal(eaNameOf(`user.${there}`), null, "nor written");
  });
}

Deno.test("attributes of other namespaces, and without a name that NTFS takes, are not written", () => {
  for (const name of ["trusted.a", "security.selinux", "user.", `user.${"a".repeat(255)}`]) {
    assert.equal(eaNameOf(name), null, name);
  }
  assert.equal(eaNameOf(`user.${"a".repeat(254)}`), "A".repeat(254));
});

const FILE: LxMetadata = { mode: 0o100644, uid: 0, gid: 0, rdev: 0 };
const READ_ONLY: LxMetadata = { ...FILE, mode: 0o100444 };
const DIRECTORY: LxMetadata = { ...FILE, mode: 0o040755 };
const DEVICE: LxMetadata = { ...FILE, mode: 0o020644 };

const ROWS: [
  what: string,
  plain: LxMetadata,
  said: Partial<LxMetadata>,
  is: Partial<LxMetadata>,
][] = [
  ["nothing", FILE, {}, {}],
  ["that it may be run", FILE, { mode: 0o100755 }, { mode: 0o100755 }],
  ["a mode without its kind", FILE, { mode: 0o600 }, { mode: 0o100600 }],
  ["a mode of another kind", FILE, { mode: 0o040755, uid: 7 }, { uid: 7 }],
  ["that what is read-only may be written", READ_ONLY, { mode: 0o100755 }, { mode: 0o100555 }],
  ["a set-user-id bit", FILE, { mode: 0o104755 }, { mode: 0o104755 }],
  ["the mode of a directory", DIRECTORY, { mode: 0o040700 }, { mode: 0o040700 }],
  ["an owner and a group", FILE, { uid: 1000, gid: 1001 }, { uid: 1000, gid: 1001 }],
  ["a device", DEVICE, { mode: 0o020666, rdev: 0x1234_5678 }, {
    mode: 0o020666,
    rdev: 0x1234_5678,
  }],
];

for (const [what, plain, said, is] of ROWS) {
  Deno.test(`WSL says ${what} of a file, and stat tells it`, () => {
    const list = layLx(said);
    assert.deepEqual(withLx(plain, list), { ...plain, ...is });
    assert.deepEqual(parseLx(list.map((ea) => ({ ...ea, name: ea.name.toLowerCase() }))), said);
  });
}

Deno.test("what WSL would not have written is not believed", () => {
  const cut = layLx({ mode: 0o100755, uid: 1 }).map(({ name, value }) => ({
    name,
    value: value.slice(0, 3),
  }));
  assert.deepEqual(withLx(FILE, cut), FILE);
  assert.deepEqual(layLx({ mode: 0o100644, rdev: 5 }).map(({ name }) => name), ["$LXMOD"]);
});

Deno.test("only what attributes of Windows do not say is noted for WSL", () => {
  const [file, directory] = [0o100000, 0o040000];
  for (const mode of [0o644, 0o444]) assert.ok(isPlainMode(mode, file));
  for (const mode of [0o755, 0o600, 0o555, 0o4644]) assert.ok(!isPlainMode(mode, file));
  assert.ok(isPlainMode(0o755, directory));
  for (const mode of [0o644, 0o555, 0o1755]) assert.ok(!isPlainMode(mode, directory));
});

Deno.test("the system's attributes are left out, and of others the values are read", () => {
  const value = Uint8Array.of(1, 2);
  const read = readEas([...layLx({ mode: 0o100755 }), { name: "NOTE", value }]);
  assert.deepEqual([...read], [["user.note", value]]);
});
