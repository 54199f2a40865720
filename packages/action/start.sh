#!/usr/bin/env bash
# What the action does: takes a release's binary, holds it against the release's checksums, starts it, waits until it is
# ready, and tells later steps where it is. Also for the bash 3.2 of macOS.
set -euo pipefail

fail() {
    echo "::error::millpond: $*"
    exit 1
}

manifest="$GITHUB_ACTION_PATH/../../Cargo.toml"
version="${MILLPOND_VERSION:-$(sed -n 's/^version = "\(.*\)"$/\1/p' "$manifest" | head -n 1)}"
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "the version is to be like 0.1.0, not '$version'"

case "$RUNNER_OS-$RUNNER_ARCH" in
Linux-X64) target=x86_64-unknown-linux-gnu ;;
Linux-ARM64) target=aarch64-unknown-linux-gnu ;;
macOS-X64) target=x86_64-apple-darwin ;;
macOS-ARM64) target=aarch64-apple-darwin ;;
Windows-X64) target=x86_64-pc-windows-msvc ;;
*) fail "there is no binary for $RUNNER_OS on $RUNNER_ARCH" ;;
esac
end=""
[[ "$RUNNER_OS" != Windows ]] || end=.exe

file="millpond-$version-$target$end"
place="$RUNNER_TEMP/millpond-$version"
release="$GITHUB_SERVER_URL/$MILLPOND_REPOSITORY/releases/download/v$version"
mkdir -p "$place"
cd "$place"
for name in SHA256SUMS "$file"; do
    curl --fail --silent --show-error --location --proto-redir =https --retry 3 --max-time 300 --output "$name" "$release/$name" ||
        fail "$release/$name cannot be had"
done
sum=$(awk -v name="$file" '$2 == name' SHA256SUMS)
[[ -n "$sum" ]] || fail "SHA256SUMS of $version does not name $file"
check=(sha256sum)
command -v sha256sum >/dev/null || check=(shasum -a 256)
"${check[@]}" --check - <<<"$sum" >/dev/null || fail "$file is not what SHA256SUMS of $version says"
mv "$file" "millpond$end"
chmod +x "millpond$end"
millpond="$place/millpond$end"

# It runs here, and not in the workspace, whose .env is the project's own; and it does not see the job's pair, which may be real.
fixture="$MILLPOND_FIXTURE"
[[ ! -f "$GITHUB_WORKSPACE/$fixture" ]] || fixture="$GITHUB_WORKSPACE/$fixture"
unset STREAM_API_KEY STREAM_API_SECRET MILLPOND_URL
# In memory: what a job leaves is nobody's. One line comes on stdout, once it is ready, and nothing if it cannot start.
flags=(serve --memory --json)
[[ -z "$fixture" ]] || flags+=(--fixture "$fixture")
read -r -d '' -a further <<<"$MILLPOND_ARGS" || true
log="$place/millpond.log"
ready=""
read -r -t 60 ready < <(nohup "$millpond" "${flags[@]}" ${further[@]+"${further[@]}"} 2>"$log" </dev/null) || {
    cat "$log"
    fail "it did not get ready"
}
[[ "$ready" =~ \"url\":\"([^\"]*)\" ]] || fail "the ready line has no address: $ready"
url="${BASH_REMATCH[1]}"

"$millpond" env --format github --url "$url" >>"$GITHUB_ENV"
echo "$place" >>"$GITHUB_PATH"
echo "url=$url" >>"$GITHUB_OUTPUT"
echo "millpond $version is ready at $url"
