# The cycle of a process, as a build runs it: one session per phase, in order; `remove` always;
# then the closing markers. lambdas/cycle/buildspec.py appends the process's own lines.
# Bash 3.2 (a laptop's) to 5 (the build image's).
set -u
work=$FENCEPOST_WORK
source=$PWD
failed='' started='' finished='' closed='' failure=''
given=() # environment of the commands alone: what a team's file says must not steer this script
case $FENCEPOST_USE in
  learn) role=$FENCEPOST_SANDBOX_ROLE ;;
  prove) role=$FENCEPOST_CANDIDATE_ROLE ;;
  clean) role=$FENCEPOST_SANDBOX_ROLE ;; # `remove` alone, of what a failed proof has left
  read) role=none ;; # nothing of the process's is run: its definition is read
esac

# What credential_process runs: the only place that still has the build's own credentials.
# CloudFormation cannot renew the session that it works with: each call gets a young one, good for an hour.
{
  echo 'unset ${!AWS_@}'
  for name in PATH ${!AWS_@}; do printf 'export %s=%q\n' "$name" "${!name}"; done
  printf 'role=%q run=%q\n' "$role" "$FENCEPOST_RUN"
  cat <<'END'
export AWS_STS_REGIONAL_ENDPOINTS=regional AWS_PAGER=
cache=$(dirname "$0")/$1.json
if [ -z "$(find "$cache" -mmin -5 2>/dev/null)" ]; then
  aws sts assume-role --role-arn "$role" --role-session-name "$run.$1" --output json --query \
    '{Version: `1`, AccessKeyId: Credentials.AccessKeyId, SecretAccessKey: Credentials.SecretAccessKey,
      SessionToken: Credentials.SessionToken, Expiration: Credentials.Expiration}' \
    > "$cache.$$" || exit 1
  mv "$cache.$$" "$cache"
fi
cat "$cache"
END
} > "$work/credentials"
unset ${!AWS_CONTAINER_@} AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
: > "$work/none"
export AWS_EC2_METADATA_DISABLED=true AWS_SDK_LOAD_CONFIG=1
export AWS_CONFIG_FILE=$work/none AWS_SHARED_CREDENTIALS_FILE=$work/none

# One shell for the commands of a phase, so that `cd` and `export` last; the first failure ends it.
cat > "$work/shell" <<'END'
phase=$1; shift
commands=("$@"); set --
for command in "${commands[@]}"; do
  echo "::fencepost command $phase ${command%%$'\n'*}"
  set -e
  eval "$command"
  code=$?; [ "$code" -eq 0 ] || exit "$code"
done
END

as() { # as <session>: the profile that every SDK finds, and nothing else to find
  printf '[default]\ncredential_process = bash "%s" %s\nregion = %s\n' \
    "$work/credentials" "$1" "$AWS_REGION" > "$work/$1.config"
  export AWS_CONFIG_FILE=$work/$1.config
}

watch() { # watch <phase> <seconds> <leader>: within the leader's group
  local end=$((SECONDS + ($2 > 0 ? $2 : 1)))
  trap '' TERM
  while [ "$SECONDS" -lt "$end" ] && kill -0 $$; do
    kill -0 "$3" || return 0
    sleep 1
  done
  ! kill -0 $$ || echo "::fencepost phase $1 out of time" > "$work/pipe" # else none reads
  kill -TERM -- "-$3"
  sleep 20
  kill -KILL -- "-$3"
}

run() { # run <phase> <until> <command>…: `remove` must have its turn, so every phase has an end
  local phase=$1 rest=$(($2 - $(date +%s))) code=0 tee job late
  shift 2
  echo "::fencepost phase $phase begin"
  mkfifo "$work/pipe"
  tee "$work/$phase.log" < "$work/pipe" & tee=$!
  set -m # each in a process group of its own, to be ended with all that it started
  (
    set +m
    # The watchdog first: a build that is killed leaves no job that nobody ends.
    leader=$(exec sh -c 'echo $PPID')
    watch "$phase" "$rest" "$leader" > /dev/null 2>&1 &
    cd "$source" && exec env ${given[@]+"${given[@]}"} bash "$work/shell" "$phase" "$@"
  ) > "$work/pipe" 2>&1 < /dev/null & job=$!
  wait "$job" || code=$?
  kill -TERM -- "-$job" 2> /dev/null
  (sleep 5; kill -PIPE "$tee") > /dev/null 2>&1 & late=$!
  set +m
  wait "$tee"
  kill -TERM -- "-$late" 2> /dev/null
  rm "$work/pipe"
  if [ "$code" -eq 0 ]; then
    finished="$finished $phase"
    echo "::fencepost phase $phase end ok"
  else
    echo "::fencepost phase $phase end failed with status $code"
    [ -n "$failed" ] || { failed=$phase failure=$(last_lines "$work/$phase.log"); }
  fi
}

