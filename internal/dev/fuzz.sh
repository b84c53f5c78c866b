#!/usr/bin/env bash
# Runs every fuzz target of the packages, one after the other: fuzz.sh 30s ./...
# Minimising is cut short because Go's default can stall a run that still says
# PASS; look at the execution counts it prints.
set -euo pipefail
time=$1
shift

listed=$(go test -list '^Fuzz' "$@")
failed=0
while read -r package target; do
  echo "fuzz: $package $target for $time"
  go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 1x "$package" </dev/null || failed=1
done < <(awk '/^Fuzz/ { targets[++n] = $1 } /^ok/ { for (i = 1; i <= n; i++) print $2, targets[i]; n = 0 }' <<<"$listed")
exit "$failed"
