/**
 * A project's day on Windows, with the executable: mounted, changed, looked at, taken back, branched, applied, its server killed,
 * unmounted. The stand-in for WinFsp's library plays the driver; what programs do on the volume comes through its door.
 *
 * @module
 */

import assert from "node:assert/strict";
import { DriverDoor, NtError } from "../driver_door.ts";
import { FileAttribute } from "../../../ffi/windows/nt_file.ts";
import { filterFlow } from "../../support/systems/filter_flow.ts";
import { refusals } from "./refusals.ts";
import { runSteps } from "./run_steps.ts";
import { workspaceSteps } from "./workspace_steps.ts";

export interface Ended {
  readonly code: number;
  readonly output: string;
}

export interface FlowParts {
  /** Runs `agentvfs` with these words. */
  agentvfs(...words: string[]): Promise<Ended>;
  /** Runs it where and with the input that is said, its streams kept apart. Paths are Windows', on drive C:. */
  start(
    place: { readonly directory: string; readonly input: string },
    ...words: string[]
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  /** Runs a program that comes with Windows. */
  windows(...command: string[]): Promise<Ended>;
  /** Ends a process of Windows at once, by its number. */
  kill(pid: number): Promise<Ended>;
  /** The program, as Windows calls its file. */
  readonly executable: string;
  /** Where drive C: is on this machine. */
  readonly drive: string;
  /** The file that says at which port the driver's side listens. */
  readonly door: string;
  report(what: string, isRight: boolean): void;
}

const DEADLINE_MS = 120_000;

export async function daemonFlow(parts: FlowParts): Promise<void> {
  const step = async (what: string, work: () => Promise<void>) => {
    try {
      await work();
      parts.report(what, true);
    } catch (error) {
      parts.report(`${what}: ${error instanceof Error ? error.message : error}`, false);
    }
  };
  /** Output of a command that ends well. */
  const says = async (...words: string[]) => {
    const { code, output } = await parts.agentvfs(...words);
    assert.equal(code, 0, `agentvfs ${words.join(" ")} ended with ${code}: ${output}`);
    return output.replaceAll("\r\n", "\n");
  };
  const status = async () => {
    const { code, output } = await parts.agentvfs("ctl", "status", "--json");
    if (code !== 0) return null;
    // What wine says of the machine comes along.
    return JSON.parse(/^\{.*\}$/m.exec(output.replaceAll("\r", ""))?.[0] ?? "null") as {
      readonly serverPid: number;
      readonly keeperPid: number;
      readonly restarts: number;
      readonly mount: string;
    };
  };
  const onVolume = async <T>(work: (volume: DriverDoor) => Promise<T>): Promise<T> => {
    const volume = await DriverDoor.open(parts.door);
    try {
      return await work(volume);
    } finally {
      volume.close();
    }
  };
  // What a run before this one left is another project's.
  const name = `shop-${Date.now().toString(36)}`;
  const project = `${parts.drive}/${name}`;
  await Deno.mkdir(`${project}/src`, { recursive: true });
  await Deno.writeTextFile(`${project}/src/a.txt`, "as imported\n");
  await Deno.writeTextFile(`${project}/src/hidden.txt`, "hidden\n");
  await parts.windows("attrib", "+h", `C:\\${name}\\src\\hidden.txt`);
  await Deno.remove(parts.door).catch(() => {});
  let place = "";
  try {
    await step("quickstart mounts a project and says where", async () => {
      const output = await says("quickstart", `C:\\${name}`);
      place = /^mount=(C:\\.*\\mount)$/m.exec(output)?.[1] ?? "";
      assert.notEqual(place, "", output);
      // Of the shells that started it none is Windows'.
      assert.ok(output.includes(`next: cd /d ${place} && claude`), output);
      assert.equal(await onVolume((volume) => volume.place()), place);
    });
    await step(
      "programs read and write, whatever the case of names",
      () =>
        onVolume(async (volume) => {
          assert.equal(await volume.read("\\SRC\\A.TXT"), "as imported\n");
          await volume.write("\\src\\a.txt", "one\n");
          await volume.mkdir("\\docs");
          await volume.write("\\docs\\new.txt", "new\n");
          assert.deepEqual(await volume.list("\\"), ["docs", "src"]);
        }),
    );
    await step("ctl checkpoint and log", async () => {
      assert.match(await says("ctl", "checkpoint", "one"), /^[0-9a-f]{64}$/m);
      assert.match(await says("log"), /checkpoint +"one" +\d+ added, 1 modified[^]*import/);
    });
    await step("diff names what changed", async () => {
      await onVolume(async (volume) => {
        await volume.write("\\src\\a.txt", "two\n");
        await volume.rename("\\docs", "\\text");
        await volume.notices();
      });
      const output = await says("diff");
      for (const name of ["src/a.txt", "docs", "text"]) assert.ok(output.includes(name), output);
    });
    await step("a rollback takes it back, and the driver is told", async () => {
      await says("rollback", "one");
      await onVolume(async (volume) => {
        assert.equal(await volume.read("\\src\\a.txt"), "one\n");
        assert.deepEqual(await volume.list("\\"), ["docs", "src"]);
        const told = await volume.notices();
        for (const name of ["\\src\\a.txt", "\\text", "\\docs"]) {
          assert.ok(told.includes(name), `${name} is not among ${told}`);
        }
      });
    });
    await step("restore takes paths as Windows writes them", async () => {
      await onVolume((volume) => volume.write("\\src\\a.txt", "spoiled\n"));
      const { code, stdout, stderr } = await parts.start(
        { directory: `C:\\${name}\\src`, input: "" },
        ...["restore", "--from", "one", ".\\a.txt", `C:\\${name}\\docs\\new.txt`],
      );
      assert.equal(code, 0, stdout + stderr);
      assert.equal(await onVolume((volume) => volume.read("\\src\\a.txt")), "one\n");
    });
    await step("a branch is a folder, and is merged", async () => {
      assert.match(await says("branch", "create", "try"), /\\\.agentvfs\\branches\\try$/m);
      await onVolume(async (volume) => {
        assert.deepEqual(await volume.list("\\.agentvfs\\branches"), ["main", "try"]);
        await volume.write("\\.agentvfs\\branches\\try\\src\\b.txt", "b\n");
        await assert.rejects(volume.read("\\src\\b.txt"), NtError);
      });
      await says("checkpoint", "b", "--branch", "try");
      await says("merge", "try");
      assert.equal(await onVolume((volume) => volume.read("\\src\\b.txt")), "b\n");
    });
    await step(
      "what is hidden in the project is so on the volume",
      () =>
        onVolume(async (volume) => {
          const { HIDDEN, ARCHIVE } = FileAttribute;
          assert.equal(await volume.attributes("\\src\\hidden.txt"), HIDDEN | ARCHIVE);
          assert.equal(await volume.attributes("\\src\\b.txt"), ARCHIVE);
          await volume.rename("\\src\\hidden.txt", "\\src\\moved.txt");
        }),
    );
    await step("apply brings it into the project", async () => {
      await says("checkpoint", "moved");
      await says("apply");
      const read = (name: string) => Deno.readTextFile(`${project}/${name}`);
      assert.equal(await read("src/a.txt"), "one\n");
      assert.equal(await read("src/b.txt"), "b\n");
      assert.equal(await read("docs/new.txt"), "new\n");
      assert.equal(await read("src/moved.txt"), "hidden\n");
      const { output } = await parts.windows("attrib", `C:\\${name}\\src\\*.txt`);
      assert.match(output, /^A +H +C:.*moved\.txt/m);
      assert.match(output, /^A +C:.*b\.txt/m);
      assert.doesNotMatch(await says("diff", "--against-project"), /src\//);
      assert.match(await says("apply"), /nothing to apply/);
    });
    await step(
      "a server that is killed is followed by another, with all that was written",
      async () => {
        await onVolume((volume) => volume.write("\\kept.txt", "kept\n"));
        const before = await status();
        assert.ok(before !== null);
        await parts.kill(before.serverPid);
        const next = await until(async () => {
          const now = await status();
          return now === null || now.serverPid === before.serverPid ? null : now;
        });
        assert.deepEqual([next.restarts, next.mount], [before.restarts + 1, place]);
        await onVolume(async (volume) => {
          assert.equal(await volume.place(), place);
          assert.equal(await volume.read("\\kept.txt"), "kept\n");
        });
      },
    );
    await step("restart puts another server in its place", async () => {
      assert.match(await says("restart"), /^server=\d+$/m);
      await until(status);
      assert.equal(await onVolume((volume) => volume.read("\\kept.txt")), "kept\n");
    });
    await step("doctor finds WinFsp, and no Defender", async () => {
      const { output } = await parts.agentvfs("doctor");
      assert.match(output, /ok +WinFsp +2\.1 at .*Bill Zissimopoulos/);
      assert.match(output, /ok +Microsoft Defender +is not installed/);
      assert.match(output, /ok +drive letters +this shell is (elevated|normal): /);
    });
    await step("doctor reads of Defender, and of long paths, in the registry", async () => {
      const state = place.replace(/\\workspaces\\.*/, "");
      const settings: [key: string, name: string, value: string][] = [
        ["SYSTEM\\CurrentControlSet\\Services\\WinDefend", "Start", "2"],
        ["SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths", "D:\\a b", "0"],
        ["SYSTEM\\CurrentControlSet\\Control\\FileSystem", "LongPathsEnabled", "1"],
        ["SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths", state, "0"],
      ];
      const set = async ([key, name, value]: (typeof settings)[number]) => {
        const words = ["/v", name, "/t", "REG_DWORD", "/d", value, "/f"];
        const { code, output } = await parts.windows("reg", "add", `HKLM\\${key}`, ...words);
        assert.equal(code, 0, output);
      };
      const unset = ([key, name]: (typeof settings)[number]) =>
        parts.windows("reg", "delete", `HKLM\\${key}`, "/v", name, "/f");
      try {
        for (const setting of settings.slice(0, 3)) await set(setting);
        const before = (await parts.agentvfs("doctor")).output;
        assert.match(before, /warn +Microsoft Defender +reads each file/);
        assert.ok(before.includes(`Add-MpPreference -ExclusionPath '${state}'`), before);
        assert.match(before, /ok +long paths +programs may use/);
        await set(settings[3]!);
        const after = (await parts.agentvfs("doctor")).output;
        assert.match(after, /ok +Microsoft Defender +leaves .* alone/);
      } finally {
        for (const setting of settings) await unset(setting);
      }
    });
    await step("filters watch and are asked, each locked in by a job", async () => {
      const ask = (...words: string[]) =>
        parts.start({ directory: `C:\\${name}`, input: "" }, ...words);
      await onVolume((volume) => volume.mkdir("\\asked"));
      await filterFlow({
        write: async (file, text) => {
          await Deno.writeTextFile(`${parts.drive}/${name}-${file}`, text);
          return `C:\\${name}-${file}`;
        },
        ask,
        json: async (...words) => {
          const { code, stdout, stderr } = await ask(...words, "--json");
          assert.equal(code, 0, stdout + stderr);
          return JSON.parse(stdout);
        },
        make: (file) =>
          onVolume((volume) => volume.write(`\\asked\\${file}`, "")).then(() => true, (error) => {
            assert.ok(error instanceof NtError, `${error}`);
            return false;
          }),
        kill: parts.kill,
        lock: "job",
      });
    });
    await runSteps({ ...parts, step }, { project: `C:\\${name}`, mount: place });
    await step("what a program has open keeps stop from unmounting, and is named", async () => {
      const { keeperPid } = (await status())!;
      await onVolume(async (volume) => {
        const close = await volume.hold("\\src\\a.txt", keeperPid);
        const { code, output } = await parts.agentvfs("stop");
        assert.equal(code, 1, output);
        assert.ok(output.includes(`The mount is in use by agentvfs.exe (${keeperPid})`), output);
        await close();
      });
    });
    await step(
      "what only Linux has is refused, with an exit code that stays",
      () => refusals(parts.agentvfs, `C:\\${name}`),
    );
  } finally {
    await step("stop unmounts, and the place is gone", async () => {
      assert.match(await says("stop"), /^status=stopped$/m);
      const { code } = await parts.agentvfs("ctl", "status");
      assert.equal(code, 3);
    });
    await step("a project is mounted at the letter of a drive", async () => {
      assert.match(await says("quickstart", `C:\\${name}`, "--mount", "W:"), /^mount=W:\\$/m);
      assert.equal(await onVolume((volume) => volume.place()), "W:");
      assert.equal(await onVolume((volume) => volume.read("\\kept.txt")), "kept\n");
      assert.match(await says("stop"), /^status=stopped$/m);
    });
    await workspaceSteps(
      { ...parts, says, onVolume, step },
      { project: `C:\\${name}`, onDisk: project },
    );
  }
}

async function until<T>(found: () => Promise<T | null>): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const value = await found();
    if (value !== null) return value;
    assert.ok(performance.now() < deadline, "it does not come");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
