/**
 * A file system of its own for one test, small enough to be filled.
 *
 * @module
 */

import { basename, join } from "node:path";
import { succeed } from "./process.ts";
import { python } from "./python.ts";
import { withTemporary } from "./temporary.ts";

export interface SmallDisk {
  /** A directory elsewhere with a file `kept.txt`. */
  readonly project: string;
  /** Where the file system is mounted. */
  readonly disk: string;
  /** Of ext4: takes it away, has it checked and repaired, and mounts it again. */
  repair(): Promise<void>;
  /** Of ext4: as if it had found itself damaged. From then on it is read-only, and what was not written is lost. */
  fail(): Promise<void>;
  /** Of ext4: as if the disk under it were gone. From then on there is nothing but EIO. */
  breakDown(): Promise<void>;
}

/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (linux/fs/ext4/ext4.h). */
const SHUT_DOWN = `
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack("I", 2))
`;

/** Runs `body` with a file system of 32 MiB, which is taken away afterwards. */
export async function withSmallDisk(
  kind: "tmpfs" | "ext4",
  body: (small: SmallDisk) => Promise<void>,
): Promise<void> {
  await withTemporary(async (directory) => {
    const project = join(directory, "project");
    const disk = join(directory, "disk");
    let image = join(directory, "image");
    let repairs = 0;
    await Deno.mkdir(project);
    await Deno.mkdir(disk);
    await Deno.writeTextFile(join(project, "kept.txt"), "kept\n");
    const mount = () => succeed(["mount", "-o", "loop,errors=remount-ro", image, disk]);
    if (kind === "tmpfs") {
      await succeed(["mount", "-t", "tmpfs", "-o", "size=32m,mode=700", "agentvfs-test", disk]);
    } else {
      await succeed(["truncate", "-s", "32M", image]);
      await succeed(["mkfs.ext4", "-q", "-m", "0", image]);
      await mount();
      await Deno.chmod(disk, 0o700);
    }
    const repair = async () => {
      await succeed(["umount", disk]);
      // The failed file system lives on while another mount namespace has a copy of the mount.
      await Deno.copyFile(image, image = join(directory, `image ${++repairs}`));
      // 1: errors were corrected.
      await succeed(["sh", "-c", '/sbin/e2fsck -fy "$0" >&2; test $? -le 1', image]);
      await mount();
    };
    const fail = async () => {
      const device = (await succeed(["findmnt", "-no", "SOURCE", disk])).trim();
      await Deno.writeTextFile(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, "a test");
    };
    const breakDown = async () => void await python(SHUT_DOWN, [disk]);
    try {
      await body({ project, disk, repair, fail, breakDown });
    } catch (error) {
      await succeed(["umount", "-l", disk]);
      throw error;
    }
    await succeed(["umount", disk]);
  });
}
