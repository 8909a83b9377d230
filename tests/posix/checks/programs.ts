import { type Check, check, rootCheck } from "../check.ts";
import { type Lab } from "../lab.ts";
import {
  close,
  fchmodat,
  fchownat,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  openat,
  pwrite,
  renameat,
  symlinkat,
  truncate,
  unlinkat,
} from "../system_calls.ts";

/** Runs a program of the lab; what it printed, or why it did not run. */
function execute(lab: Lab, name: string, args: string[] = []): string {
  try {
    const { stdout, code } = lab.asStarter(() =>
      new Deno.Command(`${lab.path}/${name}`, {
        args,
        uid: lab.self.uid,
        gid: lab.self.gid,
      }).outputSync()
    );
    return `${code} ${new TextDecoder().decode(stdout).trim()}`;
  } catch (error) {
    return /os error (\d+)/.exec(String(error))?.[1] ?? (error as Error).name;
  }
}

function program(lab: Lab, name: string, path: string): void {
  const fd = openat(lab.at, name, O_CREAT | O_RDWR, 0o755);
  const bytes = Deno.readFileSync(path);
  for (let at = 0; at < bytes.length; at += 65536) pwrite(fd, bytes.slice(at, at + 65536), at);
  close(fd);
}

function running(lab: Lab, name: string, body: () => void): void {
  const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const child = lab.asStarter(() =>
    new Deno.Command(`${lab.path}/${name}`, { args: ["100"], ...quiet }).spawn()
  );
  try {
    body();
  } finally {
    lab.asStarter(() => child.kill("SIGKILL"));
    // It is waited for when the runner ends; what follows must not depend on its being gone.
    child.unref();
  }
}

export const checks: Check[] = [
  check("a script runs as soon as it is written", (lab) => {
    lab.file("script", "#!/bin/sh\necho one\n", 0o755);
    lab.see("first", execute(lab, "script"));
    lab.file("script", "#!/bin/sh\necho two\n");
    lab.see("changed", execute(lab, "script"));
    lab.file("other", "#!/bin/sh\necho three\n", 0o755);
    renameat(lab.at, "other", "script");
    lab.see("replaced", execute(lab, "script"));
  }),

  check("a program runs when its mode says so", (lab) => {
    lab.file("script", "#!/bin/sh\necho ran\n", 0o644);
    for (const mode of [0o644, 0o755, 0o700, 0o711, 0o100, 0o066]) {
      fchmodat(lab.at, "script", mode);
      lab.see(mode.toString(8), execute(lab, "script"));
    }
  }),

  check("a program that is copied runs", (lab) => {
    program(lab, "echo", "/bin/echo");
    lab.see("run", execute(lab, "echo", ["hello"]));
    symlinkat("echo", lab.at, "link");
    lab.see("through a link", execute(lab, "link", ["hello"]));
    lab.see("missing interpreter", (lab.file("s", "#!/no/such\n", 0o755), execute(lab, "s")));
    lab.see("not a program", (lab.file("t", "\x01\x02", 0o755), execute(lab, "t")));
  }),

  check("a program that runs cannot be written", (lab) => {
    program(lab, "sleep", "/bin/sleep");
    running(lab, "sleep", () => {
      lab.seeOpen("write", "sleep", O_WRONLY);
      lab.seeOpen("read", "sleep", O_RDONLY);
      lab.see("truncate", truncate(lab.link("sleep"), 0));
      lab.see("unlink", unlinkat(lab.at, "sleep"));
      lab.seeOpen("new file of the name", "sleep", O_CREAT | O_WRONLY);
    });
  }),

  check("a program that runs can be replaced by rename", (lab) => {
    program(lab, "sleep", "/bin/sleep");
    running(lab, "sleep", () => {
      lab.file("new", "#!/bin/sh\necho new\n", 0o755);
      lab.see("rename", renameat(lab.at, "new", "sleep"));
      lab.see("run", execute(lab, "sleep"));
    });
  }),

  check("a program open for writing cannot be run", (lab) => {
    program(lab, "echo", "/bin/echo");
    const fd = openat(lab.at, "echo", O_WRONLY);
    lab.see("while open", execute(lab, "echo", ["x"]));
    close(fd);
    lab.see("closed", execute(lab, "echo", ["x"]));
  }),

  rootCheck("set-user-ID programs run as their owner", (lab) => {
    program(lab, "id", "/usr/bin/id");
    fchownat(lab.at, "id", 65501, 65511);
    for (const mode of [0o755, 0o4755, 0o2755, 0o6755]) {
      fchmodat(lab.at, "id", mode);
      lab.see(mode.toString(8), execute(lab, "id"));
    }
  }),
];
