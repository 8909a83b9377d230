/**
 * What a handler works with.
 *
 * @module
 */

import type { NtStatus } from "../../../ffi/windows/nt_status.ts";
import { ntStatusOf } from "./nt_status_of.ts";
import type { Status } from "../../tree/status.ts";
import type { ViewTable } from "../views.ts";
import { wireNode } from "../views.ts";
import { layFileInfo } from "./attributes/file_info.ts";
import type { Act } from "./acts/act.ts";
import type { Removals } from "./acts/removals.ts";
import type { DirectoryWriter } from "./directory_writer.ts";
import type { FoldedNames } from "./names/folded_names.ts";
import type { OpenFile, Opens } from "./opens.ts";
import type { Request } from "./request.ts";
import type { Response } from "./response.ts";
import type { DriverMemory } from "./transport.ts";
import type { VirtualFile } from "./virtual_file.ts";
import type { Walked, Walker } from "./names/walk.ts";

/** Whose volume it is: there is one user. */
export interface VolumeOwner {
  /** As bytes. */
  readonly sid: Uint8Array<ArrayBuffer>;
  /** What files that are made get, as Linux is to see them. */
  readonly uid: number;
  readonly gid: number;
}

/** What `.agentvfs` does of what is done with files. */
export interface VirtualPart {
  layInfo(view: DataView, at: number, file: VirtualFile): void;
  read(context: Context, address: bigint, offset: number, length: number): number;
  /** `offset` null: at the end. */
  write(context: Context, offset: number | null, length: number): number;
  empty(file: VirtualFile): void;
  cut(file: VirtualFile, size: number): void;
  list(file: VirtualFile, writer: DirectoryWriter, marker: number): NtStatus;
}

/** Between a handler and the tree. */
export interface ActsPart {
  /**
   * A program is about to do this. Anything but SUCCESS is the handler's answer: rules refuse it, or the request was put aside until
   * filters have said what they think of it.
   */
  begin(act: Act): NtStatus | typeof WAITS | number;
  /** What is open may be deleted from now on: the rules have just allowed it, or are asked when it goes. */
  intend(file: OpenFile, isAskedLater: boolean): void;
  readonly removals: Pick<Removals, "of">;
}

/** In place of a status: the request is answered later. */
export const WAITS = -1;

export interface Context {
  readonly request: Request;
  readonly response: Response;
  readonly memory: DriverMemory;
  readonly views: ViewTable;
  readonly names: FoldedNames;
  readonly opens: Opens;
  readonly walker: Walker;
  readonly virtual: VirtualPart;
  readonly acts: ActsPart;
  readonly owner: VolumeOwner;
  /** Whether a caller's token is one of those that may use the volume. */
  readonly allows: (token: number) => boolean;
  readonly space: () => { readonly total: number; readonly free: number };
  /** Name of the volume. */
  label: string;
  /** What the request is about, if it is about something open. */
  file: OpenFile;
  /** A descriptor that each file has. */
  readonly descriptor: Uint8Array<ArrayBuffer>;
  /** The daemon, or the end of a rollback, is waited for. */
  readonly wait: (walked: Exclude<Walked, { readonly place: unknown }>) => number;
  /** Answers the request once the journals of these views are durable, with what `answer` lays. */
  readonly sync: (all: boolean, answer: () => void) => number;
}

export type Handler = (context: Context) => NtStatus | typeof WAITS | number;

/** Lays FILE_INFO of the open file at `at`, if that went well. */
export function withFileInfo(context: Context, at: number, status: NtStatus | number): number {
  if (status === 0) layOpenInfo(context, at);
  return status;
}

export function layOpenInfo({ response, names, file, virtual }: Context, at: number): void {
  const { view, inode } = file;
  if (file.virtual !== null) virtual.layInfo(response.view, at, file.virtual);
  else layFileInfo(response.view, at, view.tree, names, inode, wireNode(view.number, inode.nodeId));
}

export function withStatus(context: Context, at: number, status: Status): number {
  return withFileInfo(context, at, ntStatusOf(status));
}
