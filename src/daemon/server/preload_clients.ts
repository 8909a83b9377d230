/**
 * Programs that have the original's library for LD_PRELOAD, where the source `ldpreload` is wanted.
 *
 * @module
 */

import { Operation } from "../../policy/operation.ts";
import type { Action, TelemetryEvent, Verdict } from "../../telemetry/event.ts";
import { PreloadSocket, preloadSocketPath } from "../telemetry/preload_socket.ts";
import { sourcePlaces } from "../telemetry/source_places.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

const OPERATIONS: { readonly [A in Action]?: number } = {
  read: Operation.READ,
  write: Operation.WRITE,
  open: Operation.READ,
  truncate: Operation.TRUNCATE,
};

export interface PreloadClientsOptions {
  readonly tell: (event: TelemetryEvent) => void;
  readonly judge: (path: string, operation: number) => { verdict: Verdict; rule: string | null };
}

/** Null where the source is not wanted, or its socket is another daemon's. */
export async function listenToPreload(
  config: DaemonConfig,
  { tell, judge }: PreloadClientsOptions,
): Promise<PreloadSocket | null> {
  const { level, sources } = config.telemetry;
  if (level === "off" || sources === "auto" || !sources.includes("ldpreload")) return null;
  const { own } = sourcePlaces(config);
  const verdict = ({ path = "", action }: TelemetryEvent) => {
    const place = own.find((place) => path.startsWith(`${place}/`));
    const operation = OPERATIONS[action];
    if (place === undefined || operation === undefined) {
      return { verdict: "allow" as const, rule: null };
    }
    return judge(path.slice(place.length + 1), operation);
  };
  try {
    return await PreloadSocket.listen(preloadSocketPath(), { tell, verdict });
  } catch (error) {
    console.error(`Nobody is listened to by the original's library: ${(error as Error).message}`);
    return null;
  }
}
