/**
 * The volume through which a project is served. The server makes it: it goes with the process that has it, and the next server
 * mounts another one at the same place.
 *
 * @module
 */

import { isElevated } from "../../../ffi/windows/elevation.ts";
import { openWinFsp, type WinFsp, WinFspError } from "../../../ffi/windows/winfsp/library.ts";
import { Knock } from "../../../ffi/windows/winfsp/knock.ts";
import { VolumeFlush } from "../../../ffi/windows/winfsp/volume_flush.ts";
import { Volume, VolumeError } from "../../../ffi/windows/winfsp/volume.ts";
import { volumeSettings } from "./volume_settings.ts";

/** Letters of drives are seen by those alone who have the same rights in force. */
export { isElevated };

export { openWinFsp, type WinFsp, WinFspError };

/** Names that differ in case only are found by any spelling, as programs of Windows expect. */
export const CASE_SENSITIVE = false;

/** Longest time that a file system which ended may still be seen at its place, ms. */
const FREE_DEADLINE_MS = 5_000;
const LOOK_MS = 20;

/** The one volume of this process. */
let served: Volume | null = null;
/** The same, as a thread has it that did not make it. */
let other: Volume | null = null;
let winfsp: WinFsp | undefined;

/** The library as this thread has it. Throws {@linkcode WinFspError}. */
export function library(): WinFsp {
  return winfsp ??= openWinFsp();
}

/**
 * Makes the volume of this process; nobody sees it yet. Its number is good for all threads.
 *
 * @param created when what it shows was made
 */
export function makeVolume(serial: number, created: Date): number {
  const seconds = Math.floor(created.getTime() / 1000);
  served = Volume.create(library(), volumeSettings(CASE_SENSITIVE, serial, seconds));
  return Number(served.handle);
}

/**
 * Shows the volume at a place that does not exist. A thread has to answer requests already. Tries again for a while: what a
 * server left that was killed goes a little later. Rejects with {@linkcode VolumeError}.
 */
export async function showVolume(place: string): Promise<void> {
  if (served === null) throw new Error("This process has no volume");
  const deadline = performance.now() + FREE_DEADLINE_MS;
  for (;;) {
    try {
      served.mount(place, null);
      return;
    } catch (error) {
      if (!(error instanceof VolumeError) || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Takes the volume away, with what is open in it: the thread that answers requests ends. */
export function endVolume(): void {
  if (served === null) return;
  served.unmount();
  served.cancel();
  served.stop();
  served = null;
}

/** What brings in what programs wrote through mappings. Resolves with false if that did not work. */
export function volumeFlusher(): () => Promise<boolean> {
  const volume = served!;
  let opened: VolumeFlush | null = null;
  return async () => await (opened ??= await VolumeFlush.open(volume)).flush();
}

/** The name of the volume that this process has; null: it has none, or none any more. */
export function servedName(): string | null {
  return served?.name ?? null;
}

/** The volume, for a thread that did not make it. */
export function volumeOf(number: number): Volume {
  return other ??= new Volume(library(), BigInt(number), "");
}

/**
 * What wakes the thread that answers the requests of this process's volume. Where nothing can, that is an error that nobody
 * catches: this process is of no use then.
 */
export function volumeKnocker(): () => void {
  const volume = served!;
  let knock: Promise<Knock> | null = null;
  const wake = async () => {
    knock ??= Knock.open(volume);
    // Once the volume is gone nobody hears it, nor has to.
    if (!await (await knock).knock() && served === volume) throw new Error("Nobody heard a knock");
  };
  return () =>
    void wake().catch((error) => {
      if (served === volume) throw error;
    });
}
