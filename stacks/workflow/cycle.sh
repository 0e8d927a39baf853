# The cycle of a process, as a build runs it: one session per phase, in order; `remove` always;
# then the closing markers. stacks/workflow/buildspec.py appends the process's own lines.
# Bash 3.2 (a laptop's) to 5 (the build image's).
set -u
work=$FENCEPOST_WORK
source=$PWD
failed='' started='' finished='' closed='' failure=''
case $FENCEPOST_USE in
  learn) role=$FENCEPOST_SANDBOX_ROLE ;;
  prove) role=$FENCEPOST_CANDIDATE_ROLE ;;
  clean) role=$FENCEPOST_SANDBOX_ROLE ;; # `remove` alone, of what a failed proof has left
esac

# What credential_process runs: the only place that still has the build's own credentials.
# A chained session ends after an hour, and botocore asks again 15 minutes before: keep 40 minutes.
{
  echo 'unset ${!AWS_@}'
  for name in PATH ${!AWS_@}; do printf 'export %s=%q\n' "$name" "${!name}"; done
  printf 'role=%q run=%q\n' "$role" "$FENCEPOST_RUN"
  cat <<'END'
export AWS_STS_REGIONAL_ENDPOINTS=regional AWS_PAGER=
cache=$(dirname "$0")/$1.json
if [ -z "$(find "$cache" -mmin -40 2>/dev/null)" ]; then
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

run() { # run <phase> <until> <command>…: `remove` must have its turn, so every phase has an end
  local phase=$1 rest=$(($2 - $(date +%s))) code=0 tee job watch
  shift 2
  echo "::fencepost phase $phase begin"
  mkfifo "$work/pipe"
  tee "$work/$phase.log" < "$work/pipe" & tee=$!
  set -m # each in a process group of its own, to be ended with all that it started
  (cd "$source" && exec bash "$work/shell" "$phase" "$@") > "$work/pipe" 2>&1 < /dev/null & job=$!
  (
    end=$((SECONDS + (rest > 0 ? rest : 1)))
    while [ "$SECONDS" -lt "$end" ] && kill -0 $$; do sleep 1; done
    ! kill -0 $$ || echo "::fencepost phase $phase out of time" > "$work/pipe" # else none reads
    kill -TERM -- "-$job"
    sleep 20
    kill -KILL -- "-$job"
  ) > /dev/null 2>&1 & watch=$!
  wait "$job" || code=$?
  kill -TERM -- "-$job" "-$watch" 2> /dev/null
  (sleep 5; kill -PIPE "$tee") > /dev/null 2>&1 & watch=$!
  set +m
  wait "$tee"
  kill -TERM -- "-$watch" 2> /dev/null
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
