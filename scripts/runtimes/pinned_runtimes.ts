/**
 * Runtimes in published programs that were themselves made by `deno compile`, for each target of ours.
 *
 * @module
 */

import { stripElf, stripExe, stripMachO } from "./strip_program.ts";

export interface PinnedRuntime {
  /** The package, in npm or PyPI, and the program in it. */
  readonly npm?: { readonly name: string; readonly version: string };
  readonly pypi?: { readonly name: string; readonly version: string; readonly platform: string };
  readonly file: string;
  readonly version: string;
  readonly bytes: number;
  readonly sha256: string;
  strip(program: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
}

const VALIDATOR = { name: "bids-validator-deno", version: "2.4.1" };
const SCRIPTS = "bids_validator_deno-2.4.1.data/scripts";

export const PINNED_RUNTIMES: { readonly [target: string]: PinnedRuntime } = {
  "x86_64-unknown-linux-gnu": {
    npm: { name: "@dgellow/rfc-linux-x64", version: "0.0.6" },
    file: "bin/rfc",
    version: "2.6.10",
    bytes: 92_183_912,
    sha256: "1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2",
    strip: stripElf,
  },
  "aarch64-unknown-linux-gnu": {
    pypi: { ...VALIDATOR, platform: "manylinux_2_28_aarch64" },
    file: `${SCRIPTS}/bids-validator-deno`,
    version: "2.6.10",
    bytes: 86_015_072,
    sha256: "ee39b54b2f465eae3f1dd3d79495e1ef957fae69ff4f6ad118499986b714d494",
    strip: stripElf,
  },
  "x86_64-apple-darwin": {
    pypi: { ...VALIDATOR, platform: "macosx_10_12_x86_64" },
    file: `${SCRIPTS}/bids-validator-deno`,
    version: "2.6.10",
    bytes: 82_466_744,
    sha256: "175c8ea60bd839524729b5451c42b4441bcb7425a40dc744c0edd7fb137c68a4",
    strip: stripMachO,
  },
  "aarch64-apple-darwin": {
    pypi: { ...VALIDATOR, platform: "macosx_11_0_arm64" },
    file: `${SCRIPTS}/bids-validator-deno`,
    version: "2.6.10",
    bytes: 76_264_338,
    sha256: "1878da5f3460956a9320083b3072111d7a680abbc1f3838f8d80b5d88d9d3026",
    strip: stripMachO,
  },
  "x86_64-pc-windows-msvc": {
    pypi: { ...VALIDATOR, platform: "win_amd64" },
    file: `${SCRIPTS}/bids-validator-deno.exe`,
    version: "2.6.8",
    bytes: 156_880_695,
    sha256: "5aaf98c6631b2458d580fcc9c753bb6a565bc03f9a611ebe9033531377a2ab92",
    strip: stripExe,
  },
};
