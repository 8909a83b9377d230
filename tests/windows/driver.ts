/**
 * Plays WinFsp's driver, request by request: it lays requests as the driver does, keeps what the driver keeps of files that are
 * open (by name, without regard to case), and follows the steps of NtCreateFile and NtClose.
 *
 * It is a stand-in written from the protocol, and says nothing of the order in which the real one asks.
 *
 * @module
 */

import assert from "node:assert/strict";
import { foldedName } from "../../ffi/windows/names_utf16.ts";
import {
  Access,
  CreateOption,
  Disposition,
  DispositionFlag,
  FileAttribute,
  InformationClass,
  ReparseTag,
} from "../../ffi/windows/nt_file.ts";
import { isSuccess, NtStatus } from "../../ffi/windows/nt_status.ts";
import {
  CLEANUP,
  CleanupBit,
  CreateBit,
  CREATED,
  FILE_INFO,
  Kind,
  Outcome,
  OVERWRITE,
  QUERY_DIRECTORY,
  REQUEST,
  RESPONSE,
  SET_INFORMATION,
  TRANSFER,
} from "../../ffi/windows/winfsp/protocol.ts";
import { VolumeFlag } from "../../ffi/windows/winfsp/volume_params.ts";
import {
  NT_PREFIX,
  parseReparseData,
  parseSymlinkData,
  type SymlinkData,
} from "../../ffi/windows/reparse_data.ts";
import { utf16 } from "../../src/mount/windows/response.ts";
import { volumeSettings } from "../../src/mount/windows/volume_settings.ts";
import {
  askedAttributes,
  fits,
  isPossiblePath,
  mayOverwrite,
  refusedUnasked,
  setAttributes,
} from "./driver_rules.ts";
import {
  Answer,
  DriverRequests,
  type Field,
  type OpenContexts,
  type OpenOptions,
} from "./driver_requests.ts";
import { type OpenName, OpenNames, Share } from "./open_names.ts";

/** FileLinkInformation: the driver has no hard links. */
const LINK_CLASS = 11;

/** STATUS_FILE_DELETED: the driver's own. */
const FILE_DELETED = 0xc0000123;

/** Flags of a deletion that go on to a file system. */
const SENT_DISPOSITIONS = DispositionFlag.DELETE | DispositionFlag.POSIX |
  DispositionFlag.IGNORE_READONLY;

/** The volume leaves it to the driver whether a file may be deleted that is not read-only. */
const DECIDES_ITSELF =
  (volumeSettings(false, 0, 0).flags & VolumeFlag.POST_DISPOSITION_WHEN_NECESSARY_ONLY) !== 0;

const REMEMBERED: ReadonlySet<number> = new Set([
  NtStatus.ACCESS_DENIED,
  NtStatus.DIRECTORY_NOT_EMPTY,
  NtStatus.CANNOT_DELETE,
]);
/** What a handle of a program is to the driver. */
export interface Handle extends OpenName, OpenContexts {
  readonly isDirectory: boolean;
}
export class Driver extends DriverRequests {
  readonly names = new OpenNames<Handle>();

  /** NtCreateFile: a status, what was done, and a handle if that went well. */
  open(given: string, open: OpenOptions = {}): { answer: Answer; handle: Handle | null } {
    const path = given.startsWith("\\\\") ? given.slice(1) : given;
    const refused = refusedUnasked(path, open);
    if (refused !== null) return { answer: failed(refused), handle: null };
    const asked = this.give(this.createRequest(path, open)) ?? this.#lastLate();
    return this.opened(path, open, asked);
  }

