/**
 * How long CPUs of this machine may take to wake up: the kernel's PM QoS interface (Linux, `/dev/cpu_dma_latency`,
 * Documentation/power/pm_qos_interface.rst). With 0 us idle CPUs look for work instead of halting.
 *
 * A request lasts as long as the descriptor it was written to, so it ends with the process. Usually only root may.
 *
 * @module
 */

import { cString } from "../binary_string.ts";
import { write } from "./file.ts";
import { close, O_WRONLY, open } from "./open.ts";

export const CPU_LATENCY_DEVICE = "/dev/cpu_dma_latency";

/** Takes a request back (PM_QOS_DEFAULT_VALUE). */
const NO_REQUEST = -1;

export class CpuLatency {
  readonly #value = new Int32Array(1);
  readonly #bytes = new Uint8Array(this.#value.buffer);
  #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** A negative errno if this process may not, or the kernel has no such thing. */
  static open(): CpuLatency | number {
    const fd = open(cString(CPU_LATENCY_DEVICE), O_WRONLY);
    return fd < 0 ? fd : new CpuLatency(fd);
  }

  /** Asks for at most so many microseconds; null: no matter how many. False if the kernel refuses. */
  request(us: number | null): boolean {
    this.#value[0] = us ?? NO_REQUEST;
    return write(this.#fd, this.#bytes) === this.#bytes.length;
  }

  close(): void {
    close(this.#fd);
    this.#fd = -1;
  }
}

/** What lets idle CPUs sleep, and how: `haltpoll` in virtual machines, `intel_idle`, `none`, …; "" if it is not told. */
export function idleDriver(): string {
  try {
    return Deno.readTextFileSync("/sys/devices/system/cpu/cpuidle/current_driver").trim();
  } catch {
    return "";
  }
}
