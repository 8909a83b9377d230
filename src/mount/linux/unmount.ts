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

export interface MountUser {
  readonly pid: number;
  readonly command: string;
}

/** Processes that have their directory, program or a file inside `path`, as far as we may look. */
export async function mountUsers(path: string): Promise<MountUser[]> {
  const users: MountUser[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (/^\d+$/.test(name) && await usesMount(name, path)) {
      users.push({ pid: Number(name), command: await commandOf(name) });
    }
  }
  return users;
}

async function usesMount(pid: string, path: string): Promise<boolean> {
  const inside = async (link: string) => {
    const target = await Deno.readLink(link).catch(() => "");
    return target === path || target.startsWith(`${path}/`);
  };
  if (await inside(`/proc/${pid}/cwd`) || await inside(`/proc/${pid}/exe`)) return true;
  try {
    for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
      if (await inside(`/proc/${pid}/fd/${name}`)) return true;
    }
  } catch {
    // The process is gone or not ours to look at.
  }
  return false;
}

async function commandOf(pid: string): Promise<string> {
  const text = await Deno.readTextFile(`/proc/${pid}/comm`).catch(() => "?");
  return text.trim();
}
