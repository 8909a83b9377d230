import { bootstrap } from "./bootstrap.ts";
import type { Published } from "./published.ts";

/** The files of a feature for development containers, by name. */
export function devcontainerFeature(of: Published): Record<string, string> {
  const feature = {
    id: "agentvfs",
    version: of.version,
    name: "agentvfs",
    description: "Checkpoint, branch and roll back what AI agents do in a project",
    documentationURL: of.homepage,
    licenseURL: `${of.homepage}/blob/main/LICENSE`,
    options: {},
    // A mount needs these, and the device: "runArgs": ["--device=/dev/fuse"] in devcontainer.json, which a feature cannot say.
    capAdd: ["SYS_ADMIN"],
    securityOpt: ["apparmor=unconfined"],
    installsAfter: ["ghcr.io/devcontainers/features/common-utils"],
  };
  return {
    "devcontainer-feature.json": `${JSON.stringify(feature, null, 2)}\n`,
    "install.sh": `#!/bin/sh
# Installs agentvfs ${of.version} and fuse3 into the image of a development container; run as root by its builder.
set -eu
if [ "$(id -u)" != 0 ]; then
  echo "agentvfs: features are installed by root" >&2
  exit 1
fi
missing=
command -v fusermount3 >/dev/null || missing=fuse3
command -v curl >/dev/null || command -v wget >/dev/null || missing="$missing curl ca-certificates"
if [ -n "$missing" ]; then
  if command -v apt-get >/dev/null; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
    rm -rf /var/lib/apt/lists/*
  elif command -v dnf >/dev/null; then dnf install -y $missing
  else
    echo "agentvfs: install $missing in the image; there is neither apt-get nor dnf here" >&2
    exit 1
  fi
fi
set -- --prefix /usr/local
${bootstrap(of)}`,
  };
}
