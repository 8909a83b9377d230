/**
 * Names of files that the system makes by itself beside those of programs. macOS alone makes some.
 *
 * @module
 */

import { load } from "../../host/pick.ts";

export interface OwnNames {
  isOwnName(name: string): boolean;
  /** Nobody needs it once the mount is gone in which it was open. */
  isOpenOnly(name: string): boolean;
}

const NONE: OwnNames = { isOwnName: () => false, isOpenOnly: () => false };

export function ownNames(): Promise<OwnNames> {
  return load<OwnNames>({
    linux: () => Promise.resolve(NONE),
    macos: () => import("../../mount/macos/own_names.ts"),
    windows: () => Promise.resolve(NONE),
  });
}
