/** Each finding, in the situation that it is about; and a machine on which there is nothing to say. */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { shell } from "../../../../tests/support/process.ts";
import { withTemporary } from "../../../../tests/support/temporary.ts";
import { clock } from "./clock.ts";
import { containerOf, deviceFix } from "./container.ts";
import { kernel } from "./kernel.ts";
import { Machine } from "../machine.ts";
import { setUserId } from "./mount_rights.ts";
import { otherUsers } from "./other_users.ts";
import { privileges } from "./privileges.ts";
import { surroundings } from "./surroundings.ts";
import { apparmorProfile, namespaceRemedy } from "./user_namespaces.ts";

const USER = 1000;
const STATE = "/home/me/.local/state/agentvfs";
const OWN = "/home/me/.local/bin/agentvfs";

interface Situation {
  /** Files by path; a text that begins with `#!` is a program. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly state?: string;
  /** Files of a usual machine that this one has not. */
  readonly without?: readonly string[];
}

const ENVIRONMENT = { HOME: "/home/me", PATH: "/home/me/.local/bin:/usr/bin" };
const USUAL = {
  [OWN]: "#!ours",
  "/usr/bin/git": "#!git",
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\n",
  "/home/me/.gitconfig": "[user]\n\tname = me\n",
  "/proc/sys/kernel/osrelease": "6.14.0-generic\n",
  "/proc/sys/fs/inotify/max_user_watches": "65536\n",
  "/proc/sys/fs/inotify/max_user_instances": "128\n",
  "/sys/kernel/btf/vmlinux": "",
  "/sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
  "/proc/self/limits":
    "Max open files            1024                 1048576              files\n",
  "/proc/self/mountinfo": "22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n" +
    "30 22 0:30 / /tmp rw,nosuid,nodev shared:2 - tmpfs tmpfs rw\n",
};

async function onMachine<T>(
  situation: Situation,
  body: (machine: Machine) => Promise<T>,
): Promise<T> {
  let result: T;
  await withTemporary(async (root) => {
    for (const [path, text] of Object.entries({ ...USUAL, ...situation.files })) {
      await Deno.mkdir(root + dirname(path), { recursive: true });
      await Deno.writeTextFile(root + path, text);
      if (text.startsWith("#!")) await Deno.chmod(root + path, 0o755);
    }
    for (const path of situation.without ?? []) await Deno.remove(root + path);
    result = await body(new Machine(root, { ...ENVIRONMENT, ...situation.environment }, USER));
  });
  return result!;
}

/** What `doctor` says there, a line each: name, state, what was found, what helps. */
async function said(situation: Situation): Promise<string[]> {
  return await onMachine(situation, async (machine) => {
    const checks = await surroundings(machine, situation.state ?? STATE, OWN);
    return checks.map(({ name, state, found, fix }) => `${state} ${name}: ${found} → ${fix}`);
  });
}

Deno.test("of a machine as it should be nothing is said", async () => {
  assert.deepEqual(await said({}), []);
});

const PROFILE = { "/etc/apparmor.d/fusermount3": "profile fusermount3 /usr/bin/fusermount3 {}\n" };

