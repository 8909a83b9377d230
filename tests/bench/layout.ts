/**
 * The tree that single calls are measured in: the same as a plain directory and as a project.
 *
 * @module
 */

export const Layout = {
  /** A directory of this many files of 4 KiB. */
  LIST: "list",
  LIST_FILES: 1000,
  /** Directories of files, to walk. */
  WALK: "walk",
  WALK_DIRECTORIES: 100,
  WALK_FILES: 100,
  LINK: "link",
  /** A file at depth four. */
  DEEP: "deep/er/est/file.ts",
  /** One file to read at random from. */
  LARGE: "large.bin",
  LARGE_BYTES: 64 * 1024 * 1024,
} as const;

export function listedName(i: number): string {
  return `file-${String(i).padStart(4, "0")}.txt`;
}

export function walkedDirectory(i: number): string {
  return `directory-${String(i).padStart(2, "0")}`;
}

export function walkedName(i: number): string {
  return `module-${String(i).padStart(2, "0")}.ts`;
}

/** Makes the tree in an existing directory. */
export function makeLayout(directory: string): void {
  const block = new Uint8Array(4096).fill(0x62);
  Deno.mkdirSync(`${directory}/${Layout.LIST}`);
  for (let i = 0; i < Layout.LIST_FILES; i++) {
    Deno.writeFileSync(`${directory}/${Layout.LIST}/${listedName(i)}`, block);
  }
  makeTree(`${directory}/${Layout.WALK}`, Layout.WALK_DIRECTORIES * Layout.WALK_FILES);
  Deno.symlinkSync(`${Layout.LIST}/${listedName(0)}`, `${directory}/${Layout.LINK}`);
  writeRandom(`${directory}/${Layout.LARGE}`, Layout.LARGE_BYTES);
}

/** Makes `files` small text files, a hundred in a directory, each different. */
export function makeTree(directory: string, files: number): void {
  for (let i = 0; i < files; i++) {
    const folder = `${directory}/${walkedDirectory(Math.floor(i / Layout.WALK_FILES))}`;
    if (i % Layout.WALK_FILES === 0) Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(`${folder}/${walkedName(i % Layout.WALK_FILES)}`, moduleText(i));
  }
}

/** About 1 KiB of something like a program. */
function moduleText(seed: number): string {
  let text = `// module ${seed}\n`;
  for (let line = 0; line < 20; line++) {
    text += `export const value_${line} = compute(${seed * 31 + line}, "item ${seed}");\n`;
  }
  return text;
}

/** Bytes that do not compress. */
export function writeRandom(path: string, bytes: number): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const piece = new Uint8Array(1024 * 1024);
  for (let at = 0; at < bytes; at += piece.length) {
    for (let i = 0; i < piece.length; i += 65536) {
      crypto.getRandomValues(piece.subarray(i, i + 65536));
    }
    file.writeSync(piece.subarray(0, Math.min(piece.length, bytes - at)));
  }
}
