/**
 * Stand-ins for macOS's libraries, compiled for this machine.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
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
