/** The executables that scripts/compile --all makes: what they are, and that they start where something here can start them. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addonFor } from "../../scripts/fetch_addon.ts";
import { run, succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { assertSigned } from "./macho_signature.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAX_BYTES = 100 * 2 ** 20;

interface Expected {
  /** What the file begins with. */
  readonly magic: string;
  /** What it was compiled for: it has the native hash for that, and no other. */
  readonly target: string;
  /** A command that starts it here, or why there is none. */
  readonly start?: (path: string) => string[] | string;
}

const EXECUTABLES: { readonly [name: string]: Expected } = {
  "linux-x86_64": { magic: "7f454c46", target: "x86_64-unknown-linux-gnu", start: nativeStart },
  "linux-aarch64": { magic: "7f454c46", target: "aarch64-unknown-linux-gnu", start: armStart },
  "macos-x86_64": { magic: "cffaedfe", target: "x86_64-apple-darwin" },
  "macos-aarch64": { magic: "cffaedfe", target: "aarch64-apple-darwin" },
  "windows-x86_64.exe": { magic: "4d5a", target: "x86_64-pc-windows-msvc", start: wineStart },
};

Deno.test("one executable for each system", async (t) => {
  await withTemporary(async (directory) => {
    const { code, stderr } = await run([join(ROOT, "scripts/compile"), "--all", directory], {
      deadlineMs: 15 * 60_000,
    });
    assert.ok(code === 0 || code === 4, stderr);
    const made = [...Deno.readDirSync(directory)].map(({ name }) => name);
    if (code === 0) assert.equal(made.length, Object.keys(EXECUTABLES).length);
    for (const [name, expected] of Object.entries(EXECUTABLES)) {
      if (!made.includes(`agentvfs-${name}`)) {
        const why = stderr.split("\n").filter((line) => line.startsWith("fetch_denort:")).join(
          "; ",
        );
        assert.notEqual(why, "", `${name} is missing, and nothing says why: ${stderr}`);
        await t.step({ name: `${name} skipped: ${why}`, ignore: true, fn: () => {} });
        continue;
      }
      const path = join(directory, `agentvfs-${name}`);
      await t.step(name, () => check(path, expected));
      const start = expected.start?.(path) ?? "nothing here runs it";
      await t.step({
        name: typeof start === "string" ? `${name} is not started: ${start}` : `${name} starts`,
        ignore: typeof start === "string",
        fn: async () => {
          const version = await succeed(start as string[], { deadlineMs: 5 * 60_000 });
          assert.match(version, /^agentvfs \d+\.\d+\.\d+/);
        },
      });
    }
  });
});

async function check(path: string, { magic, target }: Expected): Promise<void> {
  const bytes = await Deno.readFile(path);
  assert.ok(bytes.length < MAX_BYTES, `${bytes.length} bytes`);
  assert.equal(bytes.subarray(0, magic.length / 2).toHex(), magic);
  const executable = Buffer.from(bytes.buffer);
  for (const { target: other } of Object.values(EXECUTABLES)) {
    const addon = (await addonFor(other)).bytes;
    assert.equal(
      executable.includes(Buffer.from(addon.buffer)),
      other === target,
      `the native hash for ${other}`,
    );
  }
  if (target.endsWith("apple-darwin")) await assertSigned(bytes, "agentvfs");
}

function nativeStart(path: string): string[] | string {
  return Deno.build.arch === "x86_64" ? [path, "--version"] : "this machine is no x86_64";
}

function armStart(path: string): string[] | string {
  if (Deno.build.arch === "aarch64") return [path, "--version"];
  const [emulator, libraries] = ["/usr/bin/qemu-aarch64-static", "/usr/aarch64-linux-gnu"];
  const missing = [emulator, `${libraries}/lib/ld-linux-aarch64.so.1`].find((file) =>
    !exists(file)
  );
  return missing === undefined
    ? [emulator, "-L", libraries, path, "--version"]
    : `there is no ${missing}`;
}

/** `deno task test:wine` has a wine of its own, and does more. */
function wineStart(path: string): string[] | string {
  const wine = ["/usr/lib/wine/wine64", "/usr/bin/wine64"].find(exists);
  return wine === undefined
    ? "there is no wine64"
    : ["env", "WINEDEBUG=-all", "DISPLAY=", wine, path, "--version"];
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
