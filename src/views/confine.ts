/**
 * Closing off everything but a view: what stays writable is listed, and what is nobody's business looks empty.
 *
 * @module
 */

import { maskedProc } from "./masked_proc.ts";
import { smallDevices } from "./small_devices.ts";
import { close, cover, type Held, hide, hold, open, show } from "./view_mounts.ts";
import type { Confinement } from "./view_spec.ts";

/** Something that is done at a path: after what is done at those above it. */
interface Action {
  readonly path: string;
  readonly act: () => unknown;
}

/**
 * Makes the namespace read-only but for `places` and what is listed. The process has to have its own mount namespace, and
 * its own `/proc`. Throws {@linkcode ViewError}.
 */
export function confine(
  { writable, readable, fresh, hidden }: Confinement,
  places: readonly string[],
  isRoot: boolean,
): void {
  const allowed = new Set(writable);
  const covered = fresh.filter(({ path }) => !allowed.has(path));
  // Before anything is closed: what is held is as writable as it was.
  const kept = [...new Set([...places, ...writable])].flatMap((path) => hold(path) ?? []);
  const shown = readable.flatMap((path) => hold(path) ?? []);
  close("/", true);
  const toClose = covered.filter(({ isWritable }) => !isWritable).map(({ path }) => path);
  const actions: Action[] = [
    ...covered.map(({ path, mode }) => ({ path, act: () => cover(path, mode) })),
    ...kept.map((held) => ({ path: held.path, act: () => show(held) })),
    ...shown.map((held) => ({ path: held.path, act: () => showReadOnly(held) })),
    ...hidden.map((path) => ({ path, act: () => hide(path) && toClose.push(path) })),
  ];
  // Sorting is stable: at one and the same path, what is hidden comes last.
  for (const { act } of actions.toSorted((a, b) => depth(a) - depth(b))) act();
  // What is shown in them had to be made first.
  for (const path of toClose) close(path);
  smallDevices();
  if (isRoot) maskedProc();
  else open("/proc");
}

function depth({ path }: Action): number {
  return path === "/" ? 0 : path.split("/").length;
}

function showReadOnly(held: Held): void {
  show(held);
  if (held.kind !== "link") close(held.path, true);
}