  #lastLate(): Answer {
    const last = [...this.late.values()].at(-1);
    assert.ok(last !== undefined, "CREATE was not answered");
    return last;
  }

  opened(
    path: string,
    open: OpenOptions,
    answer: Answer,
  ): { answer: Answer; handle: Handle | null } {
    if (answer.status !== NtStatus.SUCCESS) return { answer, handle: null };
    // What is open of a name that something is to be renamed to is its directory.
    const isTarget = ((open.bits ?? 0) & CreateBit.OPEN_TARGET_DIRECTORY) !== 0;
    const asked = isTarget ? path.slice(0, Math.max(1, path.lastIndexOf("\\"))) : path;
    const name = answer.text(CREATED.FILE_NAME) || asked;
    const { options = 0, share = Share.ALL } = open;
    const access = answer.view.getUint32(CREATED.GRANTED_ACCESS, true);
    const there = answer.view.getUint32(CREATED.FILE_INFO + FILE_INFO.ATTRIBUTES, true);
    const handle: Handle = {
      context: answer.view.getBigUint64(CREATED.CONTEXT, true),
      handle: answer.view.getBigUint64(CREATED.HANDLE, true),
      key: this.keyOf(name),
      path: name,
      access,
      share,
      isDirectory: (there & FileAttribute.DIRECTORY) !== 0,
      deletesOnClose: (options & CreateOption.DELETE_ON_CLOSE) !== 0,
      deletesNow: false,
      undeletable: null,
    };
    const refused = this.names.refused(handle.key, access | overwritingAccess(open), share);
    if (refused !== null) {
      // It was never a handle of a program.
      this.closed(handle);
      return { answer: failed(refused), handle: null };
    }
    this.names.add(handle);
    const overwrites = answer.information === Outcome.OVERWRITTEN ||
      answer.information === Outcome.SUPERSEDED;
    if (!overwrites) return { answer, handle };
    const attributes = askedAttributes(open.attributes ?? 0, handle.isDirectory);
    if (!mayOverwrite(there, attributes)) {
      this.names.drop(handle);
      this.closed(handle);
      return { answer: failed(NtStatus.ACCESS_DENIED), handle: null };
    }
    const second = this.about(
      handle,
      Kind.OVERWRITE,
      [OVERWRITE.ATTRIBUTES, attributes],
      [OVERWRITE.BITS, answer.information === Outcome.SUPERSEDED ? 1 : 0],
      [OVERWRITE.EA, open.ea ?? new Uint8Array()],
    );
    if (second.status === NtStatus.SUCCESS) return { answer, handle };
    // Who could not overwrite it has closed it.
    this.names.drop(handle);
    return { answer: second, handle: null };
  }

  /**
   * Where a symlink leads, as the driver makes it out: the data of a link from the volume's root, before which it puts the
   * volume's device, or a path of the kernel's own.
   */
  ledTo(answer: Answer): SymlinkData {
    assert.equal(answer.information, ReparseTag.SYMLINK);
    const parsed = parseReparseData(answer.buffer(RESPONSE.BODY));
    assert.equal(parsed?.tag, ReparseTag.SYMLINK);
    const led = parseSymlinkData(parsed!.data);
    assert.ok(led !== null && led.target.startsWith("\\"), "not from a root");
    assert.equal(led.isRelative, !led.target.startsWith(NT_PREFIX), "of which device it is");
    return led;
  }

  /** What the driver knows a file by. */
  keyOf(path: string): string {
    return this.session.options.caseSensitive ? path : foldedName(path);
  }

  close(handle: Handle): void {
    this.cleanup(handle);
    this.closed(handle);
  }

  /** The last handle of a name takes it along, if it is to go. */
  cleanup(handle: Handle, bits = 0): Answer {
    const deletes = this.names.cleaned(handle) ? CleanupBit.DELETE : 0;
    return this.about(
      handle,
      Kind.CLEANUP,
      [CLEANUP.BITS, bits | deletes],
      [REQUEST.FILE_NAME, utf16(handle.path + "\0")],
    );
  }

  closed(handle: Handle): Answer {
    return this.about(handle, Kind.CLOSE);
  }

  write(handle: Handle, offset: number | bigint, bytes: Uint8Array<ArrayBuffer>, bits = 0): Answer {
    return this.transfer(
      handle,
      Kind.WRITE,
      bytes,
      [TRANSFER.OFFSET, BigInt(offset)],
      [TRANSFER.LENGTH, bytes.length],
      [TRANSFER.BITS, bits],
    );
  }

  read(handle: Handle, offset: number, length: number): { answer: Answer; bytes: Uint8Array } {
    const memory = new Uint8Array(length);
    const answer = this.transfer(
      handle,
      Kind.READ,
      memory,
      [TRANSFER.OFFSET, BigInt(offset)],
      [TRANSFER.LENGTH, length],
    );
    return { answer, bytes: memory.subarray(0, answer.information) };
  }

  setInformation(handle: Handle, kind: number, ...fields: readonly Field[]): Answer {
    if (kind === LINK_CLASS) return failed(NtStatus.NOT_SUPPORTED);
    return this.about(handle, Kind.SET_INFORMATION, [SET_INFORMATION.CLASS, kind], ...fields);
  }

  /** Sets times and attributes as a program does. */
  setBasic(
    handle: Handle,
    attributes: number,
    times: Partial<Record<"CREATION" | "ACCESS" | "WRITE" | "CHANGE", bigint>> = {},
  ): Answer {
    const named = ["CREATION", "ACCESS", "WRITE", "CHANGE"] as const;
    return this.setInformation(
      handle,
      InformationClass.BASIC,
      [SET_INFORMATION.ATTRIBUTES, setAttributes(attributes, handle.isDirectory)],
      // -1 is about later changes by the handle.
      ...named.map((name): Field => {
        const given = times[name] ?? 0n;
        return [SET_INFORMATION[name], given === -1n ? 0n : given];
      }),
    );
  }

  /** Marks for deletion: it goes with the last handle, or with this one where the flags are POSIX's. */
  dispose(handle: Handle, flags: number = DispositionFlag.DELETE): Answer {
    if ((handle.access & Access.DELETE) === 0) return failed(NtStatus.ACCESS_DENIED);
    if ((flags & DispositionFlag.ON_CLOSE) !== 0) return failed(NtStatus.NOT_SUPPORTED);
    if (this.names.isGone(handle)) return failed(FILE_DELETED);
    const deletes = (flags & DispositionFlag.DELETE) !== 0;
    const sent = deletes ? flags & SENT_DISPOSITIONS : 0;
    const isAskedOnce = (sent & ~DispositionFlag.POSIX) === DispositionFlag.DELETE;
    if (isAskedOnce && handle.undeletable !== null) return failed(handle.undeletable);
    handle.undeletable = null;
    const answer = this.#mayDelete(handle, sent);
    if (isSuccess(answer.status)) this.names.disposed(handle, flags);
    else if (isAskedOnce && REMEMBERED.has(answer.status)) {
      handle.undeletable = answer.status as NtStatus;
    }
    return answer;
  }

  #mayDelete(handle: Handle, flags: number): Answer {
    if (DECIDES_ITSELF && !handle.isDirectory && !this.#isKept(handle, flags)) {
      return failed(NtStatus.SUCCESS);
    }
    return this.setInformation(
      handle,
      InformationClass.DISPOSITION_EX,
      [SET_INFORMATION.VALUE, flags],
    );
  }

  /** What is read-only is asked about, whatever the volume says. */
  #isKept(handle: Handle, flags: number): boolean {
    const known = this.about(handle, Kind.QUERY_INFORMATION);
    const attributes = known.view.getUint32(RESPONSE.BODY + FILE_INFO.ATTRIBUTES, true);
    return (attributes & FileAttribute.READONLY) !== 0 &&
      (flags & DispositionFlag.IGNORE_READONLY) === 0;
  }

  /** `path`: of a directory that is open by then, and a name in it. */
  rename(handle: Handle, path: string, flags = 0): Answer {
    if ((handle.access & Access.DELETE) === 0) return failed(NtStatus.ACCESS_DENIED);
    if (path === "\\") return failed(NtStatus.ACCESS_DENIED);
    if (handle.path === "\\" || handle.path === "") return failed(NtStatus.INVALID_PARAMETER);
    const to = path.endsWith("\\") ? path.slice(0, -1) : path;
    if (!isPossiblePath(to) || !fits(handle.path, to)) return failed(NtStatus.INVALID_PARAMETER);
    const key = this.keyOf(to);
    const refused = this.names.mayRename(handle, key, flags);
    if (refused !== null) return failed(refused);
    if (to === handle.path) return failed(NtStatus.SUCCESS);
    const answer = this.setInformation(
      handle,
      InformationClass.RENAME_EX,
      [SET_INFORMATION.NEW_NAME, utf16(to + "\0")],
      [SET_INFORMATION.RENAME_FLAGS, flags],
    );
    if (isSuccess(answer.status)) this.names.renamed(handle, key, to);
    return answer;
  }

  /** One answer of a listing. */
  list(
    handle: Handle,
    marker: bigint | null,
    { pattern = "", length = 4096, bits = 0 } = {},
  ): { answer: Answer; bytes: Uint8Array<ArrayBuffer> } {
    const memory = new Uint8Array(length);
    // With the character that ends a name, which it is in the place of.
    const mark = new Uint8Array(10);
    new DataView(mark.buffer).setBigUint64(0, marker ?? 0n, true);
    const answer = this.transfer(
      handle,
      Kind.QUERY_DIRECTORY,
      memory,
      [QUERY_DIRECTORY.LENGTH, length],
      [QUERY_DIRECTORY.PATTERN, pattern === "" ? new Uint8Array() : utf16(pattern + "\0")],
      [QUERY_DIRECTORY.MARKER, marker === null ? new Uint8Array() : mark],
      [QUERY_DIRECTORY.BITS, bits],
    );
    return { answer, bytes: memory.subarray(0, answer.information) };
  }
}

/** What sharing is asked for beyond what the handle may do. */
function overwritingAccess({ disposition }: OpenOptions): number {
  if (disposition === Disposition.SUPERSEDE) return Access.DELETE;
  const overwrites = disposition === Disposition.OVERWRITE ||
    disposition === Disposition.OVERWRITE_IF;
  return overwrites ? Access.WRITE_DATA : 0;
}

/** What the driver says by itself. */
function failed(status: number): Answer {
  const bytes = new Uint8Array(RESPONSE.SIZE_OF);
  new DataView(bytes.buffer).setUint32(RESPONSE.STATUS, status, true);
  return new Answer(bytes);
}
