/**
 * The path of a file, found by walking from it to the root as the kernel does (d_path): names of directories upwards, and at
 * the root of a mount on to where it is mounted.
 *
 * Nothing is held while it walks: a path that is renamed at that moment may come out as one that never was.
 *
 * @module
 */

import {
  compute,
  jump,
  jumpIf,
  label,
  type Line,
  load,
  set,
  store,
  storeValue,
} from "./assembler.ts";
import { appendString, readToSlot, Slot } from "./fragments.ts";

/** Names and mounts, together. */
const MOST_STEPS = 64;

/** Fields that the walk needs. */
export const WALK_FIELDS = [
  "vfsmount.mnt_root",
  "mount.mnt",
  "mount.mnt_parent",
  "mount.mnt_mountpoint",
  "dentry.d_parent",
  "dentry.d_name.name",
] as const;

type Offset = (field: typeof WALK_FIELDS[number]) => number;

/**
 * Appends the names from the file in {@linkcode Slot.DENTRY} and {@linkcode Slot.MOUNT} upwards, each with a NUL. When it came
 * to the root it writes 1 at `whole` in the record. `name` makes its labels its own.
 */
export function walkPath(offset: Offset, name: string, whole: number, limit: number): Line[] {
  const [step, mounted, root, done] = ["step", "mounted", "root", "done"]
    .map((each) => `${name}-${each}`) as [string, string, string, string];
  const slot = (slot: number) => load(8, 1, 10, slot);
  return [
    set(9, 0),
    label(step),
    ...readToSlot(Slot.NEXT, 8, Slot.MOUNT, offset("vfsmount.mnt_root")),
    slot(Slot.NEXT),
    load(8, 2, 10, Slot.DENTRY),
    jumpIf(1, "==", { register: 2 }, mounted),
    ...readToSlot(Slot.NAME, 8, Slot.DENTRY, offset("dentry.d_name.name")),
    ...appendString(Slot.NAME, limit, done),
    ...readToSlot(Slot.NEXT, 8, Slot.DENTRY, offset("dentry.d_parent")),
    slot(Slot.NEXT),
    load(8, 2, 10, Slot.DENTRY),
    // Its own parent, and no mount's root: it is nowhere.
    jumpIf(1, "==", { register: 2 }, done),
    store(8, 10, Slot.DENTRY, 1),
    jump(`${name}-next`),
    label(mounted),
    // struct mount has the vfsmount in it.
    slot(Slot.MOUNT),
    compute("sub", 1, offset("mount.mnt")),
    store(8, 10, Slot.NAME, 1),
    ...readToSlot(Slot.NEXT, 8, Slot.NAME, offset("mount.mnt_parent")),
    slot(Slot.NEXT),
    load(8, 2, 10, Slot.NAME),
    jumpIf(1, "==", { register: 2 }, root),
    compute("add", 1, offset("mount.mnt")),
    store(8, 10, Slot.MOUNT, 1),
    ...readToSlot(Slot.DENTRY, 8, Slot.NAME, offset("mount.mnt_mountpoint")),
    label(`${name}-next`),
    compute("add", 9, 1),
    jumpIf(9, "<", MOST_STEPS, step),
    jump(done),
    label(root),
    storeValue(1, 7, whole, 1),
    label(done),
  ];
}
