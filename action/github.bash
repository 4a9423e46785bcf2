# shellcheck shell=bash
# Calls of GitHub's REST API for the scripts beside this file, with curl and jq.
#
# Nothing that an answer or a plan holds is evaluated or becomes an option: it travels in files, in quoted arguments, and
# through jq. The token is in no argument list, where other processes could read it.

# The environment:
#   GITHUB_TOKEN                      a token with `issues: write`, or `issues: read` to read only
#   GITHUB_REPOSITORY                 owner/name
#   GITHUB_API_URL                    https://api.github.com unless set
#   STOPGAP_PAUSE_SECONDS             between two writes, at least this long (1)
#   STOPGAP_MOST_ATTEMPTS             how often a call is tried (5)
#   STOPGAP_LONGEST_WAIT_SECONDS      the longest wait that GitHub may ask for before a call counts as failed (300)
#   STOPGAP_FIRST_WAIT_SECONDS        the wait before the second attempt where GitHub names none; it doubles (2)

die() {
  printf 'stopgap: %s\n' "$1" >&2
  exit "${2:-1}"
}

# Prints a text of somebody else's for the log: on one line, short, and without a sign that a log acts on.
plain() {
  LC_ALL=C tr -c 'A-Za-z0-9 .,_()/-' ' ' | LC_ALL=C cut -c 1-200 | sed 's|  *$||' | tr -d '\n'
}

need_number() { # variable
  [[ ${!1} =~ ^[0-9]{1,5}(\.[0-9]{1,3})?$ ]] || die "$1 is no number of seconds or attempts" 2
}

prepare() {
  local tool variable
  for tool in curl jq; do
    command -v "$tool" > /dev/null || die "$tool is not installed" 2
  done
  : "${STOPGAP_PAUSE_SECONDS:=1}" "${STOPGAP_MOST_ATTEMPTS:=5}" "${STOPGAP_LONGEST_WAIT_SECONDS:=300}"
  : "${STOPGAP_FIRST_WAIT_SECONDS:=2}"
  for variable in STOPGAP_PAUSE_SECONDS STOPGAP_MOST_ATTEMPTS STOPGAP_LONGEST_WAIT_SECONDS STOPGAP_FIRST_WAIT_SECONDS; do
    need_number "$variable"
  done
  [[ $STOPGAP_MOST_ATTEMPTS =~ ^[1-9][0-9]*$ ]] || die 'STOPGAP_MOST_ATTEMPTS must be a whole number from 1 on' 2
  [ -n "${GITHUB_TOKEN:-}" ] || die 'GITHUB_TOKEN is not set' 2
  [[ $GITHUB_TOKEN =~ ^[A-Za-z0-9._~+/=-]+$ ]] || die 'GITHUB_TOKEN holds a character that no token has' 2
  [[ ${GITHUB_REPOSITORY:-} =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]] || die 'GITHUB_REPOSITORY is not owner/name' 2
  api=${GITHUB_API_URL:-https://api.github.com}
  api=${api%/}
  [[ $api =~ ^https?://[A-Za-z0-9.:/_-]+$ ]] || die 'GITHUB_API_URL is no address' 2
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
}

# Makes one request. Leaves the answer in $work/body, its headers in $work/headers, and the status, or 000 where none
# came, in $status.
request() { # method, address, file of the body or nothing
  local -a arguments=(
    --disable --silent --show-error --max-time 60 --proto '=http,https' --request "$1" --output "$work/body"
    --dump-header "$work/headers" --write-out '%{http_code}' --header 'Accept: application/vnd.github+json'
    --header 'X-GitHub-Api-Version: 2022-11-28' --header 'User-Agent: stopgap'
  )
  [ -z "${3:-}" ] || arguments+=(--header 'Content-Type: application/json' --data-binary "@$3")
  : > "$work/body"
  : > "$work/headers"
  status=$(printf 'header = "Authorization: Bearer %s"\n' "$GITHUB_TOKEN" |
    curl "${arguments[@]}" --config - --url "$2" 2> "$work/curl") || status=000
}

header() { # name, in lower case
  awk -v name="$1:" 'tolower($1) == name { value = $2 } END { gsub(/\r/, "", value); print value }' "$work/headers"
}

# Tells whether the last answer is worth another attempt: no answer, a fault of the server, or a limit. A plain 403 is a
# missing permission, which no waiting mends.
is_passing() {
  case $status in
    000 | 429 | 500 | 502 | 503 | 504) return 0 ;;
    403) [ -n "$(header retry-after)" ] || [ "$(header x-ratelimit-remaining)" = 0 ] || grep -qi 'rate limit' "$work/body" ;;
    *) return 1 ;;
  esac
}

# Waits before attempt $1 is repeated; fails where there is nothing to wait for.
repeat() {
  is_passing || return 1
  [ "$1" -lt "$STOPGAP_MOST_ATTEMPTS" ] || return 1
  wait_again "$1"
}

# Waits as long as the last answer asks for before attempt $1 is repeated; fails where that is too long.
wait_again() {
  local asked reset seconds
  asked=$(header retry-after)
  reset=$(header x-ratelimit-reset)
  if [[ $asked =~ ^[0-9]{1,9}$ ]]; then
    seconds=$asked
  elif [ "$(header x-ratelimit-remaining)" = 0 ] && [[ $reset =~ ^[0-9]{1,12}$ ]]; then
    seconds=$((reset - $(date +%s) + 1))
    [ "$seconds" -gt 0 ] || seconds=1
  elif [ "$status" = 403 ] || [ "$status" = 429 ]; then
    # GitHub: "wait for at least one minute before retrying" where it names no time.
    seconds=$(awk -v first="$STOPGAP_FIRST_WAIT_SECONDS" -v attempt="$1" 'BEGIN { print first * 30 * 2 ^ (attempt - 1) }')
  else
    seconds=$(awk -v first="$STOPGAP_FIRST_WAIT_SECONDS" -v attempt="$1" 'BEGIN { print first * 2 ^ (attempt - 1) }')
  fi
  if awk -v seconds="$seconds" -v most="$STOPGAP_LONGEST_WAIT_SECONDS" 'BEGIN { exit !(seconds > most) }'; then
    printf 'stopgap: GitHub asks to wait for %s seconds, more than %s\n' "$seconds" "$STOPGAP_LONGEST_WAIT_SECONDS" >&2
    return 1
  fi
  printf 'stopgap: answer %s, again in %s seconds\n' "$status" "$seconds" >&2
  sleep "$seconds"
}

# Says why the last answer is none, for the log.
reason() {
  if [ "$status" = 000 ]; then
    printf 'no answer: '
    plain < "$work/curl"
  else
    printf 'answer %s: ' "$status"
    { jq -r '.message? // empty | strings' "$work/body" 2> /dev/null || true; } | plain
  fi
}

# Gets an address, with further attempts.
get() {
  local attempt
  for ((attempt = 1; ; attempt++)); do
    request GET "$1"
    [ "$status" != 200 ] || return 0
    repeat "$attempt" || return 1
  done
}

# Prints the address of the next page that the last answer names; one of another server gets no token of ours.
next_page() {
  local next
  next=$(awk 'tolower($1) == "link:" { print }' "$work/headers" | tr ',' '\n' | sed -n 's/.*<\([^>]*\)>.*rel="next".*/\1/p' | head -n 1)
  [ -n "$next" ] || return 0
  [[ $next == "$api"/* ]] || die "the next page lies elsewhere than $api"
  printf '%s\n' "$next"
}
