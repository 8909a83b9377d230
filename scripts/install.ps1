# Installs agentvfs for one user on Windows, or brings it up to date. docs/install.md has the options.
#
#   powershell -ExecutionPolicy Bypass -File install.ps1 -From DIR|URL [-Version V] [-Prefix DIR] [-Restart] [-RequireSignature]
#   powershell -ExecutionPolicy Bypass -File install.ps1 -Uninstall [-Purge [-Yes]]
#
# Nothing is done before the last line, so a script that was cut off while it came does nothing. Windows PowerShell 5.1 runs it.
[CmdletBinding()]
param(
  [string]$From = $env:AGENTVFS_RELEASES,
  [string]$Version = '',
  [string]$Prefix = $(if ($env:LOCALAPPDATA) { Join-Path $env:LOCALAPPDATA 'Programs\agentvfs' } else { '' }),
  [switch]$Restart,
  [switch]$RequireSignature,
  [switch]$Uninstall,
  [switch]$Purge,
  [switch]$Yes
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# Whose signature a release has to have. Filled in where a release is made; what was made from the sources has none.
$SIGNER = ''

function Write-Hint([string]$Text) { [Console]::Error.WriteLine("hint: $Text") }

# Exit codes are those of the program: 1 refused, 2 the command line, 4 the machine.
function Stop-Install([int]$Code, [string]$Message, [string]$Hint = '') {
  [Console]::Error.WriteLine("install.ps1: $Message")
  if ($Hint) { Write-Hint $Hint }
  throw [System.OperationCanceledException]::new("$Code")
}

# A file of the release, to a path. False if it cannot be had.
function Get-ReleaseFile([string]$Name, [string]$To) {
  try {
    if ($From -match '^https?://') { Invoke-WebRequest -UseBasicParsing -Uri "$From/$Name" -OutFile $To }
    else { Copy-Item -LiteralPath (Join-Path $From $Name) -Destination $To }
    return $true
  } catch {
    return $false
  }
}

# A file of the release, to a path, with the checksum that the release says.
function Get-CheckedFile([string]$Name, [string]$To) {
  $line = Get-Content -LiteralPath (Join-Path $Work 'SHA256SUMS') | Where-Object { ($_ -split '\s+\*?', 2)[1] -ceq $Name }
  if (-not $line) { Stop-Install 1 "The release in $From has no $Name" "What it has is in $From/SHA256SUMS" }
  $expected = ($line -split '\s+', 2)[0]
  if (-not (Get-ReleaseFile $Name $To)) {
    Stop-Install 1 "Cannot get $From/$Name into $(Split-Path $To)" 'Is there space left? Nothing was changed'
  }
  $actual = (Get-FileHash -Algorithm SHA256 -LiteralPath $To).Hash.ToLowerInvariant()
  if ($actual -ne $expected) {
    Stop-Install 1 "$From/$Name is not what it should be: its checksum is $actual, $expected was expected" `
      'Nothing was changed. It may have been cut off while it came: try again'
  }
}

# Whether SHA256SUMS is of who made this installer: so is then all that has the checksums in it.
function Test-Signature {
  if (-not $SIGNER) {
    if ($RequireSignature) {
      Stop-Install 1 'This installer does not know whose signature to expect' 'Take the installer of a release'
    }
    return
  }
  $signature = Join-Path $Work 'SHA256SUMS.sig'
  if (-not (Get-ReleaseFile 'SHA256SUMS.sig' $signature)) {
    Stop-Install 1 "The release in $From is not signed" 'Nothing was changed. This installer is of releases that are'
  }
  $ssh = Get-Command ssh-keygen -ErrorAction SilentlyContinue
  if (-not $ssh) {
    if ($RequireSignature) {
      Stop-Install 4 'Nothing here verifies signatures' 'Add the optional feature OpenSSH Client of Windows'
    }
    Write-Hint "the release's signature was not verified: there is no ssh-keygen here (the optional feature OpenSSH Client)"
    return
  }
  $signers = Join-Path $Work 'signers'
  [System.IO.File]::WriteAllText($signers, "agentvfs namespaces=`"agentvfs-release`" $SIGNER`n")
  # cmd gives the file as it is; PowerShell's own pipe would change its line ends.
  $sums = Join-Path $Work 'SHA256SUMS'
  & cmd /d /c "`"$($ssh.Source)`" -Y verify -f `"$signers`" -I agentvfs -n agentvfs-release -s `"$signature`" <`"$sums`" >nul 2>nul"
  if ($LASTEXITCODE -ne 0) {
    Stop-Install 1 "The release in $From is not signed by who made this installer" `
      'Nothing was changed. Somebody may have tampered with it: do not install it, and tell who publishes it'
  }
}

function Get-VersionOf([string]$Path) {
  try { $said = & $Path --version 2>$null } catch { return '' }
  if ("$said" -match '^agentvfs (\S+)$') { return $Matches[1] }
  return ''
}

function Test-Older([string]$One, [string]$Other) {
  $parts = { param($v) [version](($v -split '[+-]')[0]) }
  return (& $parts $One) -lt (& $parts $Other)
}

function Install-Program {
  if (-not $From -and $PSScriptRoot -and (Test-Path -LiteralPath (Join-Path $PSScriptRoot 'SHA256SUMS'))) {
    $script:From = $PSScriptRoot
  }
  if (-not $From) { Stop-Install 2 'Where is the release?' 'Say -From DIR or -From URL' }
  $script:From = $From.TrimEnd('/', '\')
  if (-not $Prefix) { Stop-Install 2 'There is no LOCALAPPDATA' 'Say where to install: -Prefix DIR' }
  if ($env:PROCESSOR_ARCHITECTURE -notin 'AMD64', 'ARM64') {
    Stop-Install 4 "There is no agentvfs for the processor $env:PROCESSOR_ARCHITECTURE"
  }
  if (-not (Get-ReleaseFile 'SHA256SUMS' (Join-Path $Work 'SHA256SUMS'))) {
    Stop-Install 1 "There is no release in $From" 'A release has the files SHA256SUMS and VERSION'
  }
  Test-Signature
  Get-CheckedFile 'VERSION' (Join-Path $Work 'VERSION')
  $latest = (Get-Content -LiteralPath (Join-Path $Work 'VERSION') | Select-Object -First 1).Trim()
  $bin = Join-Path $Prefix 'bin'
  $share = Join-Path $Prefix 'share\agentvfs'
  $program = Join-Path $bin 'agentvfs.exe'
  $before = if (Test-Path -LiteralPath $program) { Get-VersionOf $program } else { '' }
  $wanted = $Version -replace '^v', ''
  if (-not $wanted) {
    $wanted = $latest
    if ($before -and (Test-Older $wanted $before)) {
      Stop-Install 1 "agentvfs $before is installed, and the release in $From is $wanted, which is older" `
        "-Version $wanted installs it all the same"
    }
  }
  foreach ($directory in $bin, $share) { $null = New-Item -ItemType Directory -Force -Path $directory }
  # In the same directory, so that it takes the place of the old one by renaming.
  $script:New = Join-Path $bin ".agentvfs.$PID.exe"
  Get-CheckedFile "agentvfs-$wanted-windows-x86_64.exe" $New
  if ((Get-VersionOf $New) -ne $wanted) {
    Stop-Install 4 "agentvfs $wanted does not run on this machine" 'Nothing was changed. Windows 10 1809 or later is needed'
  }
  Get-CheckedFile 'install.ps1' (Join-Path $Work 'install.ps1')
  # What runs cannot be replaced on Windows, but it can be renamed; it goes with the next install.
  Get-ChildItem -LiteralPath $bin -Filter '.old.*.exe' -Force | Remove-Item -Force -ErrorAction SilentlyContinue
  if (Test-Path -LiteralPath $program) { Move-Item -LiteralPath $program -Destination (Join-Path $bin ".old.$PID.exe") }
  Move-Item -LiteralPath $New -Destination $program
  Move-Item -LiteralPath (Join-Path $Work 'install.ps1') -Destination (Join-Path $share 'install.ps1') -Force
  [System.IO.File]::WriteAllText((Join-Path $share 'from'), "$From`n")
  foreach ($name in 'agentvfs-ctl', 'agentvfs-quickstart') {
    $rest = if ($name -eq 'agentvfs-ctl') { 'ctl' } else { 'quickstart' }
    [System.IO.File]::WriteAllText((Join-Path $bin "$name.cmd"), "@`"%~dp0agentvfs.exe`" $rest %*`r`n")
  }
  if (-not $before) { Write-Output "agentvfs $wanted is installed: $program" }
  elseif ($before -eq $wanted) { Write-Output "agentvfs $wanted was there, and is again: $program" }
  else { Write-Output "agentvfs $wanted is installed, in place of ${before}: $program" }
  if ($before -and $Restart) { & $program restart --all }
  elseif ($before -and $before -ne $wanted) {
    Write-Output 'running mounts are served by it after: agentvfs restart --all'
  }
  if (-not (Test-Path -LiteralPath "${env:ProgramFiles(x86)}\WinFsp\bin\winfsp-x64.dll")) {
    Write-Hint 'WinFsp is missing, which mounts need: winget install WinFsp.WinFsp'
  }
  if (($env:PATH -split ';') -notcontains $bin) {
    Write-Hint "$bin is not on your PATH"
    Write-Hint "[Environment]::SetEnvironmentVariable('PATH', [Environment]::GetEnvironmentVariable('PATH', 'User') + ';$bin', 'User'), then a new terminal"
  }
  Write-Output "next: $program quickstart DIR"
}

function Uninstall-Program {
  $program = Join-Path $Prefix 'bin\agentvfs.exe'
  if (-not (Test-Path -LiteralPath $program)) {
    Stop-Install 1 "There is no agentvfs in $(Join-Path $Prefix 'bin')" '-Prefix DIR names another place'
  }
  # What runs cannot take itself away on Windows.
  $rest = @('--keep-program') + @(if ($Purge) { '--purge' }) + @(if ($Yes) { '--yes' })
  & $program uninstall @rest
  if ($LASTEXITCODE -ne 0) { Stop-Install $LASTEXITCODE 'Nothing was taken away' }
  foreach ($name in 'bin', 'share') { Remove-Item -LiteralPath (Join-Path $Prefix $name) -Recurse -Force }
  Write-Output "removed $Prefix"
}

function Invoke-Main {
  $script:Work = Join-Path ([System.IO.Path]::GetTempPath()) ([System.Guid]::NewGuid().ToString())
  $script:New = $null
  $null = New-Item -ItemType Directory -Path $Work
  try {
    if ($Uninstall) { Uninstall-Program } else { Install-Program }
    return 0
  } catch [System.OperationCanceledException] {
    return [int]$_.Exception.Message
  } finally {
    Remove-Item -LiteralPath $Work -Recurse -Force
    if ($New -and (Test-Path -LiteralPath $New)) { Remove-Item -LiteralPath $New -Force }
  }
}

exit (Invoke-Main)
