import type { ControlClient } from "../client.ts";

/** Calls the daemon, again if its server goes away meanwhile: then `isAgain`, as it may have been done. */
export type Ask = <T>(
  call: (client: ControlClient, isAgain: boolean) => Promise<T>,
) => Promise<T>;