/** Situations, and all that is said of each. */
const FINDINGS: Record<string, [Situation, RegExp]> = {
  "a profile of fusermount3, and state where it does not let it mount": [
    { files: PROFILE, state: "/work/state" },
    /^fail apparmor: .*not let it mount in \/work\/state → echo 'mount fstype=@\{fuse_types\} .* -> \/work\/state\/\{,\*\*\/\}, umount \/work\/state\/\{,\*\*\/\},' \| sudo tee -a \/etc\/apparmor\.d\/local\/fusermount3 && sudo apparmor_parser -r \/etc\/apparmor\.d\/fusermount3$/,
  ],
  "a number that is no user's, as in a container": [
    { files: { "/etc/passwd": "root:x:0:0::/root:/bin/sh\nother:x:100:1000::/:/bin/sh\n" } },
    /^fail user: user 1000 has no name, and fusermount3 .* → echo 'agent:x:1000:1000::\/home\/me:\/bin\/sh' \| sudo tee -a \/etc\/passwd$/,
  ],
  "another program of the name first on PATH": [
    {
      files: { "/usr/bin/agentvfs": "#!other" },
      environment: { PATH: "/usr/bin:/home/me/.local/bin" },
    },
    /^warn PATH: agentvfs is another program there: \/usr\/bin\/agentvfs; .* → Take \/usr\/bin\/agentvfs away, or put the directory of .* before it in PATH$/,
  ],
  "state in a synchronized directory, by its name": [
    { state: "/home/me/Dropbox/state" },
    /^warn state: .* is in \/home\/me\/Dropbox, .* → Set AGENTVFS_STATE_DIR/,
  ],
  "state in a synchronized directory, by what is in it": [
    { state: "/data/shared/state", files: { "/data/shared/.stfolder/x": "" } },
    /^warn state: .* is in \/data\/shared, .* → Set AGENTVFS_STATE_DIR/,
  ],
  "a sandbox in which no program gains rights": [
    { files: { "/proc/self/status": "Uid:\t1000\nNoNewPrivs:\t1\n" } },
    /^fail rights: no program gains rights here .* → Start it where that is not set/,
  ],
  "a pod in which no program gains rights": [
    {
      files: { "/proc/self/status": "NoNewPrivs:\t1\n" },
      environment: { KUBERNETES_SERVICE_HOST: "10.0.0.1" },
    },
    /^fail rights: .* → Give the container securityContext\.allowPrivilegeEscalation: true$/,
  ],
  "a container's filter of system calls": [
    { files: { "/.dockerenv": "", "/proc/self/status": "Seccomp:\t2\n" } },
    /^ok seccomp: this container refuses .* → docker run --security-opt seccomp=unconfined/,
  ],
  "a kernel that is locked down": [
    { files: { "/sys/kernel/security/lockdown": "none integrity [confidentiality]\n" } },
    /^ok bpf: the kernel is locked down .* → Start it with lockdown=integrity; --telemetry all,ptrace/,
  ],
  "a kernel that does not describe itself": [
    { without: ["/sys/kernel/btf/vmlinux"] },
    /^ok bpf: .* no \/sys\/kernel\/btf\/vmlinux .* → A kernel with CONFIG_DEBUG_INFO_BTF/,
  ],
  "eBPF for root only": [
    { files: { "/proc/sys/kernel/unprivileged_bpf_disabled": "2\n" } },
    /^ok bpf: only root may use eBPF .* → Start the daemon as root/,
  ],
  "a cgroup of root's, as of a login over the network": [
    {
      files: {
        "/sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
        "/sys/fs/cgroup/user.slice/session-3.scope/cgroup.procs": "",
        "/proc/self/cgroup": "0::/user.slice/session-3.scope\n",
      },
    },
    /^ok delegation: the cgroup \/user\.slice\/session-3\.scope is not yours: .* → systemd-run --user --scope -p Delegate=yes/,
  ],
  "few inotify watches": [
    { files: { "/proc/sys/fs/inotify/max_user_watches": "8192\n" } },
    /^warn inotify: max_user_watches is 8192: .* → sudo sysctl -w fs\.inotify\.max_user_watches=65536$/,
  ],
  "few inotify instances": [
    { files: { "/proc/sys/fs/inotify/max_user_instances": "16\n" } },
    /^warn inotify: max_user_instances is 16: .* → sudo sysctl -w fs\.inotify\.max_user_instances=128$/,
  ],
  "few descriptors": [
    {
      files: {
        "/proc/self/limits": "Max open files            1024                 1024        files\n",
      },
    },
    /^warn descriptors: at most 1024 files .* → Raise the hard limit/,
  ],
  "Zed": [
    { files: { "/usr/bin/zed": "#!zed" } },
    /^warn programs: Zed looks .* → Start it with ZED_FILE_WATCHER_MODE=native zed$/,
  ],
  "JetBrains": [
    { files: { "/home/me/.config/JetBrains/PyCharm2026.1/x": "" } },
    /^warn programs: JetBrains IDEs do not watch .* → After a rollback: File, Reload All from Disk$/,
  ],
  "git's fsmonitor": [
    { files: { "/home/me/.gitconfig": "[core]\n\tfsmonitor = true\n" } },
    /^warn programs: git's fsmonitor .* → git config --global fsmonitor\.allowRemote true$/,
  ],
  "an editor from snap": [
    { files: { "/snap/codium/current/meta/snap.yaml": "name: codium\nconfinement: strict\n" } },
    /^warn programs: from snap, .*: codium → agentvfs quickstart DIR --mount ~\/NAME$/,
  ],
  "an editor from flatpak": [
    { files: { "/var/lib/flatpak/app/com.visualstudio.code/x": "" } },
    /^warn programs: com\.visualstudio\.code is from flatpak .* → flatpak override --user --filesystem=DIR com\.visualstudio\.code/,
  ],
  "Docker": [
    { files: { "/var/run/docker.sock": "" } },
    /^ok programs: Docker can bind a mount .* --allow-other/,
  ],
};

