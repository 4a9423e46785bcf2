# shellcheck shell=bash
# Calls GitHub's REST API for the scripts next to this file, with curl and jq.
#
# Nothing in an answer or a plan is ever evaluated or becomes an option: it travels in files, in quoted arguments, and
# through jq. The token never appears in an argument list, where other processes could read it, and is never printed.

# The environment:
#   GITHUB_TOKEN                      a token with `issues: write`, or `issues: read` for reading only
#   GITHUB_REPOSITORY                 owner/name
#   GITHUB_API_URL                    https://api.github.com unless set
#   STOPGAP_PAUSE_SECONDS             the minimum pause between two writes (1)
#   STOPGAP_MOST_ATTEMPTS             how often a call is tried (5)
#   STOPGAP_LONGEST_WAIT_SECONDS      the longest wait that GitHub may ask for; beyond it the call counts as failed (300)
#   STOPGAP_FIRST_WAIT_SECONDS        the wait before the second attempt if GitHub gives none; it doubles each time (2)

die() {
  printf 'stopgap: %s\n' "$1" >&2
  exit "${2:-1}"
}

# Prints an untrusted text for the log: on one line, short, and without any character that a log acts on.
plain() {
  LC_ALL=C tr -c 'A-Za-z0-9 .,_()/-' ' ' | LC_ALL=C cut -c 1-200 | sed 's|  *$||' | tr -d '\n'
}

need_number() { # variable
  [[ ${!1} =~ ^[0-9]{1,5}(\.[0-9]{1,3})?$ ]] || die "$1 is not a number of seconds or attempts" 2
}

# Ends the script unless GITHUB_TOKEN can be a token. It goes into a header by way of curl's configuration, where a quote
# or a line break would begin a header or a setting of its own.
check_token() {
  local LC_ALL=C wrong='a character that no token has'
  [ -n "${GITHUB_TOKEN:-}" ] || die 'there is no token: GITHUB_TOKEN is not set' 2
  [ "${#GITHUB_TOKEN}" -le 4096 ] || die 'the token is longer than 4096 characters: store the secret again' 2
  case $GITHUB_TOKEN in
    *[$'\r\n']*) wrong='a line break' ;;
    *[$' \t']*) wrong='white space' ;;
    *[!A-Za-z0-9._~+/=-]*) ;;
    *) return 0 ;;
  esac
  die "the token contains $wrong: store the secret again without it" 2
}

