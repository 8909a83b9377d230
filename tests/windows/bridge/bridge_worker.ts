/**
 * The thread that a volume is served by through a {@linkcode Bridge}. It waits for the kernel and for orders of the test, which
 * come as a knock, as the daemon's do.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { POLLIN, PollSet } from "../../../ffi/linux/descriptor.ts";
import { read } from "../../../ffi/linux/file.ts";
import { CONTROL, Kind, KNOCK_CODE } from "../../../ffi/windows/winfsp/protocol.ts";
import { readRequest, writeAnswer } from "../../support/systems/kernel_door.ts";
import { parsePolicy } from "../../../src/policy/parse_policy.ts";
import { Policy } from "../../../src/policy/policy.ts";
import type { Handle } from "../driver.ts";
import type { OpenOptions } from "../driver_requests.ts";
import { ruled } from "../ruled.ts";
import { statusName } from "../script.ts";
import { Bridge } from "./bridge.ts";
import { LINUX_NAMES, WINDOWS_NAMES } from "./name_rule.ts";
import { Volume } from "./volume.ts";

export interface Begin {
  readonly fd: number;
  /** An eventfd that is written to when there is an order. */
  readonly wake: number;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly caseSensitive: boolean;
  readonly names: "linux" | "windows";
  readonly cacheSeconds: number;
}

/** What a test asks for. */
export type Order =
  | { readonly does: "checkpoint"; readonly branch: string }
  | { readonly does: "rollback"; readonly branch: string; readonly checkpoint: number }
  | { readonly does: "branch"; readonly name: string; readonly checkpoint: number }
  | { readonly does: "merge"; readonly name: string }
  /** Another program of Windows opens something; it closes it when it is told to. */
  | { readonly does: "open"; readonly path: string; readonly open: OpenOptions }
  | { readonly does: "dispose" | "close"; readonly path: string }
  /** These are the rules from now on, as a file has them. */
  | { readonly does: "rules"; readonly text: string }
  /** How many handles the kernel has not given back yet. */
  | { readonly does: "count" };

let received = 0;
const orders: { readonly id: number; readonly order: Order }[] = [];

self.onmessage = ({ data }: MessageEvent<Begin | { id: number; order: Order }>) => {
  if ("order" in data) {
    received++;
    orders.push(data);
  } else void serve(data);
};
self.postMessage({ isReady: true });

async function serve(begin: Begin): Promise<void> {
  const { fd, wake, owner, caseSensitive, names, cacheSeconds } = begin;
  const { gate } = ruled(null);
  const volume: Volume = new Volume({
    caseSensitive,
    policy: gate,
    owner: { sid: new Uint8Array(), ...owner },
    onKnock: () => {
      for (const { id, order } of orders.splice(0)) carryOut(id, order);
    },
  });
  const { driver } = volume;
  const bridge = new Bridge({
    driver,
    owner,
    names: names === "linux" ? LINUX_NAMES : WINDOWS_NAMES,
    cacheSeconds,
  });
  const root = driver.open("").handle!;
  const held = new Map<string, Handle>();
  try {
    await loop();
    for (const handle of [root, ...held.values()]) driver.close(handle);
    if (volume.open > 0) throw new Error(`${volume.open} handles are open`);
    self.postMessage({ ended: true });
  } catch (error) {
    self.postMessage({ failed: error instanceof Error ? error.stack : String(error) });
  } finally {
    volume.close();
  }

  async function loop(): Promise<void> {
    const set = new PollSet([fd, wake]);
    const counter = new Uint8Array(8);
    let announced = 0;
    while (true) {
      set.wait(2, -1);
      if ((set.events(1) & POLLIN) !== 0) {
        read(wake, counter);
        announced += counter[0]!;
        // The orders that it was written for are on their way.
        while (received < announced) await new Promise((resolve) => setTimeout(resolve, 1));
        driver.about(root, Kind.DEVICE_CONTROL, [CONTROL.CODE, KNOCK_CODE]);
      }
      if (set.events(0) === 0) continue;
      const length = readRequest(fd, bridge.buffer);
      if (length === null) return;
      if (length === 0) continue;
      const answer = bridge.answer(length);
      if (answer !== null) writeAnswer(fd, answer);
    }
  }

  function carryOut(id: number, order: Order): void {
    try {
      self.postMessage({ id, result: resultOf(order) });
    } catch (error) {
      self.postMessage({ id, error: error instanceof Error ? error.stack : String(error) });
    }
  }

  function resultOf(order: Order): unknown {
    switch (order.does) {
      case "checkpoint":
        return volume.checkpoint(order.branch);
      case "rollback":
        return volume.rollback(order.branch, order.checkpoint).flatMap((l) => bridge.notices(l));
      case "branch":
        return volume.branch(order.name, order.checkpoint);
      case "merge":
        return volume.merge(order.name).flatMap((l) => bridge.notices(l));
      case "count":
        return volume.open - held.size - 1;
      case "rules":
        gate.policy = order.text === "" ? null : new Policy(parsePolicy(order.text), 1);
        return null;
      case "open": {
        const { answer, handle } = driver.open(order.path, order.open);
        if (handle !== null) held.set(order.path, handle);
        return statusName(answer.status);
      }
      case "dispose":
        return statusName(driver.dispose(held.get(order.path)!).status);
      case "close":
        driver.close(held.get(order.path)!);
        held.delete(order.path);
        return "SUCCESS";
    }
  }
}
