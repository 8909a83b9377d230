# Stands in for Homebrew: formula_standin.rb FORMULA SYSTEM PROCESSOR FILE BIN
#
# Reads a formula as it would be read on that system, installs FILE by it into BIN, and prints what it said as JSON.
require "fileutils"
require "json"
require "pathname"

FORMULA, SYSTEM, PROCESSOR, FILE, BIN = ARGV

# A directory that files are installed into.
class Directory < Pathname
  def install(file)
    file = { file => File.basename(file) } unless file.is_a?(Hash)
    mkpath
    file.each { |from, to| FileUtils.cp(from, self / to) }
  end

  def install_symlink(file)
    file.each { |to, from| FileUtils.ln_s(to.to_s, self / from) }
  end
end

# What a formula says of itself.
class Formula
  class << self
    def facts = (@facts ||= {})

    %i[desc homepage version license url sha256].each do |name|
      define_method(name) { |value = nil| value.nil? ? facts[name] : facts[name] = value }
    end

    def on_macos(&block) = (class_eval(&block) if SYSTEM == "macos")
    def on_linux(&block) = (class_eval(&block) if SYSTEM == "linux")
    def on_arm(&block) = (class_eval(&block) if PROCESSOR == "arm64")
    def on_intel(&block) = (class_eval(&block) if PROCESSOR == "x64")
    def test = nil
  end

  attr_reader :completions

  def bin = Directory.new(BIN)
  def chmod(mode, file) = File.chmod(mode, file)
  def on_macos = (yield if SYSTEM == "macos")

  def generate_completions_from_executable(program, *arguments)
    raise "#{program} is not there" unless File.executable?(program.to_s)

    @completions = arguments
  end
end

load FORMULA
formula = Agentvfs.new
Dir.chdir(File.dirname(FORMULA)) do
  Dir.mkdir("buildpath")
  Dir.chdir("buildpath") do
    FileUtils.cp(FILE, ".")
    formula.install
  end
  FileUtils.rm_r("buildpath")
end
puts JSON.generate(
  stable: { url: Agentvfs.url, sha256: Agentvfs.sha256 },
  caveats: formula.caveats,
  completions: formula.completions,
)
