import type { Published } from "./published.ts";

/**
 * Lines of a shell script that get the installer of this release, see that it is what it was when this was made, and run it
 * with `$@`. It verifies the rest.
 */
export function bootstrap(of: Published): string {
  return `release=\${AGENTVFS_RELEASES:-${of.url}}
installer=$(mktemp)
trap 'rm -f "$installer"' EXIT
case $release in
  http://* | https://*)
    if command -v curl >/dev/null; then curl -fsSL --output "$installer" "$release/install.sh"
    else wget -q -O "$installer" "$release/install.sh"; fi
    ;;
  *) cp "$release/install.sh" "$installer" ;;
esac
echo "${of.sha256("install.sh")}  $installer" | sha256sum -c - >/dev/null || {
  echo "$release/install.sh is not that of agentvfs ${of.version}" >&2
  exit 1
}
sh "$installer" --from "$release" --version ${of.version} "$@"
`;
}
