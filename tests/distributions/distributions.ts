/** The distributions that a newcomer's run is tried on, newest first: each family's, and the oldest that can still be had. */
export const DISTRIBUTIONS: readonly Distribution[] = [
  debian("debian-13", "trixie"),
  debian("debian-12", "bookworm"),
  debian("debian-11", "bullseye"),
  ubuntu("ubuntu-24.04", "noble"),
  ubuntu("ubuntu-22.04", "jammy"),
  ubuntu("ubuntu-20.04", "focal"),
  { ...ubuntu("ubuntu-18.04", "bionic"), refusal: "agentvfs needs glibc 2.28 or later" },
];

/** A distribution that debootstrap can make a chroot of. */
export interface Distribution {
  readonly name: string;
  readonly suite: string;
  readonly mirror: string;
  /** The line of `/etc/apt/sources.list` that its images come with. */
  readonly source: string;
  /** What debootstrap is told besides. */
  readonly options: readonly string[];
  /** The script of debootstrap that it is made by: releases newer than debootstrap have none of their own. */
  readonly script?: string;
  /** What the installer says where it has to refuse. */
  readonly refusal?: string;
}

function debian(name: string, suite: string): Distribution {
  const mirror = "http://deb.debian.org/debian";
  return { name, suite, mirror, source: `deb ${mirror} ${suite} main`, options: [] };
}

/** Debian has no package of Ubuntu's keys, so what comes is trusted as the mirror is: enough for a test. */
function ubuntu(name: string, suite: string): Distribution {
  const mirror = "http://archive.ubuntu.com/ubuntu";
  return {
    ...{ name, suite, mirror, script: "gutsy", options: ["--no-check-gpg"] },
    source: `deb [trusted=yes] ${mirror} ${suite} main universe`,
  };
}
