/**
 * Where the threads of a process are in the kernel, for a test that waited in vain.
 *
 * @module
 */

/** One paragraph for each thread: its name, state and, as root, its kernel stack. */
export async function kernelStacks(pid: number): Promise<string> {
  const read = (path: string) => Deno.readTextFile(path).then((t) => t.trim(), () => "?");
  const paragraphs: string[] = [];
  try {
    for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
      const task = `/proc/${pid}/task/${name}`;
      const [comm, stat, call, stack] = await Promise.all(
        ["comm", "stat", "syscall", "stack"].map((file) => read(`${task}/${file}`)),
      );
      const state = stat!.slice(stat!.lastIndexOf(")") + 2)[0];
      paragraphs.push(`${pid}/${name} ${comm} ${state}, system call ${call}\n${stack}`);
    }
  } catch {
    paragraphs.push(`process ${pid} is gone`);
  }
  return paragraphs.join("\n");
}
