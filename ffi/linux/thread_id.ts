import { bindLibc } from "./libc.ts";

const libc = bindLibc({ gettid: { parameters: [], result: "i32" } });

/** Number of the calling thread. */
export function threadId(): number {
  return libc.gettid();
}
