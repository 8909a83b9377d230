/**
 * Which files of the log may tell of a path: beside each file that is finished lies `NAME.idx`, with the sorted hashes (u32,
 * little-endian) of all paths in it and of the directories above them. A question about a path, or what is below it, reads the
 * few files that may answer it. A file without an index is always read.
 *
 * @module
 */

const SLASH = 0x2f;
/** FNV-1a. */
const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
/** Directories whose hashes are remembered. */
const MOST_DIRECTORIES = 65_536;

export function indexPath(logFile: string): string {
  return `${logFile}.idx`;
}

/** Of the first `length` bytes of a path, a binary string. */
function hash(path: string, length: number): number {
  let value = OFFSET_BASIS;
  for (let i = 0; i < length; i++) value = Math.imul(value ^ path.charCodeAt(i), PRIME);
  return value >>> 0;
}

/** Of one file that is being written. */
export class PathIndex {
  readonly #hashes = new Set<number>();
  readonly #directories = new Set<string>();

  /** `path`: absolute, a binary string. */
  add(path: string): void {
    this.#hashes.add(hash(path, path.length));
    const directory = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (this.#directories.has(directory)) return;
    if (this.#directories.size >= MOST_DIRECTORIES) this.#directories.clear();
    this.#directories.add(directory);
    for (let i = 1; i <= directory.length; i++) {
      const isEnd = i === directory.length || directory.charCodeAt(i) === SLASH;
      if (isEnd) this.#hashes.add(hash(directory, i));
    }
  }

  /** Throws what writing throws. */
  write(logFile: string): void {
    const sorted = Uint32Array.from(this.#hashes).sort();
    Deno.writeFileSync(indexPath(logFile), new Uint8Array(sorted.buffer), { mode: 0o600 });
  }
}

/** False if no line of the file is about one of the paths (absolute, binary strings), or what is below them. */
export function mayTellOf(logFile: string, paths: readonly string[]): boolean {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Deno.readFileSync(indexPath(logFile));
  } catch {
    return true;
  }
  // A piece of one tells nothing.
  if (bytes.length % 4 !== 0) return true;
  const hashes = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return paths.some((path) => has(hashes, hash(path, path.length)));
}

function has(sorted: Uint32Array, value: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}
