/**
 * Unmounting, as root with umount(8), else with fusermount3.
 *
 * @module
 */

export type UnmountResult = "unmounted" | "busy" | { readonly failed: string };

/** `lazy` takes the mount away at once; processes that sit in it keep what they have open. */
export async function unmount(path: string, lazy: boolean): Promise<UnmountResult> {
  const command = Deno.uid() === 0
    ? ["umount", "-i", ...(lazy ? ["-l"] : []), path]
    : ["fusermount3", "-u", ...(lazy ? ["-z"] : []), path];
  const { success, stderr } = await new Deno.Command(command[0]!, {
    args: command.slice(1),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { LC_ALL: "C" },
  }).output();
  if (success) return "unmounted";
  const text = new TextDecoder().decode(stderr).trim();
  return /busy/i.test(text) ? "busy" : { failed: text };
}
