/**
 * The socket on which programs with the original's library for LD_PRELOAD tell what they do, a connection for each call. What the
 * rules of the policy deny in the mount is answered with a deny, which that library makes EACCES.
 *
 * @module
 */

import { monotonicTime } from "../../host/clock.ts";
import { listenLocal, type LocalListener } from "../../host/local_listener.ts";
import type { LocalConnection } from "../../host/local_socket.ts";
import { Peers } from "../../host/peers.ts";
import type { TelemetryEvent, Verdict } from "../../telemetry/event.ts";
import { WIRE_SIZE, wireEvent, WireVerdict } from "../../telemetry/preload_wire.ts";

/** As the original: how long a client may be silent, ms, and how many there may be. */
const IDLE_MS = 250;
const MOST_CLIENTS = 256;

export interface PreloadSocketOptions {
  /** What the rules say of it. */
  readonly verdict: (event: TelemetryEvent) => { verdict: Verdict; rule: string | null };
  readonly tell: (event: TelemetryEvent) => void;
}

export class PreloadSocket {
  readonly #listener: LocalListener;
  #clients = 0;
  #ended = false;

  private constructor(readonly path: string, readonly options: PreloadSocketOptions) {
    this.#listener = listenLocal(path);
    void this.#accept();
  }

  /** Takes the place of a socket on which nobody listens. Rejects if somebody does. */
  static async listen(path: string, options: PreloadSocketOptions): Promise<PreloadSocket> {
    try {
      (await Deno.connect({ transport: "unix", path })).close();
    } catch {
      await Deno.remove(path).catch(() => {});
      return new PreloadSocket(path, options);
    }
    throw new Error(`${path} is another program's`);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#listener.close();
    try {
      Deno.removeSync(this.path);
    } catch { /* somebody took it away */ }
  }

  async #accept(): Promise<void> {
    const peers = new Peers();
    while (!this.#ended) {
      let client: LocalConnection;
      try {
        client = await this.#listener.accept();
      } catch {
        return;
      }
      const [peer, ...others] = peers.accepted();
      const isKnown = peer !== undefined && others.length === 0;
      // Who it is has to be clear: the socket is the daemon's user's alone, as the original's.
      const isOurs = isKnown
        ? peer.uid === Deno.uid()
        : others.every(({ uid }) => uid === Deno.uid());
      if (!isOurs || this.#clients >= MOST_CLIENTS) {
        client.close();
        continue;
      }
      this.#clients++;
      void this.#serve(client, isKnown ? peer.pid : null).finally(() => this.#clients--);
    }
  }

  /** Answers message after message, until the client is silent for long or says what is none. */
  async #serve(client: LocalConnection, pid: number | null): Promise<void> {
    const message = new Uint8Array(WIRE_SIZE);
    let idle: ReturnType<typeof setTimeout> | undefined;
    const close = () => {
      try {
        client.close();
      } catch { /* it is closed */ }
    };
    try {
      while (true) {
        clearTimeout(idle);
        // A close alone waits for the read that is under way.
        idle = setTimeout(() => void client.closeWrite().catch(() => {}).finally(close), IDLE_MS);
        if (!await readWhole(client, message)) return;
        const claimed = wireEvent(message, monotonicTime());
        if (claimed === null) return;
        const event = pid === null ? claimed : withPeer(claimed, pid);
        const { verdict, rule } = this.options.verdict(event);
        this.options.tell({ ...event, verdict, ...(rule === null ? {} : { rule }) });
        await client.write(Uint8Array.of(WIRE[verdict]));
      }
    } catch {
      /* the client is gone */
    } finally {
      clearTimeout(idle);
      close();
    }
  }
}

const WIRE: Readonly<Record<Verdict, number>> = {
  allow: WireVerdict.ALLOW,
  watch: WireVerdict.WATCH,
  deny: WireVerdict.DENY,
};

/** What the kernel says of who it is counts, and what it claimed is kept. */
function withPeer(event: TelemetryEvent, pid: number): TelemetryEvent {
  const claimed = event.process?.pid;
  if (claimed === pid) return event;
  return { ...event, process: { pid }, extra: { ...event.extra, wire_pid: String(claimed) } };
}

async function readWhole(client: LocalConnection, into: Uint8Array): Promise<boolean> {
  for (let at = 0; at < into.length;) {
    const length = await client.read(into.subarray(at));
    if (length === null) return false;
    at += length;
  }
  return true;
}

/** Where the original's library looks for it. */
export function preloadSocketPath(): string {
  const named = Deno.env.get("CAS_PRELOAD_SOCKET");
  if (named) return named;
  const runtime = Deno.env.get("XDG_RUNTIME_DIR");
  return runtime ? `${runtime}/cas_preload.sock` : `/tmp/cas_preload-${Deno.uid()}.sock`;
}
