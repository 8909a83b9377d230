/**
 * A real mount served by the code for Windows.
 *
 * @module
 */

import { eventfd } from "../../../ffi/linux/descriptor.ts";
import { write } from "../../../ffi/linux/file.ts";
import { close } from "../../../ffi/linux/open.ts";
import { withBridgeMount } from "../../support/systems/bridge_mount.ts";
import { until } from "../../support/process.ts";
import type { OpenOptions } from "../driver_requests.ts";
import type { Begin, Order } from "./bridge_worker.ts";

interface Answer {
  readonly id: number;
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
  /** These are the rules from now on, as a file has them; "" for none. */
  rules(text: string): Promise<void>;
  /** Brings what was done in a branch into main. Resolves as {@linkcode rollback}. */
  merge(name: string): Promise<void>;
  /** Another program opens a file (a path of Windows), or cannot: the name of the status. */
  open(path: string, open?: OpenOptions): Promise<string>;
  /** It has it deleted, without POSIX semantics. */
  dispose(path: string): Promise<string>;
  close(path: string): Promise<string>;
}

/** Runs `use` with a mount whose tree is empty. Fails if the adapter does, or leaves something open. */
export async function withBridged(
  use: (bridged: Bridged) => Promise<void>,
  { at, ...options }: BridgedOptions = {},
): Promise<void> {
  const wake = eventfd(0, 0);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const begin: Omit<Begin, "fd"> = {
    owner: { uid: Deno.uid()!, gid: Deno.gid()! },
    caseSensitive: true,
    names: "linux",
    cacheSeconds: 3600,
    ...options,
    wake,
  };
  const module = new URL("bridge_worker.ts", import.meta.url);
  await withBridgeMount({
    system: "windows",
    module,
    at,
    begin: (fd) => ({ ...begin, fd }),
    heard: (data) => {
      const { id, result, error } = data as Answer;
      if (error === undefined) waiting.get(id)!.resolve(result);
      else waiting.get(id)!.reject(new Error(error));
    },
    failed: (error) => {
      for (const { reject } of waiting.values()) reject(error);
    },
  }, async ({ path, fd, worker }) => {
    let last = 0;
    const order = async <T>(order: Order): Promise<T> => {
      const asked = Promise.withResolvers<unknown>();
      waiting.set(++last, asked);
      worker.postMessage({ id: last, order });
      write(wake, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
      return await asked.promise as T;
    };
    const tell = (messages: readonly Uint8Array<ArrayBuffer>[]) => {
      // The kernel says that it does not know some of the names.
      for (const message of messages) write(fd, message);
    };
    await use({
      path,
      checkpoint: (branch = "main") => order({ does: "checkpoint", branch }),
      rollback: async (checkpoint, branch = "main") =>
        tell(await order({ does: "rollback", branch, checkpoint })),
      merge: async (name) => tell(await order({ does: "merge", name })),
      branch: (name, checkpoint) => order({ does: "branch", name, checkpoint }),
      open: (path, open = {}) => order({ does: "open", path, open }),
      rules: (text) => order({ does: "rules", text }),
      dispose: (path) => order({ does: "dispose", path }),
      close: (path) => order({ does: "close", path }),
    });
    // The kernel releases what is closed later, and not at all what is unmounted by then.
    await until("all is released", async () => await order({ does: "count" }) === 0);
  });
  close(wake);
}
