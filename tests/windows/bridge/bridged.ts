/**
 * A real mount served by the code for Windows.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { eventfd } from "../../../ffi/linux/descriptor.ts";
import { write } from "../../../ffi/linux/file.ts";
import { mountSession } from "../../../ffi/linux/libfuse3.ts";
import { close } from "../../../ffi/linux/open.ts";
import { unmount } from "../../../src/host/unmount.ts";
import { until } from "../../support/process.ts";
import { withTemporary } from "../../support/temporary.ts";
import type { OpenOptions } from "../driver.ts";
import type { Begin, Order } from "./bridge_worker.ts";

interface Said {
  readonly isReady?: boolean;
  readonly ended?: boolean;
  readonly open?: number;
  readonly failed?: string;
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
}

export type BridgedOptions = Partial<Omit<Begin, "fd" | "wake">> & {
  /** Where it is mounted; a new directory, if this is left out. */
  readonly at?: string;
};

/** A mount, and what can be done to it from behind. */
export interface Bridged {
  readonly path: string;
  checkpoint(branch?: string): Promise<number>;
  /** Resolves once Linux's kernel was told what the driver is told. */
  rollback(checkpoint: number, branch?: string): Promise<void>;
  /** Makes one, which is seen below `.agentvfs/branches`. */
  branch(name: string, checkpoint: number): Promise<void>;
  /** Another program opens a file (a path of Windows), or cannot: the name of the status. */
  open(path: string, open?: OpenOptions): Promise<string>;
  /** It has it deleted, without POSIX semantics. */
  dispose(path: string): Promise<string>;
  close(path: string): Promise<string>;
}

/** Runs `use` with a mount whose tree is empty. Fails if the adapter does, or leaves something open. */
export function withBridged(
  use: (bridged: Bridged) => Promise<void>,
  options: BridgedOptions = {},
): Promise<void> {
  return withTemporary(async (directory) => {
    await Deno.chmod(directory, 0o755);
    const path = options.at ?? `${directory}/mount`;
    await Deno.mkdir(path, { recursive: true });
    const worker = new Worker(new URL("bridge_worker.ts", import.meta.url), { type: "module" });
    const waiting = new Map<number, PromiseWithResolvers<unknown>>();
    let failed: string | null = null;
    let device = -1;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
    worker.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.isReady) return isReady();
      const asked = waiting.get(data.id ?? 0);
      if (asked !== undefined) {
        return data.error === undefined
          ? asked.resolve(data.result)
          : asked.reject(new Error(data.error));
      }
      failed = data.failed ?? (data.open === 0 ? null : `${data.open} handles are open`);
      for (const { reject } of waiting.values()) reject(new Error(failed ?? "It ended"));
      // Nobody answers any more: who waits is to be told.
      if (failed !== null) {
        console.error(failed);
        close(device);
      }
      end();
    };
    await ready;
    const session = mountSession(binaryString(path), [
      "fsname=agentvfs-bridge",
      "subtype=agentvfs",
      "default_permissions",
      "allow_other",
    ]);
    if (session === null) throw new Error("Cannot mount");
    const { fd } = session;
    device = fd;
    const wake = eventfd(0, 0);
    const begin: Begin = {
      owner: { uid: Deno.uid()!, gid: Deno.gid()! },
      caseSensitive: true,
      names: "linux",
      cacheSeconds: 3600,
      ...options,
      fd,
      wake,
    };
    worker.postMessage(begin);
    let last = 0;
    const order = async <T>(order: Order): Promise<T> => {
      const asked = Promise.withResolvers<unknown>();
      waiting.set(++last, asked);
      worker.postMessage({ id: last, order });
      write(wake, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
      return await asked.promise as T;
    };
    try {
      await use({
        path,
        checkpoint: (branch = "main") => order({ does: "checkpoint", branch }),
        rollback: async (checkpoint, branch = "main") => {
          const messages = await order<Uint8Array<ArrayBuffer>[]>({
            does: "rollback",
            branch,
            checkpoint,
          });
          // The kernel says that it does not know some of the names.
          for (const message of messages) write(fd, message);
        },
        branch: (name, checkpoint) => order({ does: "branch", name, checkpoint }),
        open: (path, open = {}) => order({ does: "open", path, open }),
        dispose: (path) => order({ does: "dispose", path }),
        close: (path) => order({ does: "close", path }),
      });
      // The kernel releases what is closed later, and not at all what is unmounted by then.
      await until("all is released", async () => await order({ does: "count" }) === 0);
    } finally {
      await unmount(path, true);
      await ended;
      worker.terminate();
      close(wake);
    }
    if (failed !== null) throw new Error(failed);
  });
}
