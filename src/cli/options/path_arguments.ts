/**
 * Paths that a command is given: as words, and from a file or standard input.
 *
 * @module
 */

import { textOfBytes } from "../../../ffi/binary_string.ts";
import { currentDirectory } from "../../host/current_directory.ts";
import type { CommandInput, OptionSpec } from "../command.ts";
import { CommandError, usageError } from "../command_error.ts";
import { projectPath, type Roots } from "./project_path.ts";

export const PATHS_FROM_OPTION: OptionSpec = {
  value: "FILE",
  brief: "more paths, each ended by NUL; - is standard input",
};

/** `words` and what `--paths-from` lists, as paths inside the project. */
export async function pathArguments(
  input: CommandInput,
  words: readonly string[],
): Promise<{ paths: string[]; inside(roots: Roots): string[] }> {
  const from = input.values.get("paths-from");
  const paths = [...words, ...from === undefined ? [] : await listedPaths(from)];
  const directory = currentDirectory() ?? "/";
  return {
    paths,
    inside: (roots) => paths.map((path) => projectPath(path, roots, directory)),
  };
}

async function listedPaths(file: string): Promise<string[]> {
  const text = textOfBytes(await readAll(file));
  const paths = text.split("\0");
  // The last one need not be ended.
  if (paths.at(-1) === "") paths.pop();
  // Nothing at all would mean everything, which a search that found nothing does not.
  if (paths.length === 0) throw usageError(`--paths-from ${file} lists no path`);
  if (paths.includes("")) throw usageError(`--paths-from ${file} has an empty path in it`);
  return paths;
}

async function readAll(file: string): Promise<Uint8Array> {
  if (file === "-") {
    return new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
  }
  try {
    return await Deno.readFile(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError("paths_unreadable", 2, `Cannot read paths from ${file}: ${reason}`, {
      hint: "Give a file with paths that end with NUL, as find -print0 writes them, or -",
      cause,
    });
  }
}
