# Sourced by quickstart and test: install_packages GROUP... installs what tools/packages lists and the system lacks.

is_missing() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" != installed ]
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    if [ "${CI:-}" = true ]; then sudo -n "$@"; else sudo "$@"; fi
  else
    echo "$0: root rights are needed, and there is no sudo; as root: $*" >&2
    return 1
  fi
}

install_packages() {
  local group package missing=()
  while read -r group package; do
    case " $* " in *" $group "*) ;; *) continue ;; esac
    if is_missing "$package"; then missing+=("$package"); fi
  done < tools/packages
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  if ! command -v apt-get >/dev/null; then
    echo "$0: no apt-get here, so install what Debian calls: ${missing[*]}" >&2
    echo "$0: going on in the hope that it is installed" >&2
    return
  fi
  echo "$0: installing ${missing[*]}" >&2
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}")
  as_root "${install[@]}" || { as_root apt-get update -q && as_root "${install[@]}"; }
}
