import { ENDING_SIGNALS } from "../../host/signals.ts";

/** 128 and its number, by signal. */
const EXITS: Readonly<Partial<Record<Deno.Signal, number>>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  SIGBREAK: 149,
};

/** The signals by which a command is told to end, while it supervises programs that have to be ended first. */
export class Interruption {
  /** What the command ends with; null if no signal came. */
  exit: number | null = null;
  readonly #abort = new AbortController();
  readonly #listeners = ENDING_SIGNALS.map((signal) =>
    [signal, () => this.#interrupt(EXITS[signal]!)] as const
  );

  constructor() {
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Ends the program when a signal comes, or at once if one came already. */
  endOnSignal(child: Deno.ChildProcess): void {
    if (this.exit !== null) terminate(child);
    else this.signal.addEventListener("abort", () => terminate(child));
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }

  #interrupt(exit: number): void {
    this.exit ??= exit;
    this.#abort.abort();
  }
}

function terminate(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch { /* it has ended */ }
}
