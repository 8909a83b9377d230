/**
 * A `/dev` with nothing in it that leads to other processes' or the machine's data.
 *
 * @module
 */

import { MS_NODEV, MS_NOEXEC, MS_NOSUID } from "../../ffi/linux/process.ts";
import { cover, hold, mountNew, show } from "./view_mounts.ts";

/** Devices that programs need; block devices would be a way around every read-only mount. */
const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];
const LINKS = {
  fd: "/proc/self/fd",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
  stderr: "/proc/self/fd/2",
  ptmx: "pts/ptmx",
} as const;
/** A terminal that this process was started on. */
const TERMINAL = /^\/dev\/(pts\/\d+|tty\w*|console)$/;

/**
 * Covers `/dev`. Pseudo-terminals are new ones: those of others could be read from and typed into. The terminal that the
 * program is on is `/dev/console`, as in containers.
 */
export function smallDevices(): void {
  const devices = DEVICES.flatMap((name) => hold(`/dev/${name}`) ?? []);
  const terminal = ownTerminal();
  const console = terminal === null ? null : hold(terminal);
  cover("/dev", 0o755);
  for (const held of devices) show(held);
  if (console !== null) show({ ...console, path: "/dev/console" });
  for (const name of ["pts", "shm", "mqueue"]) Deno.mkdirSync(`/dev/${name}`);
  const flags = MS_NOSUID | MS_NOEXEC;
  mountNew("devpts", "/dev/pts", flags, "newinstance,ptmxmode=0666,mode=620");
  mountNew("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
  Deno.chmodSync("/dev/mqueue", 0o1777);
  for (const [name, target] of Object.entries(LINKS)) Deno.symlinkSync(target, `/dev/${name}`);
}

function ownTerminal(): string | null {
  for (const [fd, stream] of [Deno.stdin, Deno.stdout, Deno.stderr].entries()) {
    if (!stream.isTerminal()) continue;
    const path = Deno.readLinkSync(`/proc/self/fd/${fd}`);
    if (TERMINAL.test(path)) return path;
  }
  return null;
}
