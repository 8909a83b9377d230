/**
 * What a trace says was done in a mount, in the words of the mount's own events: the independent truth for them.
 *
 * A call may mean several things: an open(2) with O_CREAT makes a file or opens one, with O_TRUNC it empties it. Which it was
 * follows from the names that there were, of which a model is kept.
 *
 * @module
 */

import { resolve } from "node:path/posix";
import { type ModelNode, modelNode, NameModel, type Place, within } from "./name_model.ts";
import { type Call, fileOf, type StraceLog, textOf } from "./strace_log.ts";
import { WorkingDirectories } from "./working_directories.ts";

/** What a name is called that is gone. */
export const GONE = "(gone)";

/** Calls that {@linkcode mountTruth} wants to see. */
export const MOUNT_CALLS = "%process,%file,prctl,chdir,fchdir,open,openat,openat2,creat,write," +
  "pwrite64,writev,pwritev,pwritev2,sendfile,splice,copy_file_range,truncate,ftruncate,fallocate," +
  "fchmod,fchown,fsetxattr,fremovexattr,utimensat,futimesat,mmap";

export interface Deed {
  readonly thread: number;
  /** Name of its process, as the kernel has it. */
  readonly program?: string;
  readonly action: string;
  /** From the root of the mount. */
  readonly path: string;
  readonly target?: string;
  readonly bytes?: number;
}

export interface MountTruth {
  readonly deeds: readonly Deed[];
  /** Names of files that had several: which of them a write is about nobody says. */
  readonly aliases: ReadonlyMap<string, string>;
  /** What was mapped so that it could be written. */
  readonly mapped: ReadonlySet<string>;
  /** Names that threads had, whose process may have another one. */
  readonly threadNames: ReadonlyMap<number, ReadonlySet<string>>;
  /** Name of a thread, at the end. */
  programOf(thread: number): string;
}

const NAMES = ["mkdir", "mknod", "unlink", "rmdir", "symlink", "link", "rename"] as const;
/** Written by a descriptor: which argument it is. */
export const WRITES: Readonly<Record<string, number>> = {
  write: 0,
  pwrite64: 0,
  writev: 0,
  pwritev: 0,
  pwritev2: 0,
  sendfile: 0,
  splice: 2,
  copy_file_range: 2,
};
/** About a file, by path or descriptor; whether a link at the end of a path is followed. */
const ATTRIBUTES: Readonly<Record<string, readonly [action: string, follows: boolean]>> = {
  truncate: ["truncate", true],
  ftruncate: ["truncate", true],
  fallocate: ["fallocate", true],
  chmod: ["chmod", true],
  fchmod: ["chmod", true],
  fchmodat: ["chmod", true],
  fchmodat2: ["chmod", true],
  chown: ["chown", true],
  fchown: ["chown", true],
  lchown: ["chown", false],
  fchownat: ["chown", true],
  utime: ["utimes", true],
  utimes: ["utimes", true],
  utimensat: ["utimes", true],
  futimesat: ["utimes", true],
  setxattr: ["setxattr", true],
  lsetxattr: ["setxattr", false],
  fsetxattr: ["setxattr", true],
  removexattr: ["removexattr", true],
  lremovexattr: ["removexattr", false],
  fremovexattr: ["removexattr", true],
};

/** `names`: as they were before. `directory`: where the first program began. `opens`: these are told of, too. */
export function mountTruth(
  log: StraceLog,
  names: NameModel,
  options: { readonly directory: string; readonly opens?: boolean },
): MountTruth {
  const reader = new Reader(log, names, options.directory, options.opens ?? false);
  for (const call of log.calls) reader.read(call);
  const { deeds, aliases, mapped, threadNames } = reader;
  return { deeds, aliases, mapped, threadNames, programOf: (thread) => reader.programOf(thread) };
}

class Reader {
  readonly deeds: Deed[] = [];
  readonly aliases = new Map<string, string>();
  readonly mapped = new Set<string>();
  readonly #directories: WorkingDirectories;
  readonly #parents: ReadonlyMap<number, number>;
  readonly #programs = new Map<number, string>();
  readonly threadNames = new Map<number, Set<string>>();
  /** What had a name that is gone. */
  readonly #gone = new Map<string, ModelNode>();
  readonly #pathOf = new Map<ModelNode, string>();

  constructor(
    readonly log: StraceLog,
    readonly names: NameModel,
    directory: string,
    readonly opens: boolean,
  ) {
    this.#directories = new WorkingDirectories(log, directory);
    this.#parents = new Map(log.begun.map(({ parent, child }) => [child, parent]));
  }

