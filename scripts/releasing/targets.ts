/** The systems that a release has an executable for; all that is made of a release follows from this table. */
export const TARGETS: readonly Target[] = [
  {
    name: "linux-x86_64",
    triple: "x86_64-unknown-linux-gnu",
    npm: { os: "linux", cpu: "x64" },
    runner: "ubuntu-24.04",
  },
  {
    name: "linux-aarch64",
    triple: "aarch64-unknown-linux-gnu",
    npm: { os: "linux", cpu: "arm64" },
    runner: "ubuntu-24.04-arm",
  },
  {
    name: "macos-x86_64",
    triple: "x86_64-apple-darwin",
    npm: { os: "darwin", cpu: "x64" },
    runner: "macos-15-intel",
  },
  {
    name: "macos-aarch64",
    triple: "aarch64-apple-darwin",
    npm: { os: "darwin", cpu: "arm64" },
    runner: "macos-15",
  },
  {
    name: "windows-x86_64",
    triple: "x86_64-pc-windows-msvc",
    npm: { os: "win32", cpu: "x64" },
    runner: "windows-2025",
  },
];

/** A system and a processor. */
export interface Target {
  /** As it stands in the name of an executable, and as the installers reckon it. */
  readonly name: string;
  /** As `deno compile --target` has it. */
  readonly triple: string;
  /** As package.json has it, in `os` and `cpu`. */
  readonly npm: { readonly os: "linux" | "darwin" | "win32"; readonly cpu: "x64" | "arm64" };
  /** Where the workflows run it. */
  readonly runner: string;
}

/** The file of a release that is the executable of `version` for `target`. */
export function executableName(version: string, target: Target): string {
  return `agentvfs-${version}-${target.name}${target.npm.os === "win32" ? ".exe" : ""}`;
}

/** The target that this machine is. */
export function hostTarget(): Target {
  const target = TARGETS.find(({ triple }) => triple === Deno.build.target);
  if (target === undefined) throw new Error(`There is no agentvfs for ${Deno.build.target}`);
  return target;
}
