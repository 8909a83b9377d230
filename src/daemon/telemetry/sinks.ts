/**
 * Where events go beside the log: a collector of OpenTelemetry, a Unix socket, standard output.
 *
 * Each has a queue of its own that is bounded. What does not fit, or cannot be sent, is dropped and counted: nobody waits.
 *
 * @module
 */

import { parseLoggedEvent } from "../../telemetry/logged_event.ts";
import { otlpLogs } from "../../telemetry/log/otlp.ts";
import type { SinkChoice } from "../../telemetry/telemetry_choice.ts";

/** Lines that wait for a sink. */
const MOST_WAITING = 16_384;
/** Lines that are sent at once. */
const BATCH = 512;
/** Longest time that sending may take, and pauses between attempts, ms. */
const SEND_DEADLINE_MS = 5_000;
const PAUSES_MS = [200, 1_000, 5_000];

/** It may work later. `afterMs`: the receiver said when. */
class Later extends Error {
  constructor(message: string, readonly afterMs: number | null = null) {
    super(message);
  }
}

type Send = (lines: readonly string[]) => Promise<void>;

export class Sink {
  #waiting: string[] = [];
  #sending: Promise<void> | null = null;
  #lost = 0;
  /** Why the last of them were lost; "": none are that were not told of. */
  #why = "";
  #ended = false;

  /** `onLost` is told of what was dropped, once something can be sent again. */
  constructor(
    readonly choice: SinkChoice,
    readonly send: Send,
    readonly onLost: (count: number, why: string) => void,
  ) {}

  put(lines: readonly string[]): void {
    const room = MOST_WAITING - this.#waiting.length;
    if (room < lines.length) this.#lose(lines.length - room, "it is too slow");
    this.#waiting.push(...lines.slice(0, room));
    this.#sending ??= this.#sendAll().finally(() => this.#sending = null);
  }

  /** Sends what there is, once. Resolves within a deadline. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting.splice(0, BATCH);
      const why = await this.#attempt(lines);
      if (why === null) this.#tellLost();
      else this.#lose(lines.length, why);
    }
  }

  /** Null, or why it was given up. */
  async #attempt(lines: readonly string[]): Promise<string | null> {
    for (const pause of [...PAUSES_MS, null]) {
      try {
        await this.send(lines);
        return null;
      } catch (error) {
        const { message } = error as Error;
        if (!(error instanceof Later) || pause === null || this.#ended) return message;
        const ms = Math.min(error.afterMs ?? pause, PAUSES_MS.at(-1)!);
        await new Promise((resolve) => setTimeout(resolve, ms));
      }
    }
    return "it was given up";
  }

  /** Only once it works again: each time that it does not would else be an event, which is not sent either. */
  #tellLost(): void {
    if (this.#lost > 0) this.onLost(this.#lost, `${this.choice.kind}: ${this.#why}`);
    this.#lost = 0;
    this.#why = "";
  }

  #lose(count: number, why: string): void {
    this.#lost += count;
    const isSaid = this.#why !== "";
    this.#why = why;
    if (isSaid) return;
    console.log(`Events are not sent to ${this.choice.place}: ${why}`);
  }
}

export function openSink(
  choice: SinkChoice,
  workspace: string,
  onLost: (count: number, why: string) => void,
): Sink {
  const send = {
    otlp: () => toCollector(choice.place, workspace),
    unix: () => toSocket(choice.place),
    stdout: () => toStandardOutput(),
  }[choice.kind]();
  return new Sink(choice, send, onLost);
}

const TRY_AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

function toCollector(url: string, workspace: string): Send {
  const target = `${url.replace(/\/+$/, "")}/v1/logs`;
  return async (lines) => {
    const events = lines.map(parseLoggedEvent).filter((event) => event !== null);
    const json = new Blob([JSON.stringify(otlpLogs(events, workspace))]);
    const body = await new Response(json.stream().pipeThrough(new CompressionStream("gzip")))
      .arrayBuffer();
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    const signal = AbortSignal.timeout(SEND_DEADLINE_MS);
    let response: Response;
    try {
      response = await fetch(target, { method: "POST", headers, body, signal });
    } catch (error) {
      throw new Later((error as Error).message);
    }
    await response.body?.cancel();
    if (response.ok) return;
    const seconds = Number(response.headers.get("retry-after") ?? NaN);
    const said = `${target} answers ${response.status}`;
    if (!TRY_AGAIN.has(response.status)) throw new Error(said);
    throw new Later(said, Number.isFinite(seconds) ? seconds * 1000 : null);
  };
}

const encoder = new TextEncoder();

function toSocket(path: string): Send {
  let connection: Deno.UnixConn | null = null;
  return async (lines) => {
    try {
      connection ??= await Deno.connect({ transport: "unix", path });
      const bytes = encoder.encode(lines.map((line) => `${line}\n`).join(""));
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    } catch (error) {
      connection?.close();
      connection = null;
      throw new Later((error as Error).message);
    }
  };
}

function toStandardOutput(): Send {
  return async (lines) => {
    const bytes = encoder.encode(lines.map((line) => `${line}\n`).join(""));
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  };
}
