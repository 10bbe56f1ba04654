#!/bin/sh
# The command of the worker fault suite: command.sh FOLDER LASTS FAILS CHILD STUBBORN
#   LASTS     seconds
#   FAILS     never, first (only attempt 1) or always
#   CHILD     yes: a process of its own does the waiting, and ignores TERM
#   STUBBORN  yes: it ignores TERM itself
# Writes what it does to FOLDER/log, a line each, and holds a lock while it, or a process that it
# started, is alive: whoever finds the lock taken writes a breach. The kernel gives a lock back
# when its last holder is gone, however it went.
folder=$1 lasts=$2 fails=$3 child=$4 stubborn=$5

say() {
  printf '%s %s %s %s %s %s %s\n' \
    "$1" "$(date +%s%3N)" "$CLOCKD_FIRE" "$CLOCKD_ATTEMPT" "$$" "$PPID" "$2" >>"$folder/log"
}

hold() {
  flock -n "$1" || say breach "$2:$(cat "$folder/lock-$2")"
  echo "$CLOCKD_FIRE#$CLOCKD_ATTEMPT,pid=$$" >"$folder/lock-$2"
}

[ "$stubborn" = yes ] && trap '' TERM
say start
exec 8>>"$folder/lock-$CLOCKD_FIRE"
hold 8 "$CLOCKD_FIRE"
if [ "$OVERLAP" != allow ]; then
  exec 9>>"$folder/lock-$CLOCKD_JOB"
  hold 9 "$CLOCKD_JOB"
fi
if [ "$child" = yes ]; then
  (
    trap '' TERM
    sleep "$lasts"
  ) &
  wait
else
  sleep "$lasts"
fi
say end
[ "$fails" = always ] && exit 1
[ "$fails" = first ] && [ "$CLOCKD_ATTEMPT" = 1 ] && exit 1
exit 0
