/**
 * Pretending, towards one thread of the daemon, that a change which was made from behind the kernel has not been made yet.
 *
 * The kernel raises events (inotify(7), fanotify(7)) for system calls, and for nothing that the server tells it. So after a
 * rollback a thread makes the calls by which the same change is made by hand. Its lookup of a name that is gone finds
 * what the name stood for, and the removal succeeds; its lookup of a name that is new finds nothing, and what it makes is the
 * node that is there. Nothing it asks for changes anything, and everybody else is told the truth all the time.
 *
 * The thread is told by its number, and says in shared memory what it is about to do. It waits in the kernel for each answer, so
 * that the two never differ.
 *
 * @module
 */

import { Opcode } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import type { PendingName } from "../../tree/changed_names.ts";
import { emptyDirectory, Inode } from "../../tree/nodes/inode.ts";
import { NODES_PER_VIEW, VIRTUAL_VIEW, wireNode } from "../views.ts";
import { CHANGES } from "./changes.ts";
import { Act, Word } from "../reenactor_memory.ts";
import type { Context } from "./context.ts";
import { openOut } from "./name_handlers.ts";
import { OUT } from "./reply.ts";
import { BODY } from "./request.ts";

/** Where the name is in the requests that make something. */
const NAME_OFFSETS: ReadonlyMap<number, number> = new Map([
  [Opcode.SYMLINK, BODY],
  [Opcode.MKNOD, BODY + 16],
  [Opcode.MKDIR, BODY + 8],
  [Opcode.CREATE, BODY + 16],
]);

/** What stands for files that the kernel has forgotten. */
const GHOST_NODES = (NODES_PER_VIEW / 4) * 3;
const GHOSTS = 2 ** 20;

export class Reenactment {
  readonly #words: Int32Array;
  /** What the thread was just told that it can remove. */
  #found: PendingName | null = null;
  #ghosts = 0;

  /** `memory`: shared with the thread. */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** True if a request is the thread's. */
  isBy(thread: number): boolean {
    return thread !== 0 && thread === this.#words[Word.THREAD];
  }

  /** Number of the view as which the thread is to be answered at the mountpoint. */
  get view(): number {
    return Atomics.load(this.#words, Word.VIEW);
  }

  /** The answer to a request of the thread's; null if that is answered as everybody's. */
  handle(context: Context, opcode: number): number | null {
    switch (Atomics.load(this.#words, Word.ACT)) {
      case Act.REMOVE:
        if (opcode === Opcode.LOOKUP) return this.#findOld(context);
        if (opcode === Opcode.UNLINK || opcode === Opcode.RMDIR) return this.#remove(context);
        break;
      case Act.MAKE:
        if (opcode === Opcode.LOOKUP) return this.#hideNew(context);
        if (NAME_OFFSETS.has(opcode)) return this.#make(context, opcode);
        break;
      case Act.PROVE:
        if (opcode !== Opcode.LOOKUP) break;
        Atomics.store(this.#words, Word.PROVEN, 1);
        return -Errno.ENOENT;
      case Act.TOUCH:
        if (opcode === Opcode.SETATTR) return touch(context);
    }
    return CHANGES.has(opcode) ? -Errno.EPERM : null;
  }

  #findOld(context: Context): number | null {
    this.#found = null;
    const pending = asked(context, BODY);
    if (pending === undefined || pending.was === null) return null;
    const { tree } = context;
    const isThere = typeof tree.lookup(pending.parent, pending.name) !== "number";
    // Somebody has made the name again meanwhile, or has removed what is new.
    if (isThere !== pending.isMade) return null;
    this.#found = pending;
    // Where views share directories, the removal of one would close it to those who still have it.
    const isShared = context.shared !== null && pending.was.directory !== null;
    return isKept(pending.was) && !isShared
      ? context.reply.fleetingEntry(context.view, pending.was)
      : this.#ghost(context, pending.was.directory !== null);
  }

  /** A file that nobody knows or uses: only its name is of interest. */
  #ghost({ view, tree, request, reply }: Context, isDirectory: boolean): number {
    const number = GHOST_NODES + 2 * (this.#ghosts++ % GHOSTS) + (isDirectory ? 1 : 0);
    const type = isDirectory ? S_IFDIR : S_IFREG;
    const { sec, nsec } = tree.now;
    const inode = new Inode(
      number,
      number,
      type | 0o600,
      request.uid,
      request.gid,
      0,
      0,
      sec,
      nsec,
      sec,
      nsec,
    );
    if (isDirectory) inode.directory = emptyDirectory();
    const { entryOut } = reply.dialect;
    reply.entryOf(OUT, view, inode, wireNode(VIRTUAL_VIEW, number));
    reply.u64(OUT + entryOut.ENTRY_VALID, 0);
    return entryOut.SIZE;
  }

  #remove(context: Context): number {
    const pending = asked(context, BODY);
    if (pending === undefined || pending !== this.#found) return -Errno.EPERM;
    this.#found = null;
    pending.was = null;
    if (!pending.isMade) context.pendingNames.delete(pending);
    return 0;
  }

  #hideNew(context: Context): number | null {
    const pending = asked(context, BODY);
    return pending?.isMade ? -Errno.ENOENT : null;
  }

  #make(context: Context, opcode: number): number {
    const pending = asked(context, NAME_OFFSETS.get(opcode)!);
    if (!pending?.isMade) return -Errno.EPERM;
    const { tree, view, reply, request } = context;
    const inode = tree.lookup(pending.parent, pending.name);
    if (typeof inode === "number") return -Errno.ENOENT;
    if ((inode.mode & S_IFMT) !== madeBy(opcode, request.u32(BODY))) return -Errno.EEXIST;
    context.pendingNames.delete(pending);
    const length = reply.entry(view, inode);
    return opcode === Opcode.CREATE ? openOut(context, length) : length;
  }
}

/** The name that a request is about, if it is to be done. */
function asked({ tree, request, pendingNames }: Context, at: number): PendingName | undefined {
  const parent = tree.node(request.nodeId);
  return parent === undefined ? undefined : pendingNames.find(parent, request.name(at));
}

/** The type of what an operation makes. */
function madeBy(opcode: number, mode: number): number {
  if (opcode === Opcode.CREATE) return S_IFREG;
  if (opcode === Opcode.MKDIR) return S_IFDIR;
  return opcode === Opcode.SYMLINK ? S_IFLNK : mode & S_IFMT;
}

/** True if the kernel still knows it and it has no name: removing it is the end of it. */
function isKept({ lookups, parent, directory, nlink }: Inode): boolean {
  return lookups > 0 && parent === null && (directory !== null || nlink === 0);
}

function touch({ view, tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  return inode === undefined ? -Errno.ESTALE : reply.attributes(view, inode);
}
