import type { Published, PublishedExecutable } from "./published.ts";

const SYSTEMS = { darwin: "on_macos", linux: "on_linux" } as const;
const PROCESSORS = { arm64: "on_arm", x64: "on_intel" } as const;

/** The formula for Homebrew, on macOS and Linux: `agentvfs.rb`. */
export function homebrewFormula(of: Published): string {
  const blocks = Object.entries(SYSTEMS).flatMap(([os, block]) => {
    const executables = of.executables.filter(({ target }) => target.npm.os === os);
    if (executables.length === 0) return [];
    return [`  ${block} do\n${executables.map((one) => processor(of, one)).join("\n")}\n  end\n`];
  });
  return `class Agentvfs < Formula
  desc "Checkpoint, branch and roll back what AI agents do in a project"
  homepage "${of.homepage}"
  version "${of.version}"
  license "Apache-2.0"

${blocks.join("\n")}
  def install
    bin.install Dir["agentvfs-*"].first => "agentvfs"
    chmod 0755, bin/"agentvfs"
    bin.install_symlink bin/"agentvfs" => "agentvfs-ctl"
    bin.install_symlink bin/"agentvfs" => "agentvfs-quickstart"
    generate_completions_from_executable(bin/"agentvfs", "completions")
  end

  def caveats
    on_macos do
      return "Mounts need fuse-t: brew install macos-fuse-t/cask/fuse-t"
    end
    "Mounts need fuse3 of your distribution, such as: sudo apt-get install fuse3"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/agentvfs --version")
  end
end
`;
}

function processor(of: Published, { target, file, sha256 }: PublishedExecutable): string {
  return `    ${PROCESSORS[target.npm.cpu]} do
      url "${of.url}/${file}"
      sha256 "${sha256}"
    end`;
}
