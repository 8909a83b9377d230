/**
 * The patch of a file that is not compared line by line, as git has it: what it is, and what it was, whole and deflated.
 *
 * @module
 */

import { Readable } from "node:stream";
import { createDeflate } from "node:zlib";
import type { InodeRecord } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { blocksOf } from "../blocks.ts";
import { blobId, gitMode } from "../git_entry.ts";
import { readPieces } from "../read_pieces.ts";
import { base85Lines, LINE_BYTES } from "./base85.ts";

/** What follows the head of the patch. */
export async function* binaryPatch(
  store: Store,
  before: InodeRecord | null,
  after: InodeRecord | null,
  hash: "sha1" | "sha256",
): AsyncGenerator<Uint8Array> {
  // git takes no binary patch that does not say in full what it is for.
  const [from, to] = [before, after].map((record) =>
    record === null ? "0".repeat(hash === "sha1" ? 40 : 64) : blobId(store, record, hash)
  );
  const [was, is] = [gitMode(before), gitMode(after)];
  yield encoder.encode(`index ${from}..${to}${was === is ? ` ${is}` : ""}\nGIT binary patch\n`);
  yield* literal(store, after);
  yield* literal(store, before);
}

const encoder = new TextEncoder();

async function* literal(store: Store, record: InodeRecord | null): AsyncGenerator<Uint8Array> {
  yield encoder.encode(`literal ${record?.size ?? 0}\n`);
  const pieces = record === null ? [] : readPieces(store, record);
  const deflated = Readable.from(blocksOf(pieces), { objectMode: false }).pipe(createDeflate());
  let rest = new Uint8Array();
  for await (const chunk of deflated as AsyncIterable<Uint8Array>) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    const whole = bytes.length - bytes.length % LINE_BYTES;
    yield base85Lines(bytes.subarray(0, whole));
    rest = bytes.subarray(whole);
  }
  yield base85Lines(rest);
  yield encoder.encode("\n");
}