for (const [what, [situation, expected]] of Object.entries(FINDINGS)) {
  Deno.test(`doctor finds: ${what}`, async () => {
    const lines = await said(situation);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0]!, expected);
  });
}

/** Situations that look like one of those, and are none. */
const NOTHING: Record<string, Situation> = {
  "a profile, and state below the home directory": { files: PROFILE },
  "a profile that was given the place": {
    files: { ...PROFILE, "/etc/apparmor.d/local/fusermount3": "umount /work/state/{,**/},\n" },
    state: "/work/state",
  },
  "a profile that only complains": {
    files: {
      "/etc/apparmor.d/fusermount3": "profile fusermount3 /usr/bin/fusermount3 flags=(complain) {}",
    },
    state: "/work/state",
  },
  "another program of the name behind this one": { files: { "/usr/bin/agentvfs": "#!other" } },
  "what a synchronizer keeps in the home directory for itself": {
    files: { "/home/me/.dropbox/x": "" },
  },
  "Zed that is told": {
    files: { "/usr/bin/zed": "#!zed" },
    environment: { ZED_FILE_WATCHER_MODE: "native" },
  },
  "git's fsmonitor that is allowed": {
    files: { "/home/me/.gitconfig": "[core]\nfsmonitor = true\n[fsmonitor]\nallowRemote = true\n" },
  },
  "a classic snap": {
    files: { "/snap/code/current/meta/snap.yaml": "name: code\nconfinement: classic\n" },
  },
};

for (const [what, situation] of Object.entries(NOTHING)) {
  Deno.test(`doctor says nothing of ${what}`, async () => {
    assert.deepEqual(await said(situation), []);
  });
}

Deno.test("fusermount3 without its bit mounts for root only", () =>
  onMachine({ files: { "/usr/bin/fusermount3": "#!" } }, async (machine) => {
    const program = "/usr/bin/fusermount3";
    const check = await setUserId(machine, program);
    assert.deepEqual([check?.state, check?.fix], ["fail", `sudo chmod u+s ${program}`]);
    await Deno.chmod(machine.place(program), 0o4755);
    assert.equal(await setUserId(machine, program), null);
    await Deno.chmod(machine.place(program), 0o755);
    assert.equal(await setUserId(new Machine(machine.root, ENVIRONMENT, 0), program), null);
  }));

Deno.test("root without the right to mount is told how a container gets it", () => {
  const without = { files: { "/proc/self/status": "CapEff:\t00000000a80425fb\n" } };
  return onMachine(without, async (machine) => {
    const root = new Machine(machine.root, ENVIRONMENT, 0);
    const check = await privileges(root);
    assert.deepEqual([check?.state, check?.name], ["fail", "rights"]);
    assert.match(check!.fix!, /docker run --cap-add SYS_ADMIN/);
    await Deno.writeTextFile(machine.place("/proc/self/status"), "CapEff:\t000001ffffffffff\n");
    assert.equal(await privileges(root), null);
  });
});

/** What keeps user namespaces from people, and the command that lets them have some. */
const NAMESPACES: Record<string, [Situation, RegExp]> = {
  "Ubuntu's restriction": [
    { files: { "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n" } },
    /^printf 'abi <abi\/4\.0>,.*profile agentvfs \/home\/me\/\.local\/bin\/agentvfs flags=\(unconfined\) \{\\n {2}userns,\\n\}\\n' \| sudo tee \/etc\/apparmor\.d\/agentvfs && sudo apparmor_parser -r/,
  ],
  "Debian's setting": [
    { files: { "/proc/sys/kernel/unprivileged_userns_clone": "0\n" } },
    /^sudo sysctl -w kernel\.unprivileged_userns_clone=1$/,
  ],
  "a bound of none": [
    { files: { "/proc/sys/user/max_user_namespaces": "0\n" } },
    /^sudo sysctl -w user\.max_user_namespaces=15000$/,
  ],
  "a filter": [
    { files: { "/proc/self/status": "Seccomp:\t2\n" } },
    /--security-opt seccomp=unconfined$/,
  ],
  "something else": [{}, /or run as root$/],
};

for (const [what, [situation, fix]] of Object.entries(NAMESPACES)) {
  Deno.test(`where ${what} keeps user namespaces from people, doctor says how they get some`, () =>
    onMachine(situation, async (machine) => {
      assert.match(await namespaceRemedy(machine, OWN), fix);
    }));
}

