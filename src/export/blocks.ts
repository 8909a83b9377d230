/**
 * Small pieces put together to blocks, each of which costs a system call, or a turn of a compressor.
 *
 * @module
 */

const BLOCK_BYTES = 256 * 1024;

/** A piece may be overwritten once the next is asked for: the blocks are copies. */
export async function* blocksOf(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(BLOCK_BYTES);
  let length = 0;
  const cut = (piece: Uint8Array, at: number) => {
    const count = Math.min(piece.length - at, BLOCK_BYTES - length);
    block.set(piece.subarray(at, at + count), length);
    length += count;
    return at + count;
  };
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      at = cut(piece, at);
      if (length < BLOCK_BYTES) continue;
      yield block;
      block = new Uint8Array(BLOCK_BYTES);
      length = 0;
    }
  }
  if (length > 0) yield block.subarray(0, length);
}
