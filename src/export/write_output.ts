/**
 * Writes what an export makes to a file or to standard output, compressed if need be.
 *
 * @module
 */

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, createZstdCompress } from "node:zlib";
import { blocksOf } from "./blocks.ts";
import { ExportError } from "./export_error.ts";

export type Compression = "none" | "gzip" | "zstd";

/**
 * Writes all pieces to the file, which is there whole or not at all, or to standard output if `path` is null. Resolves
 * with how many bytes were written. Throws {@linkcode ExportError}; a reader of standard output that went away ends the
 * program quietly.
 */
export async function writeOutput(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  path: string | null,
  compression: Compression,
): Promise<number> {
  try {
    if (path === null) return await writeTo(Deno.stdout, pieces, compression);
    return await writeFile(path, pieces, compression);
  } catch (error) {
    if (path === null && error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw failed(error, path);
  }
}

type Writer = { write(bytes: Uint8Array): Promise<number> };

async function writeFile(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  compression: Compression,
): Promise<number> {
  const there = await Deno.stat(path).catch(() => null);
  // A device or a pipe is written to as it is.
  const isReplaced = there === null || there.isFile;
  const target = isReplaced ? `${path}.${Deno.pid}.part` : path;
  let file: Deno.FsFile | null = null;
  try {
    file = await Deno.open(target, { write: true, create: isReplaced, truncate: isReplaced });
    const bytes = await writeTo(file, pieces, compression);
    if (isReplaced) {
      await file.sync();
      await Deno.rename(target, path);
    }
    return bytes;
  } catch (error) {
    if (isReplaced && file !== null) await Deno.remove(target).catch(() => {});
    throw error;
  } finally {
    file?.close();
  }
}

async function writeTo(
  writer: Writer,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  compression: Compression,
): Promise<number> {
  let written = 0;
  const drain = async (blocks: AsyncIterable<Uint8Array>) => {
    for await (const block of blocks) {
      for (let at = 0; at < block.length;) at += await writer.write(block.subarray(at));
      written += block.length;
    }
  };
  if (compression === "none") await drain(blocksOf(pieces));
  else {
    const compressor = compression === "gzip" ? createGzip() : createZstd();
    await pipeline(Readable.from(blocksOf(pieces), { objectMode: false }), compressor, drain);
  }
  return written;
}

/** Some runtimes have the function alone. */
function createZstd(): ReturnType<typeof createZstdCompress> {
  try {
    return createZstdCompress();
  } catch (cause) {
    throw new ExportError("no_zstd", 4, "This build of agentvfs cannot compress with zstd", {
      hint: "Make a .tar.gz instead",
      cause,
    });
  }
}

/** What the system said; what others threw is theirs. */
function failed(error: unknown, path: string | null): unknown {
  const { code } = (error ?? {}) as { code?: unknown };
  const isSystem = error instanceof Error && typeof code === "string" && /^E[A-Z0-9]+$/.test(code);
  if (!isSystem) return error;
  const name = path ?? "standard output";
  // The system's words, without its number and the name of a file that nobody asked for.
  const reason = error.message.replace(/ \(os error.*$/s, "");
  return new ExportError("write_failed", 4, `Cannot write ${name}: ${reason}`, {
    hint: code === "ENOSPC"
      ? "Free some space, or name a file on another disk with -o"
      : "Name another file with -o",
    cause: error,
  });
}
