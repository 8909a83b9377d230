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
/** Longest time that sending may take, and pauses before it is tried again, the last one from then on, ms. */
const SEND_DEADLINE_MS = 5_000;
const PAUSES_MS = [200, 1_000, 5_000];
/** Longest time that a receiver may ask to be left alone, ms. */
const LONGEST_PAUSE_MS = 300_000;

/** It may work later. `afterMs`: the receiver said when. */
class Later extends Error {
  constructor(message: string, readonly afterMs: number | null = null) {
    super(message);
  }
}

/** The receiver took the others. */
class Rejected extends Error {
  constructor(message: string, readonly count: number) {
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
  /** Resolves when there is no time left to try again. */
  readonly #end = Promise.withResolvers<void>();
  #ended = false;
  /** It is said that they wait. */
  #isLate = false;

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

  /** Sends what there is, once: what fails is given up. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#end.resolve();
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#sendBatch(this.#waiting.splice(0, BATCH));
  }

  /** What may be taken later waits for that: there is a bound to what waits. */
  async #sendBatch(lines: readonly string[]): Promise<void> {
    for (let attempt = 0;; attempt++) {
      try {
        await this.send(lines);
        this.#isLate = false;
        return this.#tellLost();
      } catch (error) {
        const { message } = error as Error;
        if (error instanceof Rejected) return this.#lose(error.count, message);
        if (!(error instanceof Later)) return this.#lose(lines.length, message);
        if (this.#ended) {
          return this.#lose(lines.length + this.#waiting.splice(0).length, message);
        }
        this.#sayLate(message);
        const pause = error.afterMs ?? PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]!;
        await this.#pause(Math.min(pause, LONGEST_PAUSE_MS));
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
    await Promise.race([over, this.#end.promise]);
    clearTimeout(timer);
  }

  #sayLate(why: string): void {
    if (!this.#isLate) console.log(`Events wait for ${this.choice.place}: ${why}`);
    this.#isLate = true;
  }

  /** Only once it works again: each time that it does not would else be an event, which is not taken either. */
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
const LOGS = "/v1/logs";

function toCollector(url: string, workspace: string): Send {
  const place = url.replace(/\/+$/, "");
  const target = place.endsWith(LOGS) ? place : place + LOGS;
  return async (lines) => {
    const events = lines.map(parseLoggedEvent).filter((event) => event !== null);
    const json = new Blob([JSON.stringify(otlpLogs(events, workspace))]);
    const body = await new Response(json.stream().pipeThrough(new CompressionStream("gzip")))
      .arrayBuffer();
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    const signal = AbortSignal.timeout(SEND_DEADLINE_MS);
    let response: Response;
    let answer: string;
    try {
      response = await fetch(target, { method: "POST", headers, body, signal });
      answer = await response.text();
    } catch (error) {
      throw new Later((error as Error).message);
    }
    const said = `${target} answers ${response.status}`;
    if (TRY_AGAIN.has(response.status)) throw new Later(said, retryAfter(response.headers));
    if (!response.ok) throw new Error(said);
    const { count, why } = rejectedOf(answer);
    if (count > 0) throw new Rejected(`${target} takes all but ${count}: ${why}`, count);
  };
}

/** Ms: seconds, or a date; null where it is not said. */
function retryAfter(headers: Headers): number | null {
  const said = headers.get("retry-after");
  if (said === null) return null;
  const seconds = /^\d+$/.test(said) ? Number(said) : (Date.parse(said) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : null;
}

/** What a collector that takes a request does not take of it (`ExportLogsServiceResponse`). */
function rejectedOf(answer: string): { count: number; why: string } {
  try {
    const { rejectedLogRecords, errorMessage } = JSON.parse(answer).partialSuccess;
    const count = Number(rejectedLogRecords);
    return { count: Number.isSafeInteger(count) ? count : 0, why: String(errorMessage) };
  } catch {
    return { count: 0, why: "" };
  }
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