  read(call: Call): void {
    const { name, error } = call;
    const isTried = name.startsWith("exec") && error === "ENOEXEC";
    if (error !== null && !isTried || call.result < 0 && !isTried) return;
    this.#directories.read(call);
    if (/^(open(at2?)?|creat)$/.test(name)) this.#open(call);
    else if (name in WRITES) this.#write(call);
    else if (name in ATTRIBUTES) this.#attribute(call);
    else if (name === "mmap") this.#map(call);
    else if (/^execve(at)?$/.test(name)) this.#exec(call);
    else if (name === "prctl") this.#program(call);
    else {
      const plain = NAMES.find((each) => name === each || name.replace(/at2?$/, "") === each);
      if (plain !== undefined) this.#name(call, plain);
    }
  }

  /** The kernel names a thread by the file that it runs, or as it wishes. */
  #program({ thread, name, args, error }: Call): void {
    const isNamed = name === "prctl" && args[0] === "PR_SET_NAME";
    if (error !== null || !isNamed && name !== "execve") return;
    const text = textOf(args[isNamed ? 1 : 0]) ?? "";
    const program = isNamed ? text : text.slice(text.lastIndexOf("/") + 1);
    this.#programs.set(thread, program.slice(0, 15));
    const names = this.threadNames.get(thread) ?? new Set();
    this.threadNames.set(thread, names.add(program.slice(0, 15)));
  }

  programOf(thread: number): string {
    const known = this.#programs.get(thread);
    if (known !== undefined) return known;
    const parent = this.#parents.get(thread);
    const name = parent === undefined ? "" : this.programOf(parent);
    this.#programs.set(thread, name);
    return name;
  }

  #place(call: Call, index: number, follows: boolean): Place | null {
    const path = this.#directories.pathAt(call, index);
    return path === null ? null : this.names.find(path, follows);
  }

  #tell(thread: number, action: string, path: string, more: Partial<Deed> = {}): void {
    this.deeds.push({
      thread,
      program: this.programOf(this.log.processOf(thread)),
      action,
      path,
      ...more,
    });
  }

  #put({ directory, name, path }: Place, node: ModelNode): void {
    directory.entries.set(name, node);
    this.#gone.delete(path);
    const first = this.#pathOf.get(node);
    if (first === undefined) this.#pathOf.set(node, path);
    else if (node.names > 1) {
      this.aliases.set(first, this.#root(first));
      this.aliases.set(path, this.#root(first));
    }
  }

  #root(path: string): string {
    return this.aliases.get(path) ?? path;
  }

  #take({ directory, name, path, node }: Place): void {
    directory.entries.delete(name);
    if (node === undefined) return;
    node.names--;
    this.#gone.set(path, node);
    if (node.names === 0 && this.mapped.has(path)) this.mapped.add(GONE);
  }

  #open(call: Call): void {
    const { thread, name, args, after } = call;
    const at = /^openat/.test(name) ? 1 : 0;
    const flags = name === "creat" ? "O_CREAT|O_WRONLY|O_TRUNC" : args[at + 1]!;
    if (/\bO_PATH\b/.test(flags)) return;
    const isNameless = /O_TMPFILE/.test(flags);
    if (isNameless) {
      const inside = within(fileOf(after)!.path, this.names.root);
      return inside === null ? undefined : this.#tell(thread, "create", GONE);
    }
    const place = this.#place(call, at, !/O_NOFOLLOW|O_EXCL/.test(flags));
    if (place === null) return;
    if (place.node === undefined) {
      this.#put(place, modelNode("file"));
      return this.#tell(thread, "create", place.path);
    }
    if (place.node.kind !== "file") return;
    if (this.opens) this.#tell(thread, "open", place.path);
    if (/O_TRUNC/.test(flags)) this.#tell(thread, "truncate", place.path);
  }

  #exec(call: Call): void {
    const place = this.#place(call, call.name === "execve" ? 0 : 1, true);
    if (this.opens && place !== null) this.#tell(call.thread, "exec-open", place.path);
    this.#program(call);
  }

  /** Path of an open file; null: it is not in the mount. */
  #ofFile(argument: string | undefined): string | null {
    const file = fileOf(argument);
    const path = file === null ? null : within(file.path, this.names.root);
    if (path === null || !file!.isDeleted) return path;
    const node = this.#gone.get(path);
    if (node === undefined || node.names === 0) return GONE;
    return this.#pathOf.get(node) ?? GONE;
  }

  #write({ thread, name, args, result }: Call): void {
    const path = this.#ofFile(args[WRITES[name]!]);
    if (path === null || result === 0) return;
    if (this.names.find(`${this.names.root}/${path}`, false)?.node?.kind === "special") return;
    this.#tell(thread, "write", path, { bytes: result });
  }

  #attribute(call: Call): void {
    const { name, args, thread } = call;
    const [action, follows] = ATTRIBUTES[name]!;
    if (name === "utimensat" && /UTIME_OMIT.*UTIME_OMIT/.test(args[2]!)) return;
    const isAt = /at2?$/.test(name);
    const text = textOf(args[isAt ? 1 : 0]);
    const isOpenFile = text === null || text === "";
    const stays = args.some((each) => each.includes("AT_SYMLINK_NOFOLLOW"));
    const path = isOpenFile
      ? this.#ofFile(args[0])
      : this.#place(call, isAt ? 1 : 0, follows && !stays)?.path ?? null;
    if (path === null) return;
    const attribute = /xattr/.test(action) ? { target: textOf(args[1])! } : {};
    this.#tell(thread, action, path, attribute);
  }

  #map({ args }: Call): void {
    if (!args[2]!.includes("PROT_WRITE") || !args[3]!.includes("MAP_SHARED")) return;
    const path = this.#ofFile(args[4]);
    if (path !== null) this.mapped.add(path);
  }

  #name(call: Call, plain: typeof NAMES[number]): void {
    const { name, args, thread } = call;
    const isAt = /at2?$/.test(name);
    if (plain === "link" || plain === "rename") {
      return this.#second(call, plain, isAt ? [1, 3] : [0, 1]);
    }
    if (plain === "symlink") {
      const place = this.#place(call, isAt ? 2 : 1, false);
      if (place === null) return;
      const target = textOf(args[0])!;
      this.#put(place, modelNode("link", target));
      return this.#tell(thread, "symlink", place.path, { target });
    }
    const place = this.#place(call, isAt ? 1 : 0, false);
    if (place === null) return;
    if (plain === "mkdir") this.#put(place, modelNode("directory"));
    else if (plain === "mknod") {
      this.#put(
        place,
        modelNode(/S_IFREG|^0[0-7]*$/.test(args[isAt ? 2 : 1]!) ? "file" : "special"),
      );
    } else this.#take(place);
    const isRmdir = args.some((each) => each.includes("AT_REMOVEDIR"));
    this.#tell(thread, isRmdir ? "rmdir" : plain, place.path);
  }

  #second(call: Call, plain: "link" | "rename", [from, to]: readonly [number, number]): void {
    const { args, thread } = call;
    const flags = args[4] ?? "";
    const text = this.#directories.pathAt(call, from)!;
    const target = this.#place(call, to, false);
    if (target === null) return;
    // The name of an open file that has none is one in /proc, or an empty one.
    const isOpenFile = /^\/proc\/(self|\d+)\/fd\/\d+$/.test(resolve(text)) ||
      flags.includes("AT_EMPTY_PATH");
    if (isOpenFile) {
      this.#put(target, modelNode("file"));
      return this.#tell(thread, plain, GONE, { target: target.path });
    }
    const source = this.names.find(text, flags.includes("AT_SYMLINK_FOLLOW"));
    if (source?.node === undefined) return;
    const { node } = source;
    // Two names of one file: nothing happens.
    if (plain === "rename" && node === target.node) return;
    this.#tell(thread, plain, source.path, { target: target.path });
    if (plain === "link") {
      this.#pathOf.set(node, this.#pathOf.get(node) ?? source.path);
      node.names++;
      return this.#put(target, node);
    }
    if (flags.includes("RENAME_EXCHANGE")) {
      source.directory.entries.set(source.name, target.node!);
      return void target.directory.entries.set(target.name, node);
    }
    if (target.node !== undefined) this.#take(target);
    source.directory.entries.delete(source.name);
    target.directory.entries.set(target.name, node);
    this.#moved(node, source.path, target.path);
  }

  /** With all that is below it. */
  #moved(node: ModelNode, from: string, to: string): void {
    if (this.#pathOf.has(node) || node.names > 1) this.#pathOf.set(node, to);
    if (node.kind !== "directory" && (node.names > 1 || this.aliases.has(from))) {
      const root = this.#root(from);
      this.aliases.set(from, root);
      this.aliases.set(to, root);
    }
    for (const [name, below] of node.entries) {
      this.#moved(below, `${from}/${name}`, `${to}/${name}`);
    }
  }
}
