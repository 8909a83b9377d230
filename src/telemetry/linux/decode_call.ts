/**
 * What records of system calls have of their own: the call, as an event.
 *
 * @module
 */

import { CallHead, Head } from "../../../bpf/record.ts";
import type { TelemetryEvent } from "../event.ts";
import { describeCall } from "./describe_call.ts";
import { errorName } from "../../../ffi/linux/watch/error_name.ts";
import { FILE_CALL_OF } from "./file_calls.ts";
import { pathOf, recordString } from "./record_text.ts";

const MOST_ERRNO = 4095;

type Call = Pick<
  TelemetryEvent,
  "action" | "path" | "target" | "mode" | "flags" | "error" | "message"
>;

/** Null: it is no such record. */
export function decodeCall(record: Uint8Array, view: DataView): Call | null {
  if (record.length < CallHead.BYTES) return null;
  const call = FILE_CALL_OF.get(view.getUint32(CallHead.NUMBER, true));
  const [path, target, directory, end] = [
    Head.FILE_END,
    Head.EXECUTABLE_END,
    Head.DIRECTORY_END,
    CallHead.TARGET_DIRECTORY_END,
  ].map((at) => view.getUint16(at, true)) as [number, number, number, number];
  const isInOrder = CallHead.BYTES <= path && path <= target && target <= directory &&
    directory <= end && end <= record.length;
  const errno = view.getUint32(Head.VALUE, true);
  if (call === undefined || !isInOrder || errno > MOST_ERRNO) return null;
  const args = Array.from(
    { length: 6 },
    (_, i) => view.getBigUint64(CallHead.ARGUMENTS + 8 * i, true),
  );
  const texts = new Map<bigint, string>();
  if (call.target !== undefined && target > path) {
    texts.set(args[call.target]!, recordString(record, path, target));
  }
  if (call.path !== undefined && path > CallHead.BYTES) {
    texts.set(args[call.path]!, recordString(record, CallHead.BYTES, path));
  }
  const described = describeCall(call, args, {
    readString: (address) => texts.get(address) ?? null,
    // The program has put what is there into the place of the address.
    readBytes: (address) => new Uint8Array(new BigUint64Array([address]).buffer),
    // The program has looked up what each path is below.
    pathOf: (_, argument) =>
      argument === call.target
        ? walked(CallHead.TARGET_DIRECTORY_WHOLE, directory, end)
        : walked(Head.DIRECTORY_WHOLE, target, directory),
  });
  if (described === null) return null;
  return { ...described, error: errno === 0 ? 0 : errorName(errno) };

  function walked(whole: number, from: number, to: number): string | null {
    return record[whole] === 1 ? pathOf(record, from, to) : null;
  }
}
