/**
 * Input and output that go on while the thread does: their ends come to one port, for which one thread of the runtime's waits,
 * however many there are.
 *
 * @module
 */

import { isSuccess, ntStatus } from "./nt_status.ts";
import { bindNtdll } from "./ntdll.ts";

const nt = bindNtdll({
  NtCreateIoCompletion: { parameters: ["buffer", "u32", "pointer", "u32"], result: "i32" },
  NtSetInformationFile: { parameters: ["u64", "buffer", "buffer", "u32", "u32"], result: "i32" },
});
const aside = bindNtdll({
  NtRemoveIoCompletion: {
    parameters: ["u64", "buffer", "buffer", "buffer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
});

const ALL_ACCESS = 0x1f0003;
/** FileCompletionInformation: the port, and a key that nobody here asks for. */
const COMPLETION = 30;

export interface Ended {
  readonly status: number;
  /** Bytes that came or went. */
  readonly count: number;
}

interface UnderWay {
  readonly resolve: (ended: Ended) => void;
  /** What the kernel writes to or reads from: it must stay. */
  readonly buffers: readonly Uint8Array<ArrayBuffer>[];
}

/** Begins something: it is given the number that comes back with its end, and where the kernel notes the end. */
export type Begin = (context: number, ended: Uint8Array<ArrayBuffer>) => number;

let port = 0;
let latest = 0;
let isWaiting = false;
const underWay = new Map<number, UnderWay>();

/** The ends of what is done with an open file come to the port from now on. Returns an NTSTATUS. */
export function watchEnds(handle: number): number {
  if (port === 0) {
    const made = new BigUint64Array(1);
    const status = nt.NtCreateIoCompletion(new Uint8Array(made.buffer), ALL_ACCESS, null, 0);
    if (!isSuccess(ntStatus(status))) return ntStatus(status);
    port = Number(made[0]);
  }
  const information = new Uint8Array(new BigUint64Array([BigInt(port), 0n]).buffer);
  const noted = new Uint8Array(16);
  return ntStatus(nt.NtSetInformationFile(BigInt(handle), noted, information, 16, COMPLETION));
}

/** Resolves when what `begin` has begun, with a file of {@linkcode watchEnds}, has ended. `bytes` are what it is about. */
export function whenEnded(bytes: Uint8Array<ArrayBuffer> | null, begin: Begin): Promise<Ended> {
  const ended = new Uint8Array(16);
  const context = ++latest;
  const { promise, resolve } = Promise.withResolvers<Ended>();
  underWay.set(context, { resolve, buffers: bytes === null ? [ended] : [ended, bytes] });
  const status = ntStatus(begin(context, ended));
  if (isSuccess(status)) {
    // Its end comes to the port, also where it has ended.
    void wait();
    return promise;
  }
  underWay.delete(context);
  return Promise.resolve({ status, count: 0 });
}

/** As long as something is under way. */
async function wait(): Promise<void> {
  if (isWaiting) return;
  isWaiting = true;
  const packet = new DataView(new ArrayBuffer(32));
  const [key, context, ended] = [0, 8, 16].map((at) =>
    new Uint8Array(packet.buffer, at, at === 16 ? 16 : 8)
  ) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  while (underWay.size > 0) {
    const status = ntStatus(
      await aside.NtRemoveIoCompletion(BigInt(port), key, context, ended, null),
    );
    if (!isSuccess(status)) break;
    const number = Number(packet.getBigUint64(8, true));
    const entry = underWay.get(number);
    underWay.delete(number);
    entry?.resolve({
      status: packet.getUint32(16, true),
      count: packet.getUint32(24, true),
    });
  }
  isWaiting = false;
}