Deno.test("the command that installs the profile writes it as it is", () =>
  onMachine(NAMESPACES["Ubuntu's restriction"]![0], async (machine) => {
    const command = (await namespaceRemedy(machine, OWN)).split(" | ")[0]!;
    assert.equal(await shell(command), apparmorProfile(OWN));
  }));

Deno.test("what /etc/fuse.conf says of other users is told, with the line that is missing", async () => {
  const found = (files: Record<string, string>) => onMachine({ files }, otherUsers);
  const file = "/etc/fuse.conf";
  assert.match((await found({})).fix!, /^echo user_allow_other \| sudo tee -a \/etc\/fuse\.conf$/);
  assert.match((await found({ [file]: "# user_allow_other\n" })).found, /not set up/);
  const set = await found({ [file]: "mount_max = 9\nuser_allow_other\n" });
  assert.deepEqual([set.state, set.fix], ["ok", undefined]);
  await onMachine({}, async (machine) => {
    // A directory is something that is there and cannot be read, for root, too.
    await Deno.mkdir(machine.place(file), { recursive: true });
    assert.equal((await otherUsers(machine)).fix, "sudo chmod a+r /etc/fuse.conf");
  });
});

/** Kernels, and what is said of them. */
const KERNELS: Record<string, [state: string, RegExp]> = {
  "4.19.0-27-amd64": ["fail", /^Linux 4\.19\.0-27-amd64$/],
  "5.10.0-30": ["warn", /each write asks .*; when a server dies/],
  "6.8.0-45-generic": ["warn", /^Linux 6\.8\.0-45-generic: when a server dies/],
  "6.9.0": ["ok", /^Linux 6\.9\.0$/],
  "10.1": ["ok", /^Linux 10\.1$/],
};

for (const [release, [state, found]] of Object.entries(KERNELS)) {
  Deno.test(`doctor on Linux ${release}: ${state}`, () =>
    onMachine({ files: { "/proc/sys/kernel/osrelease": `${release}\n` } }, async (machine) => {
      const check = await kernel(machine);
      assert.equal(check.state, state);
      assert.match(check.found, found);
      assert.equal(check.fix === undefined, state === "ok");
    }));
}

Deno.test("a clock that is behind what was recorded, or behind this program, is told", () =>
  onMachine({ files: { [`${STATE}/workspaces/shop-1/daemon.log`]: "" } }, async (machine) => {
    const now = Date.parse("2026-06-01T12:00:00Z");
    const log = machine.place(`${STATE}/workspaces/shop-1/daemon.log`);
    await Deno.utime(log, now / 1000, now / 1000 + 60);
    assert.equal(await clock(machine, STATE, now), null);
    const earlier = Date.parse("2026-05-01T12:00:00Z");
    const behind = await clock(machine, STATE, earlier);
    assert.match(behind!.found, /2026-05-01, and a daemon wrote to its log on 2026-06-01/);
    assert.equal(behind!.fix, "sudo timedatectl set-ntp true");
    assert.match((await clock(machine, STATE, 0))!.found, /1970-01-01, which is long ago/);
  }));

/** How each kind of container gets /dev/fuse. */
const CONTAINERS: Record<string, [Situation, RegExp]> = {
  docker: [{ files: { "/.dockerenv": "" } }, /docker run --device \/dev\/fuse --cap-add SYS_ADMIN/],
  podman: [{ files: { "/run/.containerenv": "" } }, /podman run --device \/dev\/fuse/],
  kubernetes: [{ environment: { KUBERNETES_SERVICE_HOST: "10.0.0.1" } }, /securityContext/],
  lxc: [
    { files: { "/proc/1/environ": "a=b\0container=lxc\0" } },
    /incus config device add NAME fuse/,
  ],
  wsl: [
    { files: { "/proc/sys/kernel/osrelease": "4.4.0-19041-Microsoft\n" } },
    /wsl --set-version NAME 2/,
  ],
};

for (const [container, [situation, fix]] of Object.entries(CONTAINERS)) {
  Deno.test(`a ${container} container without /dev/fuse is told how it gets one`, () =>
    onMachine(situation, async (machine) => {
      assert.equal(await containerOf(machine), container);
      assert.match(await deviceFix(machine), fix);
    }));
}

Deno.test("a machine without /dev/fuse is told to load the module", () =>
  onMachine({}, async (machine) => {
    assert.equal(await containerOf(machine), null);
    assert.match(await deviceFix(machine), /^sudo modprobe fuse/);
  }));
