#!/usr/bin/env bash
# Fails when a generated file is not what `go generate` makes of the sources
# beside it. Only files that carry the marker are looked at, so other unsaved
# work in the tree does not matter; the fresh versions stay in place.
set -euo pipefail

marked() {
  find . -type f -not -path './.git/*' -not -path './bin/*' -exec \
    sh -c 'grep -lE "^(//|#|<!--|/\*) ?Code generated .* DO NOT EDIT" "$@" || true' sh {} + | sort
}

before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
marked | while read -r file; do
  mkdir -p "$before/$(dirname "$file")"
  cp "$file" "$before/$file"
done

echo "go generate ./..."
go generate ./...

stale=0
while read -r file; do
  old=$before/$file
  [ -e "$old" ] || old=/dev/null
  diff -u --label "committed/${file#./}" --label "generated/${file#./}" "$old" "$file" || stale=1
done < <(marked)
if [ "$stale" -ne 0 ]; then
  echo "generated: the files above were not up to date; they are now, commit them" >&2
  exit 1
fi
