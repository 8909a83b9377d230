/**
 * Making files durable without waiting for it: Linux' own asynchronous I/O (io_submit(2), since 4.18 for fdatasync).
 *
 * @module
 */

import { bindLibc, check } from "./libc.ts";

const libc = bindLibc({
  io_setup: { name: "syscall", parameters: ["i64", "i64", "buffer"], result: "i32" },
  io_submit: { name: "syscall", parameters: ["i64", "i64", "i64", "buffer"], result: "i32" },
  io_getevents: {
    name: "syscall",
    parameters: ["i64", "i64", "i64", "i64", "buffer", "pointer"],
    result: "i32",
  },
});

/** Numbers of the system calls, which the C library does not wrap. */
const [SYS_IO_SETUP, SYS_IO_SUBMIT, SYS_IO_GETEVENTS] = Deno.build.arch === "aarch64"
  ? [0n, 2n, 4n] as const
  : [206n, 209n, 208n] as const;

/** struct iocb of linux/aio_abi.h. */
const IOCB = { SIZE: 64, DATA: 0, OPCODE: 16, FD: 20, FLAGS: 56, EVENT_FD: 60 } as const;
const IOCB_CMD_FDSYNC = 3;
const IOCB_FLAG_RESFD = 1;
/** struct io_event: u64 data, u64 obj, i64 res, i64 res2. */
const EVENT = { SIZE: 32, DATA: 0, RESULT: 16 } as const;

/** Most that are under way at once. */
const LIMIT = 64;

export class DataSyncs {
  readonly #iocb = new DataView(new ArrayBuffer(IOCB.SIZE));
  /** An array of one pointer, to the iocb. */
  readonly #iocbs = new Uint8Array(8);
  readonly #events = new Uint8Array(LIMIT * EVENT.SIZE);
  readonly #context: bigint;

  private constructor(context: bigint, eventFd: number) {
    this.#context = context;
    const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#iocb));
    new DataView(this.#iocbs.buffer).setBigUint64(0, BigInt(address), true);
    this.#iocb.setUint16(IOCB.OPCODE, IOCB_CMD_FDSYNC, true);
    this.#iocb.setUint32(IOCB.FLAGS, IOCB_FLAG_RESFD, true);
    this.#iocb.setUint32(IOCB.EVENT_FD, eventFd, true);
  }

  /** `eventFd` is readable whenever one has ended. A negative errno where the kernel, or a sandbox, refuses. */
  static open(eventFd: number): DataSyncs | number {
    const context = new Uint8Array(8);
    const result = check(libc.io_setup(SYS_IO_SETUP, BigInt(LIMIT), context));
    if (result < 0) return result;
    return new DataSyncs(new DataView(context.buffer).getBigUint64(0, true), eventFd);
  }

  /**
   * Begins fdatasync(2) of what has been written to `fd` so far; the descriptor may be closed meanwhile. `tag` is a u32
   * that tells which one has ended. A negative errno if it was not begun.
   */
  submit(fd: number, tag: number): number {
    this.#iocb.setUint32(IOCB.DATA, tag, true);
    this.#iocb.setUint32(IOCB.FD, fd, true);
    return check(libc.io_submit(SYS_IO_SUBMIT, this.#context, 1n, this.#iocbs));
  }

  /** Calls `ended` for each that has ended, with its tag and 0 or a negative errno. Does not wait. */
  reap(ended: (tag: number, result: number) => void): void {
    const events = this.#events;
    const count = check(
      libc.io_getevents(
        SYS_IO_GETEVENTS,
        this.#context,
        0n,
        BigInt(LIMIT),
        events,
        null,
      ),
    );
    const view = new DataView(events.slice(0, Math.max(0, count) * EVENT.SIZE).buffer);
    for (let at = 0; at < view.byteLength; at += EVENT.SIZE) {
      ended(view.getUint32(at + EVENT.DATA, true), view.getInt32(at + EVENT.RESULT, true));
    }
  }
}