# Checks the environment, and that the given programs are there: without an argument, curl and jq.
prepare() {
  local tool variable
  [ $# -gt 0 ] || set -- curl jq
  for tool in "$@"; do
    command -v "$tool" > /dev/null || die "$tool is not installed" 2
  done
  : "${STOPGAP_PAUSE_SECONDS:=1}" "${STOPGAP_MOST_ATTEMPTS:=5}" "${STOPGAP_LONGEST_WAIT_SECONDS:=300}"
  : "${STOPGAP_FIRST_WAIT_SECONDS:=2}"
  for variable in STOPGAP_PAUSE_SECONDS STOPGAP_MOST_ATTEMPTS STOPGAP_LONGEST_WAIT_SECONDS STOPGAP_FIRST_WAIT_SECONDS; do
    need_number "$variable"
  done
  [[ $STOPGAP_MOST_ATTEMPTS =~ ^[1-9][0-9]*$ ]] || die 'STOPGAP_MOST_ATTEMPTS must be a whole number, at least 1' 2
  check_token
  [[ ${GITHUB_REPOSITORY:-} =~ ^[A-Za-z0-9_-]+/\.*[A-Za-z0-9_-][A-Za-z0-9_.-]*$ ]] || die 'GITHUB_REPOSITORY is not owner/name' 2
  api=${GITHUB_API_URL:-https://api.github.com}
  api=${api%/}
  [[ $api =~ ^https?://[A-Za-z0-9.:/_-]+$ ]] || die 'GITHUB_API_URL is not a URL' 2
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # A user's .curlrc, .netrc or .jq could change what is asked, whom, and how the answer is understood.
  export HOME=$work
}

# Makes one request. `--disable` counts only as the first argument. Leaves the answer in $work/body, its headers in $work/headers, and the status, or 000 if there was
# no answer, in $status.
request() { # method, URL, file with the body or nothing
  local -a arguments=(
    --disable --silent --show-error --globoff --max-time 60 --proto '=http,https' --request "$1" --output "$work/body"
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

# Returns whether the last answer is worth another attempt: no answer, a server error, or a rate limit. A plain 403 is a
# missing permission, which waiting does not fix.
is_passing() {
  case $status in
    000 | 429 | 500 | 502 | 503 | 504) return 0 ;;
    403) [ -n "$(header retry-after)" ] || [ "$(header x-ratelimit-remaining)" = 0 ] || grep -qi 'rate limit' "$work/body" ;;
    *) return 1 ;;
  esac
}

# Waits before repeating attempt $1; fails if there is nothing to wait for.
repeat() {
  is_passing || return 1
  [ "$1" -lt "$STOPGAP_MOST_ATTEMPTS" ] || return 1
  wait_again "$1"
}

# Waits as long as the last answer asks for before repeating attempt $1; fails if that is too long.
wait_again() {
  local asked reset seconds
  asked=$(header retry-after)
  reset=$(header x-ratelimit-reset)
  if [[ $asked =~ ^[0-9]{1,9}$ ]]; then
    seconds=$asked
  elif [ "$(header x-ratelimit-remaining)" = 0 ] && [[ $reset =~ ^[0-9]{1,12}$ ]]; then
    seconds=$((10#$reset - $(date +%s) + 1))
    [ "$seconds" -gt 0 ] || seconds=1
  elif [ "$status" = 403 ] || [ "$status" = 429 ]; then
    # GitHub's documentation: "wait for at least one minute before retrying" if the answer gives no time.
    seconds=$(awk -v first="$STOPGAP_FIRST_WAIT_SECONDS" -v attempt="$1" 'BEGIN { print first * 30 * 2 ^ (attempt - 1) }')
  else
    seconds=$(awk -v first="$STOPGAP_FIRST_WAIT_SECONDS" -v attempt="$1" 'BEGIN { print first * 2 ^ (attempt - 1) }')
  fi
  if awk -v seconds="$seconds" -v most="$STOPGAP_LONGEST_WAIT_SECONDS" 'BEGIN { exit !(seconds > most) }'; then
    printf 'stopgap: GitHub asks for a wait of %s seconds, more than %s\n' "$seconds" "$STOPGAP_LONGEST_WAIT_SECONDS" >&2
    return 1
  fi
  printf 'stopgap: answer %s, trying again in %s seconds\n' "$status" "$seconds" >&2
  sleep "$seconds"
}

# Prints why the last request failed, for the log.
reason() {
  if [ "$status" = 000 ]; then
    printf 'no answer: '
    plain < "$work/curl"
  else
    printf 'answer %s: ' "$status"
    { jq -r '.message? // empty | strings' "$work/body" 2> /dev/null || true; } | plain
  fi
}

# Gets a URL, retrying where that makes sense.
get() {
  local attempt
  for ((attempt = 1; ; attempt++)); do
    request GET "$1"
    [ "$status" != 200 ] || return 0
    repeat "$attempt" || return 1
  done
}

# Prints the URL of the next page given by the last answer; another server must not get our token.
next_page() {
  local next
  next=$(awk 'tolower($1) == "link:" { print }' "$work/headers" | tr ',' '\n' | sed -n 's/.*<\([^>]*\)>.*rel="next".*/\1/p' | head -n 1)
  [ -n "$next" ] || return 0
  [[ $next == "$api"/* ]] || die "the next page is not on $api"
  printf '%s\n' "$next"
}

# Saves all pages of a list, one after another, in $work/list, and their number in $pages.
get_list() { # what it is a list of, the URL of its first page
  local page=$2
  pages=0
  : > "$work/list"
  while [ -n "$page" ]; do
    get "$page" || die "cannot list the $1: $(reason)"
    # Whoever reads the list checks the rest of it.
    [[ $(LC_ALL=C tr -d ' \t\r\n\0' < "$work/body") == '['*']' ]] || die "cannot list the $1: the answer is not a list"
    cat "$work/body" >> "$work/list"
    printf '\n' >> "$work/list"
    pages=$((pages + 1))
    page=$(next_page) || exit
    [ -z "$page" ] || [ "$pages" -lt 1000 ] || die "cannot list the $1: more than 1000 pages"
  done
}

# Moves the list to its file, which is written whole or not at all.
keep_list() { # the file
  local folder saved
  folder=$(dirname -- "$1")
  [ -d "$folder" ] || die 'cannot write the file: its folder does not exist' 2
  saved=$(mktemp "$folder/.stopgap-list.XXXXXX")
  cat "$work/list" > "$saved"
  mv -- "$saved" "$1"
}
