/**
 * Keeps idle CPUs from halting while many requests come.
 *
 * Who asks and who answers sleep by turns, and to wake one up on a CPU that has halted takes a virtual machine longer
 * than to answer. So while many requests come in a short time the kernel is told that nobody may take long to wake up:
 * idle CPUs then look for work instead. That takes the time of all of them, so it ends soon after the requests do.
 *
 * Nothing happens per request: the thread that answers comes by when it was woken up.
 *
 * @module
 */

import { CPU_LATENCY_DEVICE, CpuLatency, idleDriver } from "../../../ffi/linux/cpu_latency.ts";

export { CPU_LATENCY_DEVICE };

/** So many requests ... */
const MANY_REQUESTS = 20;
/** ... within so long, ms, are many: to wake up for each would take a tenth of that time, or more. */
const WINDOW_MS = 10;
/** CPUs may halt again when no request came for so long, ms. */
export const HOLD_MS = 20;
/** What halts the CPUs of a virtual machine. Only there was it measured. */
const DRIVER = "haltpoll";
/** Of more CPUs most would look for work that never comes. */
const MOST_CPUS = 16;

export class KeepAwake {
  #isOn = false;
  #isRefused = false;
  /** When the window began, ms, and how many requests there had been. */
  #begun = 0;
  #before = 0;

  /** `set` tells the kernel; false if it refuses. */
  constructor(readonly set: (on: boolean) => boolean) {}

  /** While true {@linkcode nothing} has to be called once nothing came for {@linkcode HOLD_MS}. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** The thread was woken up by a request at `now` (`performance.now()`), after it had answered `served` in all. */
  woken(now: number, served: number): void {
    const came = served - this.#before;
    const isOver = now - this.#begun >= WINDOW_MS;
    if (!isOver && (this.#isOn || came < MANY_REQUESTS)) return;
    const many = came >= MANY_REQUESTS && now - this.#begun < 2 * WINDOW_MS;
    this.#begun = now;
    this.#before = served;
    if (many === this.#isOn || this.#isRefused) return;
    this.#isRefused = !this.set(many);
    this.#isOn = many && !this.#isRefused;
  }

  nothing(): void {
    if (this.#isOn) this.set(false);
    this.#isOn = false;
  }
}

/** Why idle CPUs of this machine are not to be kept awake; null if they are. */
export function whyNotAwake(
  driver = idleDriver(),
  cpus = navigator.hardwareConcurrency,
): string | null {
  if (driver !== DRIVER) {
    return `this machine's CPUs idle by ${driver || "no driver"}, not ${DRIVER}`;
  }
  if (cpus > MOST_CPUS) return `that would be ${cpus} CPUs at once`;
  return null;
}

/** Null where that is of no use, or not allowed. */
export function systemKeepAwake(): KeepAwake | null {
  const latency = whyNotAwake() === null ? CpuLatency.open() : null;
  if (!(latency instanceof CpuLatency)) return null;
  return new KeepAwake((on) => latency.request(on ? 0 : null));
}
