/**
 * Closing off everything but a view: what stays writable is listed, what is nobody's business looks empty, and the rights
 * to undo it are given up.
 *
 * @module
 */

import { binaryString, cString } from "../../ffi/binary_string.ts";
import {
  mount,
  MOUNT_ATTR_RDONLY,
  mountSetattr,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_REC,
  PR_CAPBSET_DROP,
  PR_SET_NO_NEW_PRIVS,
  prctl,
} from "../../ffi/linux/process.ts";
import { ViewError } from "./view_error.ts";
import type { Confinement } from "./view_spec.ts";

/** Devices that programs need; block devices would be a way around every read-only mount. */
const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];
const DEVICE_DIRECTORIES = ["pts", "shm", "mqueue"];
const DEVICE_LINKS = {
  fd: "/proc/self/fd",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
  stderr: "/proc/self/fd/2",
  ptmx: "pts/ptmx",
} as const;

/**
 * Makes the namespace read-only but for `places` and what is listed. The process has to have its own mount namespace, and
 * its own `/proc`, which stays writable unless root could set up the machine there. Throws {@linkcode ViewError}.
 */
export function confine(
  { writable, hidden }: Confinement,
  places: readonly string[],
  isRoot: boolean,
): void {
  const open = [...places, ...writable];
  // Only what is a mount of its own can differ from what it is in.
  for (const path of writable) step("keep", path, bind(path, path));
  for (const path of hidden) step("hide", path, isDirectory(path) ? empty(path) : blank(path));
  const [project, ...others] = places;
  for (const path of others) {
    if (exists(path)) continue;
    // Below something that was hidden, as the mountpoint is below the state directory.
    Deno.mkdirSync(path, { recursive: true });
    step("show", path, bind(project!, path));
  }
  smallDevices();
  step("close off", "/", setattr("/", true, MOUNT_ATTR_RDONLY, 0));
  for (const path of open) step("open", path, setattr(path, false, 0, MOUNT_ATTR_RDONLY));
  for (const path of ["/dev", "/dev/pts", "/dev/shm", ...(isRoot ? [] : ["/proc"])]) {
    if (exists(path)) step("open", path, setattr(path, false, 0, MOUNT_ATTR_RDONLY));
  }
}

/** A `/dev` with nothing in it that leads to other processes' or the machine's data. */
function smallDevices(): void {
  const draft = "/dev/shm";
  if (!exists(draft)) return;
  // Built where a directory is to spare, then moved over /dev as a whole.
  step(
    "make",
    draft,
    mount(text("tmpfs"), text(draft), "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755"),
  );
  for (const name of DEVICES) {
    if (!exists(`/dev/${name}`)) continue;
    Deno.writeTextFileSync(`${draft}/${name}`, "");
    step("keep", `/dev/${name}`, bind(`/dev/${name}`, `${draft}/${name}`));
  }
  for (const name of DEVICE_DIRECTORIES) {
    Deno.mkdirSync(`${draft}/${name}`, { mode: 0o1777 });
    Deno.chmodSync(`${draft}/${name}`, 0o1777);
  }
  if (exists("/dev/pts")) step("keep", "/dev/pts", bind("/dev/pts", `${draft}/pts`));
  const shared = mount(
    text("tmpfs"),
    text(`${draft}/shm`),
    "tmpfs",
    MS_NOSUID | MS_NODEV,
    "mode=1777",
  );
  step("make", `${draft}/shm`, shared);
  for (const [name, target] of Object.entries(DEVICE_LINKS)) {
    Deno.symlinkSync(target, `${draft}/${name}`);
  }
  step("move", "/dev", mount(text(draft), text("/dev"), null, MS_BIND | MS_REC));
}

/** An empty directory, readable by all, in the place of one. */
function empty(path: string): number {
  return mount(
    text("tmpfs"),
    text(path),
    "tmpfs",
    MS_NOSUID | MS_NODEV | MS_NOEXEC,
    "mode=755,size=64k",
  );
}

function blank(path: string): number {
  return bind("/dev/null", path);
}

function bind(from: string, to: string): number {
  return mount(text(from), text(to), null, MS_BIND | MS_REC);
}

function setattr(path: string, recursive: boolean, set: number, clear: number): number {
  return mountSetattr(text(path), recursive, set, clear);
}

function text(path: string): Uint8Array<ArrayBuffer> {
  return cString(binaryString(path));
}

function isDirectory(path: string): boolean {
  return Deno.statSync(path).isDirectory;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

const ENOSYS = 38;

function step(what: string, path: string, result: number): void {
  if (result >= 0) return;
  const hint = result === -ENOSYS ? "--confine needs Linux 5.12" : undefined;
  throw new ViewError("confine_failed", 4, `Cannot ${what} ${path}: errno ${-result}`, hint);
}

/**
 * Capabilities (linux/capability.h) with which root could undo the above, reach other processes or the machine: of
 * files by handle (2), kernel modules (16), raw I/O (17), other roots (18), other processes (19), mounts and namespaces
 * (21), reboot (22), clocks (25), devices (27), the kernel's log (34), performance counters (38), BPF (39), and the
 * network's set-up (12).
 */
const DROPPED = [2, 12, 16, 17, 18, 19, 21, 22, 25, 27, 34, 38, 39];

/** Gives up, for good, what could undo a confinement. */
export function dropPrivileges(): void {
  // Without the right to do so there is nothing to give up: a user namespace's second one has taken it.
  for (const capability of DROPPED) prctl(PR_CAPBSET_DROP, capability);
  prctl(PR_SET_NO_NEW_PRIVS, 1);
}
