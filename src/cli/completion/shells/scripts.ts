/**
 * What each shell reads to know our command line: a function that asks the program at each key, so that it never says anything
 * else than the program that is there. `agentvfs __complete` answers in lines: what else the shell may offer (and where another
 * program's command line begins), then a word and what it is, with a tab between.
 *
 * @module
 */

const BASH = String.raw`# Completion of agentvfs in bash; written by agentvfs completions bash.
_agentvfs() {
  local IFS=$'\n' lines also
  lines=($(agentvfs __complete bash -- "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)) || return
  also=\${lines[0]}
  COMPREPLY=("\${lines[@]:1}")
  # An option that waits for its value is followed by no space.
  if [[ \${#COMPREPLY[@]} = 1 && \${COMPREPLY[0]} = *= ]]; then compopt -o nospace; fi
  compopt -o nosort 2>/dev/null
  case $also in
    files) if [[ \${#COMPREPLY[@]} = 0 ]]; then compopt -o default; fi ;;
    directories) compopt -o dirnames ;;
    program*)
      local at=$((\${also#program } + 1))
      if declare -F _command_offset >/dev/null; then
        IFS=$' \t\n' && _command_offset "$at"
      elif ((COMP_CWORD <= at)); then
        COMPREPLY=($(compgen -c -- "\${COMP_WORDS[COMP_CWORD]}"))
      else
        compopt -o default
      fi ;;
  esac
}
complete -F _agentvfs agentvfs agentvfs-ctl agentvfs-quickstart
`;

const ZSH = String.raw`#compdef agentvfs agentvfs-ctl agentvfs-quickstart
# Completion of agentvfs in zsh; written by agentvfs completions zsh.
_agentvfs() {
  local also line
  local -a lines found shown typed
  typed=("\${(@Q)words[1,CURRENT-1]}" "\${(Q)PREFIX}")
  lines=("\${(@f)$(command agentvfs __complete zsh -- "\${(@)typed}" 2>/dev/null)}")
  also=$lines[1]
  for line in "\${(@)lines[2,-1]}"; do
    [[ -n $line ]] || continue
    found+=("\${line%%$'\t'*}")
    if [[ $line = *$'\t'* ]]; then shown+=("\${line/$'\t'/  -- }"); else shown+=("$line"); fi
  done
  if (( $#found )); then compadd -V agentvfs -l -d shown -a found; fi
  case $also in
    files) [[ $PREFIX = --*=* ]] && compset -P '*='; _files ;;
    directories) [[ $PREFIX = --*=* ]] && compset -P '*='; _files -/ ;;
    program*)
      shift \${also#program } words
      shift words
      (( CURRENT -= \${also#program } + 1 ))
      _normal ;;
  esac
}
if [[ $funcstack[1] = _agentvfs ]]; then
  _agentvfs "$@"
else
  compdef _agentvfs agentvfs agentvfs-ctl agentvfs-quickstart
fi
`;

const FISH = String.raw`# Completion of agentvfs in fish; written by agentvfs completions fish.
function __agentvfs_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l plain (string unescape -- $current)
    or set plain (string trim -l -c '\'"' -- $current)
    set -l lines (command agentvfs __complete fish -- $typed "$plain" 2>/dev/null)
    or return
    set -q lines[2]
    and printf '%s\n' $lines[2..-1]
    switch "$lines[1]"
        case files
            __fish_complete_path "$plain"
        case directories
            __fish_complete_directories "$plain" ''
        case 'program *'
            set -l at (math (string replace 'program ' '' -- $lines[1]) + 2)
            set -l others
            set -q typed[$at]
            and set others (string escape -- $typed[$at..-1])
            complete -C (string join ' ' -- $others "$current")
    end
end
for name in agentvfs agentvfs-ctl agentvfs-quickstart
    complete -c $name -f -k -a '(__agentvfs_complete)'
end
`;

const POWERSHELL = String
  .raw`# Completion of agentvfs in PowerShell; written by agentvfs completions powershell.
Register-ArgumentCompleter -Native -CommandName agentvfs, agentvfs-ctl, agentvfs-quickstart -ScriptBlock {
  param($current, $line, $cursor)
  $before = $line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor }
  $words = @($before | ForEach-Object {
    if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
  })
  # An argument that is empty would not arrive: the dot is not part of the word.
  $typed = $current.Trim("'", '"') + '.'
  $lines = @(& agentvfs __complete powershell -- @words $typed 2>$null)
  $lines | Select-Object -Skip 1 | ForEach-Object {
    $word, $brief = $_ -split "\t", 2
    $text = if ($word -match '[^\w./:=-]') { "'" + ($word -replace "'", "''") + "'" } else { $word }
    if (-not $brief) { $brief = $word }
    [System.Management.Automation.CompletionResult]::new($text, $word, 'ParameterValue', $brief)
  }
}
`;

/** By the names that the command line takes. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  bash: BASH.replaceAll("\\${", "${"),
  zsh: ZSH.replaceAll("\\${", "${"),
  fish: FISH,
  powershell: POWERSHELL,
};
