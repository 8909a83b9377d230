/**
 * Who did something, as an index has it: once for all that it did.
 *
 * @module
 */

import type { LoggedEvent } from "../logged_event.ts";

export interface Actor {
  readonly pid?: number;
  readonly name?: string;
  readonly parent?: number;
  /** Of the process: its number and when it was started. */
  readonly entity?: string;
  readonly branch?: string;
  readonly call?: string;
  readonly tool?: string;
  readonly calls?: readonly string[];
  /** Only the beginning of its arguments is known. */
  readonly cut?: true;
  /** It is this program that tells of itself. */
  readonly own?: true;
}

export function actorOf({ process, agentvfs, event }: LoggedEvent): Actor {
  const { pid, name, parent, entity_id: entity } = process ?? {};
  const { branch, call, tool, calls } = agentvfs;
  return {
    ...(pid === undefined ? {} : { pid }),
    ...(name === undefined ? {} : { name }),
    ...(parent === undefined ? {} : { parent: parent.pid }),
    ...(entity === undefined ? {} : { entity }),
    ...(branch === undefined ? {} : { branch }),
    ...(call === undefined ? {} : { call }),
    ...(tool === undefined ? {} : { tool }),
    ...(calls === undefined ? {} : { calls }),
    ...(process?.args_count === undefined ? {} : { cut: true }),
    ...(event.provider === "agentvfs" ? { own: true } : {}),
  };
}
