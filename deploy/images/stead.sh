#!/bin/sh
# The entrypoint of both images: `stead <process> [argument …]`. A process is an app, or one of a service's two.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
process=${1:-}
case "$process" in
  *[!a-z-]* | '') main='' ;;
  *-api) main="$root/dist/apps/${process%-api}/src/main.api.js" ;;
  *-worker) main="$root/dist/apps/${process%-worker}/src/main.worker.js" ;;
  *-operators) main="$root/dist/apps/${process%-operators}/src/main.operators.js" ;;
  *) main="$root/dist/apps/$process/src/main.js" ;;
esac
if [ ! -f "$main" ]; then
  echo "stead: there is no process '$process'; there are:" >&2
  cd "$root/dist/apps" || exit 64
  for file in */src/main.js */src/main.api.js */src/main.worker.js */src/main.operators.js; do
    [ -f "$file" ] || continue
    suffix=${file##*/main}
    suffix=${suffix%js}
    suffix=${suffix#.}
    suffix=${suffix%.}
    echo "  ${file%%/*}${suffix:+-$suffix}" >&2
  done
  exit 64
fi
shift
exec node --enable-source-maps --disable-warning=ExperimentalWarning "$main" "$@"
