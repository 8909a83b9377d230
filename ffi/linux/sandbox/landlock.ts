/**
 * Landlock: rules that a thread and what it becomes or starts can never get rid of (Linux, landlock(7)).
 *
 * @module
 */

import { bindLibc, check } from "../libc.ts";

const libc = bindLibc({
  syscall: { parameters: ["i64", "buffer", "u64", "u64"], result: "i64" },
  close: { parameters: ["i32"], result: "i32" },
});

/** Numbers of the system calls, the same on every architecture. */
const SYS_landlock_create_ruleset = 444n;
const SYS_landlock_restrict_self = 446n;

const LANDLOCK_CREATE_RULESET_VERSION = 1n;
export const LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET = 1;
/** Linux 6.12 brought scopes. */
export const LANDLOCK_ABI_OF_SCOPES = 6;

/** Version of what this kernel's Landlock can do; -errno where it has none or it is switched off. */
export function landlockVersion(): number {
  return check(
    Number(
      libc.syscall(
        SYS_landlock_create_ruleset,
        null,
        0n,
        LANDLOCK_CREATE_RULESET_VERSION,
      ),
    ),
  );
}

/**
 * Confines the calling thread alone to a scope, LANDLOCK_SCOPE_*. It needs PR_SET_NO_NEW_PRIVS, or CAP_SYS_ADMIN. As the rules
 * say nothing of files, the thread may go on mounting.
 */
export function landlockScope(scope: number): number {
  // struct landlock_ruleset_attr {u64 handled_access_fs, handled_access_net, scoped}
  const attributes = new BigUint64Array([0n, 0n, BigInt(scope)]);
  const bytes = new Uint8Array(attributes.buffer);
  const fd = check(
    Number(libc.syscall(SYS_landlock_create_ruleset, bytes, BigInt(bytes.length), 0n)),
  );
  if (fd < 0) return fd;
  const result = check(Number(restrictSelf(fd)));
  libc.close(fd);
  return result;
}

const numbers = bindLibc({ syscall: { parameters: ["i64", "i64", "u64"], result: "i64" } });

function restrictSelf(fd: number): bigint {
  return numbers.syscall(SYS_landlock_restrict_self, BigInt(fd), 0n);
}
