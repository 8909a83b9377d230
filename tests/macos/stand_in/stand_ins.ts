/**
 * Stand-ins for macOS's libraries, compiled for this machine.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { shellWord } from "../../../src/host/shell_word.ts";
import { succeed } from "../../support/process.ts";

/** Library by library, where macOS has it. */
const SOURCES = {
  "/usr/lib/libSystem.B.dylib": "libsystem.c",
  "/usr/local/lib/libfuse-t.dylib": "libfuse_t.c",
} as const;

/** Compiles them into `directory`. Resolves with the environment in which {@linkcode pretend} finds them. */
export async function compileStandIns(directory: string): Promise<Record<string, string>> {
  const libraries: Record<string, string> = {};
  for (const [library, source] of Object.entries(SOURCES)) {
    const path = `${directory}/${source}.so`;
    libraries[library] = path;
    await succeed([
      ...[
        "cc",
        "-shared",
        "-fPIC",
        "-O1",
        "-Wall",
        "-Wno-unused-variable",
        "-fvisibility=hidden",
        "-Wl,-Bsymbolic",
      ],
      ...["-o", path, fileURLToPath(new URL(source, import.meta.url))],
    ]);
  }
  const server = fileURLToPath(new URL("nfs_server.ts", import.meta.url));
  return {
    AGENTVFS_STAND_INS: JSON.stringify(libraries),
    AGENTVFS_STAND_IN_SERVER:
      `exec '${Deno.execPath()}' run -A --quiet --no-check '${server}' "$1" 2>>'${directory}/server.log'`,
  };
}

/**
 * Makes an executable in `directory` that is the program as on macOS, and resolves with its path. With `AGENTVFS_BIN` naming it, tests of
 * the program are about that one.
 */
export async function makeProgram(directory: string): Promise<string> {
  const env = await compileStandIns(directory);
  const path = `${directory}/agentvfs`;
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const words = [
    ...[Deno.execPath(), "run", "-A", "--quiet", "--no-check", `--config=${root}deno.json`],
    fileURLToPath(new URL("main.ts", import.meta.url)),
  ];
  const exported = Object.entries(env).map(([name, value]) =>
    `export ${name}=${shellWord(value)}\n`
  );
  const script = `#!/bin/sh\n${exported.join("")}exec ${words.map(shellWord).join(" ")} "$@"\n`;
  await Deno.writeTextFile(path, script, { mode: 0o755 });
  return path;
}

/** `stand_ins.ts DIRECTORY` makes the program there and prints its path. */
if (import.meta.main) console.log(await makeProgram(Deno.args[0]!));
