# Secrets of a process: read with the build's own credentials, and masked in whatever is kept of its output.
# Follows source.sh in the same script.
masks=()

secret() { # secret <name> <service> <reference> <json key> <region> <yes: for another revision too>
  local value form
  [ -z "$failed" ] || return 0
  if [ -n "${FENCEPOST_ASIDE-}" ] && [ "$6" != yes ]; then
    echo "::fencepost secret $1 is not given to another revision"
    return 0
  fi
  # What an embedded AWS keeps instead, which has none of an account.
  [ -z "${FENCEPOST_SECRETS-}" ] || set -- "$1" secretsmanager "$FENCEPOST_SECRETS/$1" '' '' "$6"
  case $2 in
    ssm) value=$(own aws ssm get-parameter ${5:+--region "$5"} --with-decryption --name "$3" --query Parameter.Value \
      --output text) ;;
    *) value=$(own aws secretsmanager get-secret-value ${5:+--region "$5"} --secret-id "$3" --query SecretString \
      --output text) ;;
  esac || { cannot "the secret $1 cannot be read"; return; }
  [ -z "$4" ] || value=$(printf '%s' "$value" |
    python3 -c 'import json, sys; sys.stdout.write(str(json.load(sys.stdin)[sys.argv[1]]))' "$4" 2> /dev/null) ||
    { cannot "the secret $1 has no value $4"; return; }
  [ "${#value}" -ge 8 ] || { cannot "the secret $1 is shorter than eight characters, too short to be masked"; return; }
  while IFS= read -r form; do [ "${#form}" -lt 8 ] || masks[${#masks[@]}]=$form; done < <(forms "$value")
  export "$1=$value"
}

forms() { # forms <text>: a line for each way in which it may be met; the longest that hold others come first
  local text=$1 line one
  one=${text//\\/\\\\} one=${one//\"/\\\"} one=${one//$'\t'/\\t} one=${one//$'\n'/\\n}
  printf '%s\n' "$one" "${one//\//\\/}"
  coded "$text"
  in_url "$text"
  while IFS= read -r line; do # a log has it line by line
    printf '%s\n' "$line"
    [ "$line" = "$text" ] || { coded "$line"; in_url "$line"; }
  done <<< "$text"
  # Values of a document may be met without it.
  grep -oE '"[^"]{8,}"' <<< "$text" | tr -d '"'
}

coded() { # coded <text>: what base64 always makes of it, behind nothing, one and two other bytes
  local LC_ALL=C before one cut
  for before in '' x xx; do
    one=$(printf '%s%s' "$before" "$1" | base64 | tr -d '\n=')
    cut=$(((${#before} * 8 + 5) / 6)) # characters that hold something of what is before
    one=${one:$cut}
    [ "$(((${#before} + ${#1}) % 3))" -eq 0 ] || one=${one%?} # and one that holds something of what is behind
    printf '%s\n' "$one" "$(printf '%s' "$one" | tr '+/' '-_')"
    [ -n "$before" ] || printf '%s' "$one" | fold -w 76 && echo # as base64 breaks its lines
  done
}

in_url() { # in_url <text>
  local LC_ALL=C at one out='' low=''
  for ((at = 0; at < ${#1}; at++)); do
    one=${1:at:1}
    case $one in
      [a-zA-Z0-9._~-]) out=$out$one low=$low$one ;;
      *)
        one=$(printf '%02X' "'$one")
        out=$out%${one: -2} low=$low%$(printf '%s' "${one: -2}" | tr A-F a-f)
        ;;
    esac
  done
  printf '%s\n' "$out" "$low" "${out//%20/+}" "${low//%20/+}"
}

mask() {
  local line form
  while IFS= read -r line || [ -n "$line" ]; do
    for form in ${masks[@]+"${masks[@]}"}; do line=${line//"$form"/***}; done
    printf '%s\n' "$line"
  done
}

tee() { mask | command tee "$@"; } # cycle.sh keeps and shows by it all that a phase says
