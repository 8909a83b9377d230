import { bindLibc } from "./libc.ts";

const libc = bindLibc({ gettid: { name: "syscall", parameters: ["i64"], result: "i32" } });

/** The C library has it as a function since 2.30 only. */
const SYS_GETTID = Deno.build.arch === "aarch64" ? 178n : 186n;

/** Number of the calling thread. */
export function threadId(): number {
  return libc.gettid(SYS_GETTID);
}
