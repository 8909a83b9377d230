/**
 * Faults that a test asks for: files in the directory `$FAULTS` that hold how often each is still to happen.
 *
 * @module
 */

const DIRECTORY = Deno.env.get("FAULTS")!;
/** How often a thread that has an event loop looks, ms. */
const LOOK_MS = 10;

export type Fault =
  /** The server's program ends with an error before it serves. */
  | "start"
  /** A promise of the server's main thread is rejected, and nobody has it. */
  | "rejection"
  /** A timer of the server's main thread throws. */
  | "exception"
  /** The same in the thread that stores. */
  | "background"
  /** The thread that answers the kernel throws while it takes a command. */
  | "command"
  /** The next server opens more than the main view. */
  | "view";

/** Asks for a fault. */
export function askFor(directory: string, fault: Fault, times = 1): void {
  Deno.writeTextFileSync(`${directory}/${fault}.new`, String(times));
  Deno.renameSync(`${directory}/${fault}.new`, `${directory}/${fault}`);
}

/** True if the fault is to happen now. */
export function takeFault(fault: Fault): boolean {
  const path = `${DIRECTORY}/${fault}`;
  let times: number;
  try {
    times = Number(Deno.readTextFileSync(path));
  } catch {
    return false;
  }
  if (times > 1) askFor(DIRECTORY, fault, times - 1);
  else Deno.removeSync(path);
  return true;
}

/** Lets `happen` happen whenever the fault is asked for. */
export function onFault(fault: Fault, happen: () => void): void {
  const timer = setInterval(() => {
    if (takeFault(fault)) happen();
  }, LOOK_MS);
  Deno.unrefTimer(timer);
}

export function injected(fault: Fault): Error {
  return new Error(`Injected: ${fault}`);
}
