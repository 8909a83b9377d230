/**
 * A filter's process: loads the filter, locks itself in, and answers until its parent is over.
 *
 * What comes from elsewhere runs only after the process has given up everything but computing: there is no file, program or
 * address that it could reach, whatever it finds wrong in the engine.
 *
 * @module
 */

import { poll, POLLIN } from "../../../ffi/linux/descriptor.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import { read, write } from "../../../ffi/linux/file.ts";
import { mapFile } from "../../../ffi/linux/mapping.ts";
import { PR_SET_PDEATHSIG, prctl, SIGKILL } from "../../../ffi/linux/process.ts";
import { onlyCompute } from "../../../ffi/linux/sandbox/only_calls.ts";
import { type Filter, FilterError } from "../filter.ts";
import { prepareFilter } from "../load_filter.ts";
import { serveFilter } from "../serve_filter.ts";
import { SHARED_SIZE, SharedMemory, State, Word } from "../shared_layout.ts";

/** The descriptors that the parent left open for it, and who that is. */
export interface FilterChildSpec {
  readonly name: string;
  readonly file: string;
  readonly memory: number;
  readonly wake: number;
  readonly asked: number;
  readonly batch: number;
  readonly parent: number;
}

/** The environment variable that has the spec, as JSON. */
export const FILTER_SPEC = "AGENTVFS_FILTER";

const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

/** Resolves with the exit code, if it ends before it is killed. */
export async function runFilterChild(spec: FilterChildSpec): Promise<number> {
  // Also out of an endless loop.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (Deno.ppid !== spec.parent) return 1;
  const mapping = mapFile(spec.memory, 0, SHARED_SIZE);
  if (mapping === null) return 1;
  const memory = new SharedMemory(mapping.bytes);
  let filter: Filter;
  try {
    const begin = await prepareFilter(spec.name, await Deno.readFile(spec.file));
    const locked = onlyCompute(Errno.EPERM);
    if (locked < 0) {
      throw new FilterError("no_filters_here", "This kernel has no seccomp: filters cannot run");
    }
    filter = begin();
  } catch (error) {
    memory.text = error instanceof Error ? error.message : String(error);
    memory.store(Word.STATE, State.FAILED);
    return 1;
  }
  memory.store(Word.STATE, State.READY);
  write(spec.batch, ONE);
  serveFilter(memory, filter, {
    wait: () => wait(spec.wake),
    answered: () => void write(spec.asked, ONE),
    batchAnswered: () => void write(spec.batch, ONE),
  });
  return 0;
}

const counter = new Uint8Array(8);
const pollfd = new Uint8Array(8);

function wait(fd: number): boolean {
  const view = new DataView(pollfd.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLIN, true);
  const ready = poll(pollfd, 1, -1);
  if (ready === -Errno.EINTR) return true;
  if (ready < 0) return false;
  read(fd, counter);
  return true;
}
