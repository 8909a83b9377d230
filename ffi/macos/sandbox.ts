/**
 * A process that gives up what it does not need: sandbox_init(3), and a limit of what it computes (setitimer(2)).
 *
 * @module
 */

import { cString } from "../binary_string.ts";
import { bindLibSystem } from "./libsystem.ts";

const libc = bindLibSystem({
  sandbox_init: { parameters: ["buffer", "u64", "buffer"], result: "i32" },
  setitimer: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
});

const SANDBOX_NAMED = 1n;
/** kSBXProfilePureComputation. */
const PURE_COMPUTATION = cString("pure-computation");

/** From now on this process can only compute, and use what it has open. False: that cannot be. */
export function onlyCompute(): boolean {
  return libc.sandbox_init(PURE_COMPUTATION, SANDBOX_NAMED, new Uint8Array(8)) === 0;
}

const ITIMER_VIRTUAL = 1;
/** struct itimerval: an interval, and the time left; seconds and microseconds each. */
const ITIMERVAL = { SIZE_OF: 32, LEFT_SECONDS: 16 } as const;
const timer = new Uint8Array(ITIMERVAL.SIZE_OF);

/** The process is ended by SIGVTALRM once it has computed for so long from now on; each call begins anew. */
export function limitComputing(seconds: number): void {
  new DataView(timer.buffer).setBigInt64(ITIMERVAL.LEFT_SECONDS, BigInt(seconds), true);
  libc.setitimer(ITIMER_VIRTUAL, timer, null);
}
