#!/usr/bin/env bash
# package_test.sh BUILD: makes an archive of a build folder, unpacks it elsewhere and trains there.
set -euo pipefail

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# 200 images of 28x28 and their labels; $1: the prefix of the files.
write_split() {
  local folder=$work/data/fashion-mnist i
  printf '\0\0\010\003\0\0\0\310\0\0\0\034\0\0\0\034' >"$folder/$1-images-idx3-ubyte"
  head -c $((200 * 784)) /dev/urandom >>"$folder/$1-images-idx3-ubyte"
  printf '\0\0\010\001\0\0\0\310' >"$folder/$1-labels-idx1-ubyte"
  for ((i = 0; i < 200; i++)); do printf "\\00$((i % 8))"; done >>"$folder/$1-labels-idx1-ubyte"
}

"$source/tools/package" --build "$1" --output "$work/archive.tar.xz" >"$work/printed"
[ "$(cat "$work/printed")" = "$work/archive.tar.xz" ] || fail "it printed $(cat "$work/printed")"
mkdir -p "$work/elsewhere" "$work/data/fashion-mnist"
tar -C "$work/elsewhere" -xf "$work/archive.tar.xz"
folder=$(echo "$work"/elsewhere/*)
write_split train
write_split t10k

# The loader's notes go to the lowest free descriptor.
env -i LD_DEBUG=libs LD_DEBUG_OUTPUT="$work/loader" "$folder/bin/gramstack" run \
  "$folder/share/gramstack/pipelines/quickstart.yaml" --data-path "$work/data" --out "$work/run" \
  --set data.validation=16 --set stack.features.batch=32 --set stack.features.epochs=1 \
  --set stack.classifier.batch=32 --set stack.classifier.epochs=1 >"$work/out" 3>&-
grep -q "classifier" "$work/out" || fail "no report: $(cat "$work/out")"

# Every library is the archive's own or the C library's.
strange=$(cat "$work"/loader* | sed -n 's/.*calling init: //p' | sort -u | grep -v "^$folder/" |
  grep -vE '/(libc|libm|libdl|libpthread|librt|libresolv|ld-linux-[a-z0-9_-]+)\.so' || true)
[ -z "$strange" ] || fail "libraries of the system: $strange"

# Files that others may write would be refused.
[ -z "$(find "$folder" -perm /022 ! -type l)" ] || fail "files that others may write"

if [ -e "$folder/lib/gramstack/plugins/devices-cudnn.so" ] && [ ! -e /dev/nvidia0 ]; then
  code=0
  XDG_CACHE_HOME=$work "$folder/tools/gpu/check" >"$work/out" 2>"$work/err" || code=$?
  [ $code -eq 8 ] || fail "tools/gpu/check ended with $code: $(cat "$work/err")"
  grep -q "no NVIDIA driver is installed" "$work/err" || fail "tools/gpu/check said $(cat "$work/err")"
fi

code=0
"$source/tools/package" --nonsense x 2>"$work/err" || code=$?
[ $code -eq 2 ] || fail "an unknown option ended with $code"
[ "$(cat "$work/err")" = "package: unknown option --nonsense; wants [--build FOLDER] [--output FILE.tar.xz] [--cuda-libs FOLDER]" ] ||
  fail "$(cat "$work/err")"
