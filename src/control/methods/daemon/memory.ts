import { defineMethod } from "../../method.ts";
import { flag, group, type Infer, nullable, optional, shape, table, whole } from "../../schema.ts";

export const ThreadMemory = shape("ThreadMemory", "What one thread of the server holds.", {
  heapBytes: whole("Objects of its heap"),
  heapTotalBytes: whole("What V8 has taken from the system for them"),
  externalBytes: whole("Arrays of bytes outside the heap"),
  counts: table(whole("How many"), "How many there are of what it keeps for long"),
});
export type ThreadMemory = Infer<typeof ThreadMemory>;

export const MemoryReport = shape("MemoryReport", "What the server holds in memory.", {
  rssBytes: whole("Resident, shared pages included"),
  threads: group(
    {
      main: ThreadMemory,
      fs: ThreadMemory,
      background: ThreadMemory,
      telemetry: nullable(ThreadMemory, "Null where nothing is recorded"),
    },
    "Its threads",
  ),
});
export type MemoryReport = Infer<typeof MemoryReport>;

export const method = defineMethod({
  brief: "What the server holds in memory, for those who look for what grows",
  version: 1,
  who: "outside",
  params: {
    collect: optional(flag(
      "Collect what is garbage in each thread first: what is told then is needed. Holds everything up for some 10 ms",
    )),
  },
  result: MemoryReport,
});
