/**
 * A session that the real driver asks.
 *
 * @module
 */

import { tokenUsers } from "../../../ffi/windows/winfsp/token_user.ts";
import { ownerOnly } from "./access.ts";
import { CASE_SENSITIVE, library } from "./device.ts";
import { DriverTransport } from "./driver_transport.ts";
import { WindowsSession, type WindowsSessionOptions } from "./session.ts";

type Given = Pick<
  WindowsSessionOptions,
  | "views"
  | "space"
  | "label"
  | "ask"
  | "policy"
  | "recorder"
  | "witnesses"
  | "counters"
  | "onFiltersWait"
  | "onKnock"
  | "onIdle"
  | "onRemoving"
>;

/** Longest name that a volume may have, characters. */
const LABEL_LENGTH = 32;

/** `volume`: as the process's main thread made it. It is this process's user's. */
export function driverSession({ volume, label, ...given }: Given & { volume: number }) {
  const users = tokenUsers();
  const sid = users.self();
  const transport = new DriverTransport(library(), BigInt(volume));
  return new WindowsSession({
    ...given,
    transport,
    memory: transport,
    owner: { sid, uid: 0, gid: 0 },
    allows: ownerOnly(users, sid),
    label: label.slice(0, LABEL_LENGTH),
    caseSensitive: CASE_SENSITIVE,
    flush: () => false,
  });
}
