/**
 * A python script that answers line by line: for what has to stay open, mapped or entered while the test does other
 * things.
 *
 * @module
 */

import { PYTHON } from "./python.ts";

const DEADLINE_MS = 120_000;

export interface ConversationOptions {
  readonly cwd?: string;
  readonly deadlineMs?: number;
  /** Instead of python as it is installed. */
  readonly program?: string;
  readonly env?: Record<string, string>;
}

/** The script reads one JSON value a line and answers each with one. */
export class Conversation {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #unread = "";

  /** `command`: arguments of python, for example `["-c", script]`. */
  constructor(command: readonly string[], options: ConversationOptions = {}) {
    this.#child = new Deno.Command(options.program ?? PYTHON, {
      args: [...command],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? {},
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  readonly deadlineMs: number;

  get pid(): number {
    return this.#child.pid;
  }

  // deno-lint-ignore no-explicit-any
  async ask(question: unknown): Promise<any> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify(question) + "\n"));
    return JSON.parse(await this.#line());
  }

  async #line(): Promise<string> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`The script did not answer within ${this.deadlineMs} ms`);
      timer = setTimeout(() => reject(error), this.deadlineMs);
    });
    try {
      while (!this.#unread.includes("\n")) {
        const { value, done } = await Promise.race([this.#output.read(), late]);
        if (done) throw new Error("The script ended");
        this.#unread += value;
      }
    } finally {
      clearTimeout(timer);
    }
    const end = this.#unread.indexOf("\n");
    const line = this.#unread.slice(0, end);
    this.#unread = this.#unread.slice(end + 1);
    return line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async end(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch { /* it has ended */ }
    await this.#input.abort().catch(() => {});
    await this.#output.cancel().catch(() => {});
    await this.#child.status;
  }
}

/** Runs `body` with a script, which ends afterwards whatever happens. */
export async function withConversation<T>(
  command: readonly string[],
  options: ConversationOptions,
  body: (conversation: Conversation) => Promise<T>,
): Promise<T> {
  const conversation = new Conversation(command, options);
  try {
    return await body(conversation);
  } finally {
    await conversation.end();
  }
}
