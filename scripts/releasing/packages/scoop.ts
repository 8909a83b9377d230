import type { Published } from "./published.ts";

/** The manifest for Scoop, on Windows: `agentvfs.json`. Null where the release has no executable for Windows. */
export function scoopManifest(of: Published): object | null {
  const windows = of.executables.find(({ target }) => target.npm.os === "win32");
  if (windows === undefined) return null;
  // What is behind the mark is the name that Scoop gives the file.
  const renamed = (url: string, file: string) => `${url}/${file}#/agentvfs.exe`;
  const anyVersion = (text: string) => text.replaceAll(of.version, "$version");
  return {
    version: of.version,
    description: "Checkpoint, branch and roll back what AI agents do in a project",
    homepage: of.homepage,
    license: "Apache-2.0",
    notes: "Mounts need WinFsp: scoop install nonportable/winfsp-np",
    architecture: { "64bit": { url: renamed(of.url, windows.file), hash: windows.sha256 } },
    bin: [
      "agentvfs.exe",
      ["agentvfs.exe", "agentvfs-ctl", "ctl"],
      ["agentvfs.exe", "agentvfs-quickstart", "quickstart"],
    ],
    autoupdate: {
      architecture: { "64bit": { url: renamed(anyVersion(of.url), anyVersion(windows.file)) } },
      hash: { url: "$baseurl/SHA256SUMS" },
    },
  };
}
