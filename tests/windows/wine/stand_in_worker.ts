/** The thread that answers requests: it waits in the library, and tells when it was woken. */

import { NtStatus } from "../../../ffi/windows/nt_status.ts";
import { openWinFsp } from "../../../ffi/windows/winfsp/library.ts";
import {
  CONTROL,
  CREATED,
  Kind,
  KNOCK_CODE,
  TRANSFER,
} from "../../../ffi/windows/winfsp/protocol.ts";
import { DriverTransport } from "../../../src/mount/windows/driver_transport.ts";
import { Request } from "../../../src/mount/windows/request.ts";
import { Response } from "../../../src/mount/windows/response.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<{ handle: bigint; library: string }>) => void) | null;
  postMessage(message: unknown): void;
};

scope.onmessage = ({ data: { handle, library } }) => {
  const transport = new DriverTransport(openWinFsp([library]), handle);
  const [request, response] = [new Request(), new Response()];
  let file = new Uint8Array(0);
  let idle = 0;
  scope.postMessage({ ready: true });
  let answer: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  for (;;) {
    const length = transport.transact(answer, request.bytes);
    if (length < 0) break;
    answer = new Uint8Array(0);
    if (length === 0) {
      idle++;
      continue;
    }
    if (!request.begin(length)) throw new Error(`A request of ${length} bytes is not whole`);
    response.begin(request.kind, request.hint);
    answer = response.finish(carryOut());
  }
  scope.postMessage({ ended: true, idle });

  function carryOut(): number {
    const { kind } = request;
    const [address, size] = [request.bigint(TRANSFER.ADDRESS), request.u32(TRANSFER.LENGTH)];
    if (kind === Kind.CREATE) {
      response.bigint(CREATED.CONTEXT, 7n);
      response.bigint(CREATED.HANDLE, 2n ** 40n + 9n);
      response.information = 2;
    } else if (kind === Kind.WRITE) {
      file = new Uint8Array(size);
      transport.load(address, file);
      response.information = size;
    } else if (kind === Kind.READ) {
      transport.store(address, file.subarray(0, size));
      response.information = Math.min(size, file.length);
    } else if (kind === Kind.DEVICE_CONTROL && request.u32(CONTROL.CODE) === KNOCK_CODE) {
      scope.postMessage({ knocked: true });
    } else if (kind !== Kind.FLUSH_BUFFERS) {
      return NtStatus.INVALID_DEVICE_REQUEST;
    }
    return NtStatus.SUCCESS;
  }
};
