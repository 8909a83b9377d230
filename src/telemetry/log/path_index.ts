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

/** Hashes of an index that are read at once. They are spread evenly, so that one of them is nearly always among these. */
const WINDOW = 2048;

/** False if no line of the file is about one of the paths (absolute, binary strings), or what is below them. */
export function mayTellOf(logFile: string, paths: readonly string[]): boolean {
  try {
    using file = Deno.openSync(indexPath(logFile));
    const { size } = file.statSync();
    // A piece of one tells nothing.
    if (size % 4 !== 0) return true;
    return paths.some((path) => isIn(file, size / 4, hash(path, path.length)));
  } catch {
    return true;
  }
}

function isIn(file: Deno.FsFile, count: number, value: number): boolean {
  const likely = Math.floor(value / 2 ** 32 * count);
  const from = Math.max(0, Math.min(likely - WINDOW / 2, count - WINDOW));
  const near = readHashes(file, from, Math.min(count, WINDOW));
  const isAbove = from > 0 && value < near[0]!;
  const isBelow = from + near.length < count && value > near.at(-1)!;
  return has(isAbove || isBelow ? readHashes(file, 0, count) : near, value);
}

function readHashes(file: Deno.FsFile, from: number, count: number): Uint32Array {
  const bytes = new Uint8Array(4 * count);
  file.seekSync(4 * from, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) {
    const read = file.readSync(bytes.subarray(at));
    if (read === null) throw new Error("The index has become shorter");
    at += read;
  }
  return new Uint32Array(bytes.buffer);
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
