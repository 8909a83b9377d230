/**
 * What programs do with files of a volume, in the words of NT: handles for as long as something is done, and what is read and
 * set through them. Failures are thrown by their status.
 *
 * @module
 */

import {
  type ExtendedAttribute,
  layExtendedAttributes,
  parseExtendedAttributes,
} from "../../../ffi/windows/extended_attributes.ts";
import {
  Access,
  CreateOption,
  Disposition,
  DispositionFlag,
  InformationClass,
  ReparseControl,
  ReparseTag,
} from "../../../ffi/windows/nt_file.ts";
import { isSuccess, NtStatus } from "../../../ffi/windows/nt_status.ts";
import { parseReparseData, parseSymlinkData } from "../../../ffi/windows/reparse_data.ts";
import {
  CONTROL,
  CreateBit,
  CREATED,
  EA,
  FILE_INFO,
  KEEP_ATTRIBUTES,
  Kind,
  RESPONSE,
  SET_INFORMATION,
} from "../../../ffi/windows/winfsp/protocol.ts";
import { S_IFLNK } from "../../../src/store/trees/entry.ts";
import { storedTarget } from "../../../ffi/windows/symlink_target.ts";
import type { Driver, Handle } from "../driver.ts";
import type { Answer, OpenOptions } from "../driver_requests.ts";
import { type LinuxAttributes, linuxAttributes } from "./linux_attributes.ts";

/** A request was refused. */
export class Refused extends Error {
  constructor(readonly status: number) {
    super(`status 0x${status.toString(16)}`);
  }
}

export interface Opened {
  readonly handle: Handle;
  readonly answer: Answer;
}

export class VolumeFiles {
  constructor(
    readonly driver: Driver,
    readonly owner: { readonly uid: number; readonly gid: number },
  ) {}

  /** Links are opened themselves. */
  open(path: string, { options = 0, ...open }: OpenOptions): Opened {
    const { handle, answer } = this.driver.open(path, {
      ...open,
      options: options | CreateOption.OPEN_REPARSE_POINT,
    });
    if (handle === null) throw new Refused(answer.status);
    return { handle, answer };
  }

  with<T>(path: string, open: OpenOptions, use: (opened: Opened) => T): T {
    const opened = this.open(path, open);
    try {
      return use(opened);
    } finally {
      this.driver.close(opened.handle);
    }
  }

  /** As opening has told it. */
  attributesOf({ handle, answer }: Opened): LinuxAttributes {
    return this.#attributes(handle, answer.view, CREATED.FILE_INFO);
  }

  query(handle: Handle): LinuxAttributes {
    const answer = must(this.driver.about(handle, Kind.QUERY_INFORMATION));
    return this.#attributes(handle, answer.view, RESPONSE.BODY);
  }

  #attributes(handle: Handle, view: DataView, at: number): LinuxAttributes {
    const eas = view.getUint32(at + FILE_INFO.EA_SIZE, true) === 0 ? [] : this.eas(handle);
    const attributes = linuxAttributes(view, at, eas, this.owner);
    const isLink = (attributes.mode & S_IFLNK) === S_IFLNK;
    return isLink ? { ...attributes, size: BigInt(this.target(handle).length) } : attributes;
  }

  eas(handle: Handle): ExtendedAttribute[] {
    const answer = this.driver.about(handle, Kind.QUERY_EA);
    if (answer.status === NtStatus.NO_EAS_ON_FILE) return [];
    return parseExtendedAttributes(must(answer).buffer(EA.QUERIED)) ?? [];
  }

  setEas(handle: Handle, eas: readonly ExtendedAttribute[]): void {
    must(this.driver.about(handle, Kind.SET_EA, [EA.SET, layExtendedAttributes(eas)]));
  }

  /** As it is stored. */
  target(handle: Handle): string {
    const answer = must(this.#control(handle, ReparseControl.GET, new Uint8Array()));
    const parsed = parseReparseData(answer.buffer(RESPONSE.BODY));
    const link = parsed?.tag === ReparseTag.SYMLINK ? parseSymlinkData(parsed.data) : null;
    if (link === null) throw new Refused(NtStatus.NOT_A_REPARSE_POINT);
    return storedTarget(link);
  }

  /** Makes what stands for something else. */
  makeReparse(path: string, data: Uint8Array<ArrayBuffer>, eas: Uint8Array<ArrayBuffer>): void {
    const open = {
      disposition: Disposition.CREATE,
      options: CreateOption.NON_DIRECTORY_FILE,
      access: Access.WRITE_ATTRIBUTES | Access.DELETE,
      ea: eas,
    };
    this.with(path, open, ({ handle }) => {
      const { status } = this.#control(handle, ReparseControl.SET, data);
      if (isSuccess(status)) return;
      this.driver.dispose(handle, DispositionFlag.DELETE);
      throw new Refused(status);
    });
  }

  #control(handle: Handle, code: number, data: Uint8Array<ArrayBuffer>): Answer {
    return this.driver.about(
      handle,
      Kind.FILE_SYSTEM_CONTROL,
      [CONTROL.CODE, code],
      [CONTROL.BUFFER, data],
    );
  }

  resize(handle: Handle, size: bigint): void {
    must(
      this.driver.setInformation(handle, InformationClass.END_OF_FILE, [
        SET_INFORMATION.VALUE,
        size,
      ]),
    );
  }

  /** FILETIMEs; 0 keeps one. */
  setTimes(handle: Handle, access: bigint, write: bigint): void {
    must(this.driver.setInformation(
      handle,
      InformationClass.BASIC,
      [SET_INFORMATION.ATTRIBUTES, KEEP_ATTRIBUTES],
      [SET_INFORMATION.ACCESS, access],
      [SET_INFORMATION.WRITE, write],
    ));
  }

  /** With POSIX semantics: the name is gone with this, whoever has it open. */
  remove(path: string, isDirectory: boolean): void {
    const options = isDirectory ? CreateOption.DIRECTORY_FILE : CreateOption.NON_DIRECTORY_FILE;
    const flags = DispositionFlag.DELETE | DispositionFlag.POSIX | DispositionFlag.IGNORE_READONLY;
    this.with(path, { options, access: Access.DELETE }, ({ handle }) => {
      must(this.driver.dispose(handle, flags));
    });
  }

  /** As the system renames: it has the directory of the new name opened first. */
  rename(path: string, newPath: string, flags: number): void {
    this.with(path, { access: Access.DELETE }, ({ handle }) =>
      this.with(
        newPath,
        { bits: CreateBit.OPEN_TARGET_DIRECTORY, access: Access.WRITE_DATA },
        () => must(this.driver.rename(handle, newPath, flags)),
      ));
  }
}

export function must(answer: Answer): Answer {
  if (!isSuccess(answer.status)) throw new Refused(answer.status);
  return answer;
}
