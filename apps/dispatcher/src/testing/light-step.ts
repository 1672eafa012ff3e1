import { nodeArguments } from './program';

/** Seconds between two looks: often enough for a test, and seldom enough that a hundred waiting steps cost little. */
const POLL_S = '0.5';

/**
 * `light <step> <mode>`: a step for experiments with hundreds of runs, as cheap as a process can be. What it waits for it waits
 * for in a shell; only the step `bundle` starts Node, which leaves a real bundle in the store.
 *
 *   ok, and every mode of light-bundle.ts   goes on at once
 *   sleep-<ms>                              after that time
 *   hold                                    when there is a file in the folder of holds that is named `all`, or like the run, or
 *                                           like the run and its epoch (`<run>.e2`). One that says `fail` or `crash` ends the
 *                                           step with exit code 20 or 1, any other word is a mode of light-bundle.ts.
 *   kill                                    ends it as the kernel does that has no memory left
 */
export function lightCommand(holds: string): string[] {
  const bundle = [process.execPath, ...nodeArguments('apps/dispatcher/src/testing/light-bundle.ts')];
  const script = `
holds=${quoted(holds)}; step=$1; mode=$2
run=$(printf %s "$STEAD_PARAMS" | sed 's/.*"runId":"\\([^"]*\\)".*/\\1/')
epoch=$(printf %s "$STEAD_PARAMS" | sed 's/.*"epoch":\\([0-9]*\\).*/\\1/')
echo "$step of $run epoch $epoch $mode"
case "$mode" in
  sleep-*) ms=\${mode#sleep-}; sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))" ;;
  hold)
    word=
    while [ -z "$word" ]; do
      for name in "$run.e$epoch" "$run" all; do
        [ -s "$holds/$name" ] && { word=$(cat "$holds/$name"); break; }
      done
      [ -n "$word" ] || sleep ${POLL_S}
    done
    [ "$word" = fail ] && exit 20
    [ "$word" = crash ] && exit 1
    mode=$word
    ;;
  kill) kill -KILL $$ ;;
esac
[ "$step" = bundle ] || exit 0
exec ${bundle.map(quoted).join(' ')} "$mode"`;
  return ['/bin/sh', '-c', script, 'light'];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