last_lines() { # of the last command, small enough for a build's exported variables
  tail -n 400 "$1" | awk '/^::fencepost command /{text=""} {text=text $0 "\n"} END{printf "%s", text}' |
    tail -n 40 | tail -c 2400 | base64 | tr -d '\n'
}

install() { [ "$#" -eq 0 ] || run install "$phases_until" "$@"; }

phase() { # phase <name> <command>…: after a failure only `remove` is run, if there is anything to remove
  local until=$phases_until
  [ "$1" != remove ] || until=$remove_until
  [ "$1" = remove ] || [ "$FENCEPOST_USE" != clean ] || return 0
  if [ -n "$failed" ] && { [ "$1" != remove ] || [ -z "$started" ]; }; then
    echo "::fencepost phase $1 skipped"
    return
  fi
  started=yes
  as "$1"
  run "$1" "$until" "${@:2}"
}

# What `remove` leaves of a refused round: a first creation that is rolled back stays in ROLLBACK_COMPLETE, which
# many tools cannot remove. Only stacks whose creation the trail says this round's own sessions began go, by id.
leftovers() {
  [ "$FENCEPOST_USE" = clean ] || return 0
  local run=$FENCEPOST_RUN region stack round since
  round=${run%-c*}-r${run##*-c}.
  since=${run:0:4}-${run:4:2}-${run:6:2}T${run:9:2}:${run:11:2}:${run:13:2}
  as leftovers
  for region in $FENCEPOST_REGIONS; do
    for stack in $(aws cloudformation describe-stacks --region "$region" --output text --query \
      "Stacks[?CreationTime>='$since' && ParentId==null].StackId" 2> /dev/null); do
      began "$region" "$stack" "$round" "$since" && take_away "$region" "$stack"
    done
  done
}

began() { # began <region> <stack> <round> <since>: waits for the trail, whose events may come late
  local end=$((SECONDS + ${FENCEPOST_TRAIL_SECONDS:-900})) name events
  while true; do
    events=$(
      for name in CreateStack CreateChangeSet; do
        aws cloudtrail lookup-events --region "$1" --start-time "$4" --output json --query \
          'Events[].CloudTrailEvent' --lookup-attributes "AttributeKey=EventName,AttributeValue=$name"
      done | tr -d '\\' | grep -F "$2" | grep -E '"eventName": ?"CreateStack"|"changeSetType": ?"CREATE"'
    )
    [ -z "$events" ] || break
    [ "$SECONDS" -lt "$end" ] || { echo "::fencepost left $2: the trail does not say who made it"; return 1; }
    sleep 15
  done
  printf '%s\n' "$events" | grep -qE ":assumed-role/[^\"]*/${3//./\\.}"
}

take_away() { # take_away <region> <stack>
  echo "::fencepost removing $2"
  aws cloudformation delete-stack --region "$1" --stack-name "$2" &&
    aws cloudformation wait stack-delete-complete --region "$1" --stack-name "$2" && return
  echo "::fencepost left $2: it could not be removed"
  [ -n "$failed" ] || { failed=leftovers failure=$(printf '%s' "$2 stays" | base64 | tr -d '\n'); }
}

close() { # the last act: a call that needs no permission, in every region that must be delivered
  local region
  [ -n "$started" ] || return
  as closing
  for region in $FENCEPOST_REGIONS; do
    AWS_STS_REGIONAL_ENDPOINTS=regional aws sts get-caller-identity --region "$region" > /dev/null &&
      closed="$closed $region" && echo "::fencepost closing $region"
  done
}

report() {
  printf 'export FAILED_PHASE=%q PHASES_DONE=%q CLOSED_IN=%q FAILURE_TAIL=%q\n' \
    "$failed" "${finished# }" "${closed# }" "$failure" > "$work/outcome"
}
