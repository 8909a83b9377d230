/**
 * Real directories and stores for the tests of this folder.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { loadHasher } from "../../store/format/hash.ts";
import { StoreWriter } from "../../store/store_writer.ts";
import { type ImportOptions, type ImportResult, importSource } from "../import_source.ts";
import { SourceDirectory } from "../read_source.ts";

/** A source directory to fill, and a store. */
export interface Workspace {
  /** Path of the source directory. */
  readonly path: string;
  readonly store: StoreWriter;
  /** Imports the source directory; closes what it opened. */
  import(options?: Partial<ImportOptions>): Promise<ImportResult>;
}

/** Runs `use` in a temporary directory that is removed afterwards. */
export async function withWorkspace(use: (workspace: Workspace) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "agentvfs-source-" });
  const path = `${directory}/source`;
  await Deno.mkdir(path);
  const store = StoreWriter.create(`${directory}/store`, await loadHasher());
  try {
    await use({
      path,
      store,
      import: async (options) => {
        const source = new SourceDirectory(binaryString(path));
        try {
          return await importSource(store, source, { ...QUIET, ...options });
        } finally {
          source.close();
        }
      },
    });
  } finally {
    store.close();
    await run(["chmod", "-R", "u+rwx", directory]);
    // Deno.remove recurses.
    await run(["rm", "-rf", directory]);
  }
}

/** Imports at once, and tells nobody how far it is. */
export const QUIET: ImportOptions = {
  previous: null,
  onProgress: () => {},
  pause: () => Promise.resolve(),
  commitEvery: 2 ** 26,
};

/** Runs a command; throws with what it printed if it fails. */
export async function run(command: string[], cwd?: string): Promise<string> {
  const [program, ...args] = command;
  const output = await new Deno.Command(program!, { args, ...(cwd ? { cwd } : {}) }).output();
  const text = new TextDecoder().decode(output.stdout);
  if (output.success) return text;
  throw new Error(`${command.join(" ")} failed: ${new TextDecoder().decode(output.stderr)}`);
}

/** A time by which a snapshot of now is trusted as a cache. */
export function later(): { sec: number; nsec: number } {
  return { sec: Math.floor(Date.now() / 1000) + 10, nsec: 0 };
}

/** The bytes of a file in a snapshot, by its record. */
export function readText(
  store: StoreWriter,
  record: Snapshot["root"],
): string {
  const bytes = new Uint8Array(record.size);
  store.readContent(record, record.size, 0, bytes, 0, record.size);
  return new TextDecoder().decode(bytes);
}
