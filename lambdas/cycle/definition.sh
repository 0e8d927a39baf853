# What the team says of its process: a file of the source, at its revision. Follows source.sh in the same script.
definition=''

# A link may lead to what is the build's own, such as its environment: neither the file nor a folder above it is one.
read_definition() { # read_definition <name> <most bytes>
  local file=$source/$1 top here size
  [ -z "$failed" ] || return 0
  top=$(cd -P "$fetched" && pwd) && here=$(cd -P "$source" && pwd) || { cannot "the source cannot be entered"; return; }
  case $here/ in
    "$top"/*) ;;
    *) cannot "the folder of $1 is a link out of the source"; return ;;
  esac
  [ -f "$file" ] && [ ! -L "$file" ] || { cannot "there is no file $1 at $revision, beside what the commands run in"; return; }
  size=$(wc -c < "$file" | tr -d ' ')
  [ "$size" -le "$2" ] || { cannot "$1 has $size bytes at $revision; at most $2 are read"; return; }
  definition=$(gzip -9 -n < "$file" | base64 | tr -d '\n')
}

tell_definition() { printf 'export DEFINITION=%q\n' "$definition" >> "$work/outcome"; }
