/**
 * What the driver keeps of files that are open: by name, without regard to case unless the volume tells letters apart, who has
 * them open for what, what others may do meanwhile, and whether the name goes with the last handle.
 *
 * @module
 */

import { Access, DispositionFlag, RenameFlag } from "../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../ffi/windows/nt_status.ts";

/** FILE_SHARE: what others may open it for meanwhile. */
export const Share = { READ: 1, WRITE: 2, DELETE: 4, ALL: 7 } as const;

/** What a handle of a program is to the driver. */
export interface OpenName {
  /** From the root of the volume, folded. One of a name that is gone is nobody else's. */
  key: string;
  path: string;
  readonly access: number;
  readonly share: number;
  /** The name goes with the last handle: it was opened so. */
  readonly deletesOnClose: boolean;
  /** The name goes with this handle, whoever else has it open. */
  deletesNow: boolean;
  /** Why it could not be deleted when that was asked last: it is not asked for again. */
  undeletable: NtStatus | null;
}

const READS = Access.READ_DATA | Access.EXECUTE;
const WRITES = Access.WRITE_DATA | Access.APPEND_DATA;

/** What begins the key of what has no name. */
const GONE = "\0";

/** The FILE_SHARE that others must have given for an access. */
function needs(access: number): number {
  return ((access & READS) !== 0 ? Share.READ : 0) | ((access & WRITES) !== 0 ? Share.WRITE : 0) |
    ((access & Access.DELETE) !== 0 ? Share.DELETE : 0);
}

export class OpenNames<T extends OpenName = OpenName> {
  readonly #handles = new Set<T>();
  readonly #pending = new Set<string>();
  #gone = 0;

  /** A status if the rules of sharing, or a deletion to come, stand against another handle. */
  refused(key: string, access: number, share: number): NtStatus | null {
    if (this.#pending.has(key)) return NtStatus.DELETE_PENDING;
    // Who looks at attributes only is asked for nothing.
    if (needs(access) === 0) return null;
    const clashes = this.of(key).some((other) => {
      const theirs = needs(other.access);
      return theirs !== 0 && ((needs(access) & ~other.share) !== 0 || (theirs & ~share) !== 0);
    });
    return clashes ? NtStatus.SHARING_VIOLATION : null;
  }

  add(handle: T): void {
    this.#handles.add(handle);
  }

  /** It was no handle of a program after all. */
  drop(handle: T): void {
    this.#handles.delete(handle);
  }

  /** True if its name went, or became another file's, while it was open. */
  isGone({ key }: T): boolean {
    return key.startsWith(GONE);
  }

  /** Handles of a name. */
  of(key: string): T[] {
    return [...this.#handles].filter((handle) => handle.key === key);
  }

  /** FileDispositionInformation went well. */
  disposed(handle: T, flags: number): void {
    const deletes = (flags & DispositionFlag.DELETE) !== 0;
    const isPosix = (flags & DispositionFlag.POSIX) !== 0;
    if (!deletes) handle.deletesNow = false;
    else if (isPosix) handle.deletesNow = true;
    if (deletes) this.#pending.add(handle.key);
    else this.#pending.delete(handle.key);
  }

  /** The handle is closed. True if its name goes along. */
  cleaned(handle: T): boolean {
    this.#handles.delete(handle);
    const others = this.of(handle.key);
    if (handle.deletesNow) {
      for (const other of others) this.#leave(other);
      this.#pending.delete(handle.key);
      return true;
    }
    if (handle.deletesOnClose) this.#pending.add(handle.key);
    return others.length === 0 && this.#pending.delete(handle.key);
  }

  /** A status if what is open stands against a rename. With POSIX semantics it does not where all let it be deleted. */
  mayRename(handle: T, key: string, flags: number): NtStatus | null {
    if (this.isGone(handle)) return NtStatus.ACCESS_DENIED;
    const isPosix = (flags & RenameFlag.POSIX) !== 0;
    const refused = isPosix ? NtStatus.SHARING_VIOLATION : NtStatus.ACCESS_DENIED;
    const lets = ({ access, share }: T) =>
      isPosix && (needs(access) === 0 || (share & Share.DELETE) !== 0);
    if (!this.#below(handle.key).every(lets)) return refused;
    if (key === handle.key) return null;
    if (this.#below(key).length > 0) return NtStatus.ACCESS_DENIED;
    return this.of(key).every(lets) ? null : refused;
  }

  #below(key: string): T[] {
    return [...this.#handles].filter((other) => other.key.startsWith(`${key}\\`));
  }

  /** It went well: who had open what was there has it without a name, and all handles of the name and below go along. */
  renamed({ key: before, path: pathBefore }: T, key: string, path: string): void {
    if (key !== before) { for (const other of this.of(key)) this.#leave(other); }
    for (const other of this.#below(before)) {
      other.key = key + other.key.slice(before.length);
      other.path = path + other.path.slice(pathBefore.length);
    }
    for (const other of this.of(before)) Object.assign(other, { key, path });
    if (this.#pending.delete(before)) this.#pending.add(key);
  }

  #leave(handle: T): void {
    handle.key = `${GONE}${++this.#gone}`;
  }
}
