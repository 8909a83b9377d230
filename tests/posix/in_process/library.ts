/**
 * The C library's file calls, carried out on a working tree in this process: what a mount answers without the kernel,
 * so without its caches, its permission checks and its locks.
 *
 * @module
 */

import type { WorkingTree } from "../../../src/tree/working_tree.ts";
import type { Identity } from "../lab.ts";
import type { Library } from "../system_calls.ts";
import { AttributeCalls } from "./attribute_calls.ts";
import { DataCalls } from "./data_calls.ts";
import { ListingCalls } from "./listing_calls.ts";
import { NameCalls } from "./name_calls.ts";
import { NeedsKernel } from "./needs_kernel.ts";
import { OpenCalls } from "./open_calls.ts";
import { TreeProcess } from "./process.ts";
import { CallError } from "./walk.ts";

const GROUPS = [OpenCalls, DataCalls, NameCalls, AttributeCalls, ListingCalls];

type Call = (...parameters: unknown[]) => number;

/** What takes the place of the C library. Functions that are not here throw {@linkcode NeedsKernel}. */
export function treeLibrary(tree: WorkingTree, self: Identity): Library {
  const process = new TreeProcess(tree, self);
  const own: Record<string, Call> = {};
  for (const Group of GROUPS) {
    const group = new Group(process) as unknown as Record<string, Call>;
    for (const name of Object.getOwnPropertyNames(Group.prototype)) {
      if (name !== "constructor") own[name] = returningErrno(group[name]!.bind(group));
    }
  }
  const others = (name: string) => () => {
    throw new NeedsKernel(`${name} is the kernel's`);
  };
  const library = new Proxy(own, { get: (calls, name: string) => calls[name] ?? others(name) });
  return library as unknown as Library;
}

function returningErrno(call: Call): Call {
  return (...parameters) => {
    try {
      return call(...parameters);
    } catch (error) {
      if (error instanceof CallError) return -error.errno;
      throw error;
    }
  };
}
