/**
 * Which tree a request at the shared mountpoint is about: that of the branch of the caller's session.
 *
 * While there is a session, the kernel keeps no names below the mountpoint, and of directories no attributes: each
 * operation asks, and is answered for who asks. Files have node ids of their own in every view, so that what the
 * kernel keeps of them stays right, and whoever has one open keeps it.
 *
 * @module
 */

import { Opcode } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import type { SharedDirectories } from "../shared_directories.ts";
import {
  MAIN_VIEW,
  NODES_PER_VIEW,
  SHARED_VIEW,
  type View,
  type ViewTable,
  VIRTUAL_VIEW,
} from "../views.ts";
import type { CgroupCallers, CgroupSession } from "./cgroup_callers.ts";
import { BODY, type Request } from "../fuse/request.ts";
import { isOwnThread } from "./own_thread.ts";
import type { Reenactment } from "../fuse/reenactment.ts";
import type { VirtualNodes } from "../virtual/virtual_nodes.ts";
import type { Revisits } from "./revisits.ts";

/** A caller of a view, by its number, was told that a name in a directory, a shared id, is no directory. */
export interface Missed {
  readonly view: number;
  readonly parent: number;
  readonly name: string;
}

/** Places of which it is known that they will be looked at again. */
const MOST_MISSED = 256;

/** FUSE_NOTIFY_INC_EPOCH came with it. */
const EPOCH_MINOR_VERSION = 44;

/** What is not about a place in a tree: whatever its node id stands for, the answer is the mount's. */
export const ABOUT_THE_MOUNT: ReadonlySet<number> = new Set([
  Opcode.INIT,
  Opcode.DESTROY,
  Opcode.SYNCFS,
  Opcode.STATFS,
  Opcode.RELEASE,
  Opcode.RELEASEDIR,
]);

export class Routing {
  #isActive = false;
  #isAlways = false;
  readonly #missed = new Set<string>();

  /** `strict`: who is in no session sees nothing, instead of the main view. */
  constructor(
    readonly views: ViewTable,
    readonly shared: SharedDirectories,
    readonly callers: CgroupCallers,
    readonly strict: boolean,
    readonly revisits: Revisits,
    readonly reenactment: Reenactment,
    readonly onMissed: (missed: Missed) => void,
  ) {}

  /** What is in `.agentvfs`, once there is a session. */
  virtual: VirtualNodes | null = null;

  /** False while every request is about the tree that its node id names. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether eBPF tells the callers, or /proc. */
  get source(): "bpf" | "proc" {
    return this.callers.stamps === null ? "proc" : "bpf";
  }

  /** INIT has agreed on this minor version of the protocol. */
  connected(minor: number): void {
    // Without the notification that makes the kernel forget all names, it must never get to know one.
    this.#isAlways = minor < EPOCH_MINOR_VERSION;
    this.setSessions(this.callers.sessions);
  }

  /**
   * From now on these are the sessions. Returns the views of which the kernel must forget what it keeps. It can only be made to
   * forget all names, and takes away with them what is mounted in other branches: so not for views that it keeps nothing of.
   */
  setSessions(sessions: readonly CgroupSession[]): View[] {
    this.callers.sessions = sessions;
    const { main } = this.views;
    this.#isActive = this.#isAlways || this.strict || sessions.length > 0 ||
      this.shared.isMainMixed;
    const seen = new Set(sessions.map(({ view }) => view));
    const routed = [...this.views].filter((view) =>
      view === main ? this.#isActive : seen.has(view.number)
    );
    const fresh = routed.filter(({ isRouted, isKept }) => !isRouted && isKept);
    for (const view of this.views) view.isRouted = routed.includes(view);
    for (const view of fresh) view.isKept = view === main;
    return fresh;
  }

  /** True if it depends on the caller what a node of that view number stands for. */
  concerns(viewNumber: number, opcode: number): boolean {
    return this.#isActive && !ABOUT_THE_MOUNT.has(opcode) &&
      (viewNumber === MAIN_VIEW || viewNumber === SHARED_VIEW || viewNumber === VIRTUAL_VIEW);
  }

  /**
   * A caller of `view` was told that a name in a directory, a shared id, is no directory: others who have one there are to
   * keep it.
   *
   * The kernel drops the directory when the caller's thread gets to it: that may be after it was found again, so it is looked
   * for once more later.
   */
  missed(view: View, parent: number, name: string): void {
    if (!this.#revisit(view, parent, name)) return;
    const missed = { view: view.number, parent, name };
    const key = keyOf(missed);
    if (this.#missed.has(key) || this.#missed.size >= MOST_MISSED) return;
    this.#missed.add(key);
    this.onMissed(missed);
  }

  /** What was missed is looked for once more. */
  missedBefore(missed: Missed, isLast: boolean): void {
    if (isLast) this.#missed.delete(keyOf(missed));
    const view = this.views.get(missed.view);
    if (view !== undefined) this.#revisit(view, missed.parent, missed.name);
  }

  /** False: nobody else has a directory there. */
  #revisit(view: View, parent: number, name: string): boolean {
    const elsewhere = Math.floor(parent / NODES_PER_VIEW) === VIRTUAL_VIEW
      ? this.virtual?.elsewhere(parent % NODES_PER_VIEW, name) ?? null
      : this.shared.elsewhere(view, parent, name);
    if (elsewhere !== null) this.revisits.add(elsewhere);
    return elsewhere !== null;
  }

  /** The view of who asks; null if there is nothing for them. */
  viewOf(request: Request, opcode: number): View | null {
    const handle = opcode === Opcode.READDIR || opcode === Opcode.READDIRPLUS
      ? request.u64(BODY)
      : 0;
    // Handles keep the view they were opened on.
    if (handle > 0) return this.views.get(handle - 1) ?? null;
    if (this.reenactment.isBy(request.pid)) return this.views.get(this.reenactment.view) ?? null;
    if (this.revisits.view !== null && isOwnThread(request.pid)) return this.revisits.view;
    const session = this.callers.sessionOf(request.pid);
    if (session !== null) return this.views.get(session.view) ?? null;
    if (!this.strict || isOwnThread(request.pid)) return this.views.main;
    return null;
  }

  /**
   * Replaces the request's node by what it is in the caller's view. Returns that view, or a negative errno; null if the
   * node is no directory, and nobody's but its own view's.
   */
  route(request: Request, opcode: number): View | number | null {
    const { main } = this.views;
    const number = request.viewNumber;
    const node = number === MAIN_VIEW ? main.tree.node(request.nodeId) : undefined;
    if (node !== undefined && node.directory === null) return null;
    const view = this.viewOf(request, opcode);
    if (view === null) {
      // Whoever may not look into it may still see that it is there.
      return node === main.tree.root && opcode === Opcode.GETATTR ? null : -Errno.EACCES;
    }
    const directory = this.shared.directory(view, number * NODES_PER_VIEW + request.nodeId);
    if (directory === undefined) return -Errno.ENOENT;
    request.nodeId = directory.nodeId;
    return view;
  }
}

function keyOf({ view, parent, name }: Missed): string {
  return `${view} ${parent} ${name}`;
}
