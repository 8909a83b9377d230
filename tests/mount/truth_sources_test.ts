/**
 * What a run does is one event, however many sources see it: with all of them at once there are as many as strace(1) has calls,
 * each told by one.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { LoggedEvent } from "../../src/telemetry/logged_event.ts";
import { CHANGING_OPEN } from "../../src/telemetry/linux/file_calls.ts";
import { FILE_CHANGES, fileCall, STRACE_FILES } from "../support/file_calls.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { run, until } from "../support/process.ts";
import { skip } from "../support/skip.ts";
import { withTemporary } from "../support/temporary.ts";
import { assertSame } from "../support/truth/mount_events.ts";
import { logged } from "../support/truth/work.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What is done in the branch, and with programs and the network, after what is done elsewhere. */
const MORE = `${FILE_CHANGES}
(echo >/dev/tcp/127.0.0.1/9) 2>/dev/null || true
cd "$PROJECT"; echo one >mine; mv mine other; rm other; /bin/true one; /bin/true two; touch "$OUTSIDE/end"`;

interface Seen {
  readonly lines: readonly string[];
  readonly events: readonly LoggedEvent[];
}

/** Lets a run do all that below strace, watched. */
async function watched(m: Mounted, outside: string): Promise<Seen> {
  const log = `${m.state}/strace`;
  const calls = STRACE_FILES.map((flag) =>
    flag.startsWith("trace=") ? `${flag},execve,connect` : flag
  );
  const script = `cd '${outside}'; exec strace ${calls.join(" ")} -o ${log} bash -ec "$SCRIPT"`;
  const env = { SCRIPT: MORE, PROJECT: m.project, OUTSIDE: outside };
  const command = ["run", "-b", "b", "--watch", "--", "bash", "-c", script];
  const outcome = await m.run(command, { cwd: m.project, env });
  assert.equal(outcome.code, 0, outcome.stderr);
  const events = await until("the last is in the log", async () => {
    const all = await logged(m);
    return all.some(({ file }) => file?.path === `${outside}/end`) && all;
  });
  return { lines: (await Deno.readTextFile(log)).split("\n"), events };
}

/** Calls that succeeded: whether a source hears of a failure differs. */
function filesOf({ lines, events }: Seen, outside: string): [told: string[], done: string[]] {
  const isOutside = (path: string | undefined) => path?.startsWith(`${outside}/`) === true;
  const done = lines.map((line) => fileCall(line, outside))
    .filter((each) => each !== undefined && isOutside(each[2]))
    .map((each) => each!.slice(0, -1).join(" "));
  const told = events.filter((each) =>
    each.event.action !== "exec" && isOutside(each.file?.path) && !isLook(each)
  ).map(({ process, event, file }) =>
    [process!.thread!.id, event.action, file!.path, file!.target_path]
      .filter((part) => part !== undefined).join(" ")
  );
  return [told, done];
}

/** The library tells of files that are opened to be read, which nobody else does. */
function isLook({ event, agentvfs }: LoggedEvent): boolean {
  const changes = ((agentvfs.flags ?? 0) & CHANGING_OPEN) !== 0;
  return ["read", "stat", "close"].includes(event.action) || event.action === "open" && !changes;
}

/** Processes that became a program, and that connected to the network. */
function othersOf({ lines, events }: Seen): [told: string[], done: string[]] {
  const traced = new Set(lines.map((line) => Number(/^\d+/.exec(line)?.[0])));
  const done = lines.flatMap((line) => {
    const exec = /^(\d+) +execve\(.*= 0$/.exec(line)?.[1];
    const port = /^(\d+) +connect\(.*sin_port=htons\((\d+)\)/.exec(line);
    return exec !== undefined
      ? [`${exec} exec`]
      : port !== null
      ? [`${port[1]} connect ${port[2]}`]
      : [];
  });
  const told = events.filter(({ process }) => traced.has(process?.pid ?? 0)).flatMap((each) => {
    const { event, process, destination } = each;
    if (event.action === "exec") return [`${process!.pid} exec`];
    const isNetwork = event.action === "connect" && destination !== undefined;
    return isNetwork ? [`${process!.pid} connect ${destination.port}`] : [];
  });
  return [told, done];
}

/** Those that told of the files elsewhere, of programs, and of what was done in the branch. */
function providersOf({ events }: Seen, m: Mounted, outside: string): string[][] {
  const of = (is: (event: LoggedEvent) => boolean) =>
    [...new Set(events.filter(is).map(({ event }) => event.provider))].sort();
  return [
    of((each) =>
      each.event.action !== "exec" && !isLook(each) &&
      each.file?.path?.startsWith(`${outside}/`) === true
    ),
    of(({ event }) => event.action === "exec"),
    of(({ file, event }) =>
      event.action !== "exec" && /\/(?:mine|other)$/.test(file?.path ?? "") &&
      (file!.path!.startsWith(m.mount) || file!.path!.startsWith(m.project))
    ),
  ];
}

const WAYS = [
  { telemetry: "changes,ebpf,ldpreload,seccomp,outside", files: "ebpf", programs: "ebpf" },
  { telemetry: "changes,ebpf,ldpreload,seccomp", files: "seccomp", programs: "ebpf" },
  { telemetry: "changes,ldpreload,seccomp", files: "seccomp", programs: "seccomp" },
];

Deno.test("what several sources see of a run is one event", async (t) => {
  const built = await run([`${ROOT}scripts/build_preload`, `${ROOT}dist`]);
  if (!built.stdout.includes(`preload-${Deno.build.arch}.so`)) {
    return skip(t, "there is no C compiler");
  }
  for (const { telemetry, files, programs } of WAYS) {
    await t.step(
      telemetry,
      () =>
        withProject("echo one >f", (m) =>
          withTemporary(async (outside) => {
            const seen = await watched(m, outside);
            assertSame(...filesOf(seen, outside));
            assertSame(...othersOf(seen));
            assert.deepEqual(providersOf(seen, m, outside), [[files], [programs], ["mount"]]);
          }), { arguments: ["--telemetry", telemetry] }),
    );
  }
});
