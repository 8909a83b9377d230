/**
 * Lists of FSP_FSCTL_NOTIFY_INFO: which names are others now. A name that begins with `\` is from the root of the volume;
 * the others are below the last of those in the same list. What ends with a u16 0 ends the telling, for the length of which
 * renames wait.
 *
 * @module
 */

import { NOTIFY_INFO } from "./protocol.ts";

export interface NameNotice {
  readonly filter: number;
  readonly action: number;
  /** As Windows is shown it. */
  readonly name: string;
}

/** Ends a telling. */
export const NOTIFY_END = new Uint8Array(2);

/** The bytes that a notice takes. */
export function noticeSize({ name }: NameNotice): number {
  return (NOTIFY_INFO.NAME + 2 * name.length + 7) & ~7;
}

export function layNotices(notices: readonly NameNotice[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(notices.reduce((sum, notice) => sum + noticeSize(notice), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const notice of notices) {
    const { filter, action, name } = notice;
    view.setUint16(at + NOTIFY_INFO.SIZE, NOTIFY_INFO.NAME + 2 * name.length, true);
    view.setUint32(at + NOTIFY_INFO.FILTER, filter, true);
    view.setUint32(at + NOTIFY_INFO.ACTION, action, true);
    for (let i = 0; i < name.length; i++) {
      view.setUint16(at + NOTIFY_INFO.NAME + 2 * i, name.charCodeAt(i), true);
    }
    at += noticeSize(notice);
  }
  return bytes;
}
