/**
 * A state root of a test's own.
 *
 * @module
 */

export interface State {
  /** Temporary directory, a real path. `state` in it is the state root. */
  root: string;
  /** An empty project in it. */
  project: string;
}

const VARIABLES = [
  "AGENTVFS_STATE_DIR",
  "AGENTVFS_WORKSPACE_ROOT",
  "AGENTVFS_SOCK",
  "AGENTVFS_MOUNT",
  "XDG_STATE_HOME",
  "XDG_RUNTIME_DIR",
  "XDG_CONFIG_HOME",
  "CLAUDE_CONFIG_DIR",
  "CODEX_HOME",
  "HOME",
];

/** Runs `test` in an environment that knows no other daemon, and puts the environment back. */
export async function withState(test: (state: State) => Promise<void>): Promise<void> {
  const before = VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "avfs-" }));
  const project = `${root}/project`;
  await Deno.mkdir(project);
  for (const name of VARIABLES) Deno.env.delete(name);
  Deno.env.set("AGENTVFS_STATE_DIR", `${root}/state`);
  Deno.env.set("HOME", `${root}/home`);
  try {
    await test({ root, project });
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(root, { recursive: true });
  }
}
