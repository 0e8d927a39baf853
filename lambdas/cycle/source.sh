# Where the source of a process comes from that is no packed folder. Follows cycle.sh in the same script.
revision='' history=''
sed '/^role=/,$d' "$work/credentials" > "$work/own" && echo 'exec "$@"' >> "$work/own"

install() { [ -n "$failed" ] || [ "$#" -eq 0 ] || run install "$phases_until" "$@"; }

own() { bash "$work/own" "$@"; } # with the build's own credentials, which the phases do not have

cannot() { # cannot <reason>: nothing was started, so nothing is removed
  echo "::fencepost source: $1"
  failed=source failure=$(printf '%s\n' "$1" | base64 | tr -d '\n')
}

# The commit of a branch or tag, or a commit that one of them reaches. A repository hands out more by its id: what
# strangers have proposed to it, and what its forks hold.
resolve() { # resolve <revision, or nothing for the default branch>
  local at=''
  case $1 in
    '') git rev-parse -q --verify 'refs/remotes/origin/HEAD^{commit}' && return ;;
    pr/* | pull/* | pulls/* | pull-requests/* | merge-requests/* | refs/* | -* | *..* | *@* | *^* | *:*) return 1 ;;
  esac
  git rev-parse -q --verify "refs/remotes/origin/$1^{commit}" && return
  git rev-parse -q --verify "refs/tags/$1^{commit}" && return
  [[ $1 =~ ^[0-9a-f]{7,64}$ ]] || return 1
  at=$(git rev-parse -q --verify "$1^{commit}") || return 1
  [ -n "$(git for-each-ref --count=1 --contains "$at" refs/remotes/origin refs/tags)" ] && echo "$at"
}

fetch_git() { # fetch_git <url, or nothing for what CodeBuild has cloned> <ref> <path>
  local wanted=${FENCEPOST_REVISION:-$2}
  export GIT_TERMINAL_PROMPT=0
  if [ -n "$1" ]; then
    source=$work/source
    own git clone --quiet --no-checkout -- "$1" "$source" || { cannot "git cannot clone $1"; return; }
  else
    [ "$(git -C "$source" rev-parse --is-shallow-repository)" = false ] ||
      own git -C "$source" fetch --quiet --unshallow origin
    own git -C "$source" fetch --quiet --force --tags origin '+refs/heads/*:refs/remotes/origin/*' &&
      own git -C "$source" remote set-head origin --auto > /dev/null ||
      { cannot "git cannot fetch the branches of $CODEBUILD_SOURCE_REPO_URL"; return; }
  fi
  revision=$(cd "$source" && resolve "$wanted") ||
    { revision=''; cannot "no branch or tag of the repository reaches ${wanted:-its default branch}"; return; }
  git -C "$source" checkout --quiet --force --detach "$revision" ||
    { cannot "git cannot check out $revision"; return; }
  history=$(git -C "$source" log -n 40 --format='%H %s' | cut -c 1-130 | head -n 20 | base64 | tr -d '\n')
  echo "::fencepost source $revision"
  inside "$3"
}

fetch_s3() { # fetch_s3 <bucket> <key> <path>
  local known same=()
  source=$work/source
  case ${FENCEPOST_REVISION-} in # a bucket without versions has but the object that is there now, by its ETag
    '') ;;
    etag-*) same=(--if-match "\"${FENCEPOST_REVISION#etag-}\"") ;;
    *) same=(--version-id "$FENCEPOST_REVISION") ;;
  esac
  known=$(own aws s3api get-object --bucket "$1" --key "$2" --output text --query '[VersionId, ETag]' \
    ${same[@]+"${same[@]}"} "$work/source.zip") ||
    { cannot "s3://$1/$2 cannot be read${FENCEPOST_REVISION:+ as $FENCEPOST_REVISION}"; return; }
  revision=$(printf '%s' "$known" | tr -d '"' |
    awk '{print $1 == "None" || $1 == "null" ? "etag-" $2 : $1}')
  mkdir "$source" && { unzip -q "$work/source.zip" -d "$source" || python3 -m zipfile -e "$work/source.zip" "$source"; } ||
    { cannot "s3://$1/$2 is not a ZIP archive"; return; }
  echo "::fencepost source $revision"
  inside "$3"
}

inside() { # inside <path>
  fetched=$source
  [ -d "$source/$1" ] || { cannot "there is no folder $1 in the source"; return; }
  source=$source/$1
}

tell_source() { printf 'export SOURCE_REVISION=%q SOURCE_LOG=%q\n' "$revision" "$history" >> "$work/outcome"; }
