/**
 * Which session a thread belongs to, by its cgroup.
 *
 * A session is a cgroup that was registered; the nearest registered one above a thread's own counts.
 *
 * The id of the thread's cgroup comes with each request where eBPF may be used (`bpf/caller_stamp.ts`), else its path is
 * read from /proc at each request. Both tell of the thread as it is when it asks, so that a move to another cgroup
 * counts from the next operation on.
 *
 * @module
 */

import type { CallerStamps } from "../../../bpf/caller_stamp.ts";
import {
  CGROUP_FILE_BYTES,
  cgroupId,
  type CgroupName,
  nearestCgroup,
  openCgroupOf,
  unifiedPath,
} from "../../../ffi/linux/cgroup.ts";
import { cString } from "../../../ffi/binary_string.ts";
import { close, open } from "../../../ffi/linux/open.ts";
import { pread } from "../../../ffi/linux/file.ts";

export interface CgroupSession extends CgroupName {
  /** Number of the session. */
  readonly id: number;
  /** Number of the view that its processes see. */
  readonly view: number;
}

/** A thread that asked, and what its /proc/THREAD/cgroup said then. */
interface Thread {
  readonly fd: number;
  text: Uint8Array;
  session: CgroupSession | null;
}

/** Threads that are remembered. */
const THREADS = 256;
/** Cgroups that are remembered. */
const CGROUPS = 4096;

export class CgroupCallers {
  #sessions: readonly CgroupSession[] = [];
  /** A file of each session's cgroup, which cannot be read once the cgroup is removed. */
  readonly #witnesses = new Map<CgroupSession, number>();
  /** By id: those registered and those below them; null: in none. */
  readonly #known = new Map<number, CgroupSession | null>();
  readonly #threads = new Map<number, Thread>();
  readonly #bytes = new Uint8Array(CGROUP_FILE_BYTES);
  readonly #byte = new Uint8Array(1);

  /** `root`: where the hierarchy is mounted. `stamps`: null where eBPF cannot be used. */
  constructor(readonly root: string, readonly stamps: CallerStamps | null) {}

  set sessions(sessions: readonly CgroupSession[]) {
    this.#sessions = sessions;
    this.#closeFiles();
    this.#known.clear();
    for (const session of sessions) {
      this.#known.set(session.cgroup, session);
      const fd = open(cString(`${this.root}${session.path}/cgroup.max.depth`), 0);
      if (fd >= 0) this.#witnesses.set(session, fd);
      // Whose file that is, is certain only if the cgroup was the one in question afterwards.
      if (cgroupId(this.root + session.path) !== session.cgroup) this.#closeWitness(session);
    }
  }

  get sessions(): readonly CgroupSession[] {
    return this.#sessions;
  }

  /** The session of a thread; null if it is in none, or gone. */
  sessionOf(thread: number): CgroupSession | null {
    if (this.#sessions.length === 0) return null;
    const cgroup = this.stamps?.cgroupOf(thread) ?? 0;
    if (cgroup === 0) return this.#read(thread);
    const known = this.#known.get(cgroup);
    if (known !== undefined) return known;
    const session = this.#read(thread);
    // It may have moved since it asked.
    const path = this.#pathOf(thread);
    if (path !== null && cgroupId(this.root + path) === cgroup) {
      if (this.#known.size > CGROUPS) this.sessions = this.#sessions;
      this.#known.set(cgroup, session);
    }
    return session;
  }

  close(): void {
    this.#closeFiles();
    this.stamps?.close();
  }

  #read(thread: number): CgroupSession | null {
    const known = this.#threads.get(thread) ?? this.#begin(thread);
    if (known === null) return null;
    const length = pread(known.fd, this.#bytes, 0);
    if (length <= 0) {
      // That thread has ended. Another one may have its number.
      this.#threads.delete(thread);
      close(known.fd);
      return known.text.length === 0 ? null : this.#read(thread);
    }
    const { session } = known;
    if (!isSame(this.#bytes, length, known.text) || (session !== null && !this.#isLive(session))) {
      known.text = this.#bytes.slice(0, length);
      const path = unifiedPath(known.text, length);
      known.session = path === null ? null : nearestCgroup(this.root, this.#sessions, path);
    }
    return known.session;
  }

  #pathOf(thread: number): string | null {
    const text = this.#threads.get(thread)?.text;
    return text === undefined ? null : unifiedPath(text, text.length);
  }

  /** False if its cgroup was removed, even if there is one at its path again. */
  #isLive(session: CgroupSession): boolean {
    const fd = this.#witnesses.get(session);
    return fd !== undefined && pread(fd, this.#byte, 0) > 0;
  }

  #begin(thread: number): Thread | null {
    const fd = thread === 0 ? -1 : openCgroupOf(thread);
    if (fd < 0) return null;
    if (this.#threads.size >= THREADS) this.#closeOldest();
    const begun = { fd, text: new Uint8Array(), session: null };
    this.#threads.set(thread, begun);
    return begun;
  }

  #closeOldest(): void {
    for (const [thread, { fd }] of this.#threads) {
      close(fd);
      this.#threads.delete(thread);
      return;
    }
  }

  #closeWitness(session: CgroupSession): void {
    const fd = this.#witnesses.get(session);
    if (fd !== undefined) close(fd);
    this.#witnesses.delete(session);
  }

  #closeFiles(): void {
    for (const { fd } of this.#threads.values()) close(fd);
    this.#threads.clear();
    for (const session of [...this.#witnesses.keys()]) this.#closeWitness(session);
  }
}

function isSame(bytes: Uint8Array, length: number, text: Uint8Array): boolean {
  if (length !== text.length) return false;
  for (let i = 0; i < length; i++) if (bytes[i] !== text[i]) return false;
  return true;
}
