/**
 * What read(2) gives of a fanotify group: a record for each event, of struct fanotify_event_metadata.
 *
 * @module
 */

const METADATA = { LENGTH: 0, VERSION: 4, METADATA_LENGTH: 6, MASK: 8, FD: 16, PID: 20, BYTES: 24 };
const VERSION = 3;

export interface FanotifyRecord {
  readonly mask: number;
  /** The file, opened for whoever reads this, who has to close it; negative if it has none. */
  readonly fd: number;
  /** Process; 0 if it is of another PID namespace. */
  readonly pid: number;
}

/** Null: the kernel speaks another version, or the bytes break off. What was opened until there is in `records`. */
export function decodeFanotify(
  bytes: Uint8Array,
  length: number,
  records: FanotifyRecord[],
): true | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, Math.min(length, bytes.length));
  for (let at = 0; at < view.byteLength;) {
    if (at + METADATA.BYTES > view.byteLength) return null;
    const recordLength = view.getUint32(at + METADATA.LENGTH, true);
    if (view.getUint8(at + METADATA.VERSION) !== VERSION) return null;
    if (recordLength < METADATA.BYTES || at + recordLength > view.byteLength) return null;
    records.push({
      // No bit that is asked for is above these.
      mask: view.getUint32(at + METADATA.MASK, true),
      fd: view.getInt32(at + METADATA.FD, true),
      pid: view.getInt32(at + METADATA.PID, true),
    });
    at += recordLength;
  }
  return true;
}
