import type { Published } from "./published.ts";

/** The names that builders of images give processors. */
const PROCESSORS = { x64: "amd64", arm64: "arm64" } as const;

/** The recipe of a container image, to be built where the release lies: `docker build -f Dockerfile dist/release`. */
export function containerfile(of: Published): string {
  const linux = of.executables.filter(({ target }) => target.npm.os === "linux");
  if (linux.length === 0) throw new Error("The release has no executable for Linux");
  const sums = linux.map(({ target, file, sha256 }) =>
    `      ${PROCESSORS[target.npm.cpu]}) sum=${sha256} file=${file} ;; \\\n`
  );
  return `# agentvfs ${of.version}. Mounting needs the device and the right to mount:
#   docker run --device /dev/fuse --cap-add SYS_ADMIN --security-opt apparmor=unconfined -v "$PWD:/project" -it agentvfs
FROM debian:13-slim AS chosen
ARG TARGETARCH=amd64
COPY agentvfs-${of.version}-linux-* /tmp/agentvfs/
RUN set -eu; \\
    case $TARGETARCH in \\
${sums.join("")}      *) echo "there is no agentvfs for $TARGETARCH" >&2; exit 1 ;; \\
    esac; \\
    echo "$sum  /tmp/agentvfs/$file" | sha256sum --check --quiet; \\
    install -m 755 "/tmp/agentvfs/$file" /usr/local/bin/agentvfs; \\
    ln -s agentvfs /usr/local/bin/agentvfs-ctl; \\
    ln -s agentvfs /usr/local/bin/agentvfs-quickstart; \\
    agentvfs --version

FROM debian:13-slim
RUN apt-get update \\
  && apt-get install -y --no-install-recommends ca-certificates fuse3 git util-linux \\
  && rm -rf /var/lib/apt/lists/*
COPY --from=chosen /usr/local/bin/ /usr/local/bin/
LABEL org.opencontainers.image.title="agentvfs" \\
      org.opencontainers.image.version="${of.version}" \\
      org.opencontainers.image.licenses="Apache-2.0" \\
      org.opencontainers.image.source="${of.homepage}"
WORKDIR /project
CMD ["bash", "-c", "agentvfs quickstart /project; exec bash"]
`;
}
