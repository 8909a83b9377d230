/**
 * The sources that a mount's daemon can have, as people are told of them.
 *
 * @module
 */

import { MOUNT_SOURCE } from "./mount_source.ts";
import type { SourceDescription } from "./source.ts";

export const EBPF: SourceDescription = {
  name: "ebpf",
  needs: "root (CAP_BPF, CAP_PERFMON), Linux 5.8 with BTF, the machine's own PID namespace",
  sees: "processes of chosen cgroups and what they start: exec with arguments and directory, " +
    "fork, exit; connect, bind and send",
  misses: "programs that could not be started; what is done with files; what is sent over a " +
    "connection, and raw sockets",
  costs:
    "3 us for each exec, 1 us for each fork and exit; nothing for system calls, unless files outside " +
    "are asked for",
  denies: null,
};

export const FANOTIFY: SourceDescription = {
  name: "fanotify",
  needs: "root (CAP_SYS_ADMIN), Linux 5.1; for nodes of the mount 6.8",
  sees: "opens, programs that are run and reads, with the path and who it was; writes, too, in " +
    "directories outside the mount (telemetry watch DIR)",
  misses: "names that come and go, files cut off; the same thing done again before it was told of",
  costs: "4 to 8 us for each open of the watched files; nothing for others",
  denies: null,
};

const SECCOMP: SourceDescription = {
  name: "seccomp",
  needs: "nothing but Linux 5.5; agentvfs run --watch",
  sees:
    "of a run: programs that it starts, opens to write and changes of files outside the branch, " +
    "connections",
  misses: "how calls end, io_uring, what runs already, setuid programs",
  costs: "some 30 us for each of these calls; nothing for reads",
  denies: null,
};

const PTRACE: SourceDescription = {
  name: "ptrace",
  needs: "the same user, or root; Linux 5.3; agentvfs telemetry attach",
  sees: "programs that run already and what they start: exec, fork, exit, opens to write and " +
    "changes of files, connections, with how each ended",
  misses: "io_uring; debuggers cannot follow the program meanwhile",
  costs: "some 60 us for each system call, whatever it is",
  denies: null,
};

const LDPRELOAD: SourceDescription = {
  name: "ldpreload",
  needs: "nothing; programs that are linked dynamically, with glibc or musl",
  sees:
    "what programs of agentvfs run ask their C library for: opens, changes of names, exec, connections, " +
    "elsewhere too",
  misses:
    "static programs and those in Go, system calls made directly, setuid programs, `env -i`; " +
    "whoever wants to get around it can",
  costs: "2 to 3 us for each call that it tells of",
  denies: "EACCES for rules with outside, of programs that let it",
};

export const SOURCES: readonly SourceDescription[] = [
  MOUNT_SOURCE,
  EBPF,
  FANOTIFY,
  SECCOMP,
  PTRACE,
  LDPRELOAD,
];
