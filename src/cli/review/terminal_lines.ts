/**
 * Lines that somebody types, one for each question.
 *
 * @module
 */

import { ENDING_SIGNALS } from "../../host/signals.ts";
import { print } from "../print/output.ts";

/** A line; null at the end of what is typed; or that a signal came. */
export type Typed = { readonly text: string } | null | "interrupted";

/** While it is in use Ctrl-C and the like are an answer, and do not end the program. */
export class TerminalLines implements Disposable {
  readonly #decoder = new TextDecoder();
  #typed = "";
  readonly #interrupted = Promise.withResolvers<"interrupted">();
  readonly #interrupt = () => this.#interrupted.resolve("interrupted");

  constructor() {
    for (const signal of ENDING_SIGNALS) Deno.addSignalListener(signal, this.#interrupt);
  }

  [Symbol.dispose](): void {
    for (const signal of ENDING_SIGNALS) Deno.removeSignalListener(signal, this.#interrupt);
  }

  async ask(prompt: string): Promise<Typed> {
    Deno.stdout.writeSync(new TextEncoder().encode(prompt));
    const typed = await Promise.race([this.#line(), this.#interrupted.promise]);
    if (typed === null || typed === "interrupted") print("");
    return typed;
  }

  async #line(): Promise<Typed> {
    const bytes = new Uint8Array(4096);
    while (true) {
      const end = this.#typed.indexOf("\n");
      if (end >= 0) {
        const text = this.#typed.slice(0, end);
        this.#typed = this.#typed.slice(end + 1);
        return { text };
      }
      const count = await Deno.stdin.read(bytes);
      if (count === null) return null;
      this.#typed += this.#decoder.decode(bytes.subarray(0, count), { stream: true });
    }
  }
}
