# Shared by ./ringtrace and ./dev: finds a JDK 25, installs Debian packages, builds. Sourced, never run.

RINGTRACE_HOME=${RINGTRACE_HOME:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
SERVER_JAR=$RINGTRACE_HOME/server/target/ringtrace.jar

say() { printf '%s\n' "$*" >&2; }
fail() { say "ringtrace: $*"; exit 1; }

# True when the folder holds a JDK (not a JRE) of major version 25 or later.
is_jdk25() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ -n "$version" ] && [ "$version" -ge 25 ]
}

# Where JDKs usually stand; RINGTRACE_JDK_FOLDERS names other folders.
jdk_folders() {
  if [ -n "${RINGTRACE_JDK_FOLDERS:-}" ]; then
    printf '%s\n' $RINGTRACE_JDK_FOLDERS
  else
    printf '%s\n' /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home
  fi
}

# Exports JAVA_HOME, or says where it looked.
use_jdk25() {
  local looked=() candidate javac folders
  javac=$(readlink -f "$(command -v javac 2>/dev/null)" 2>/dev/null || true)
  mapfile -t folders < <(jdk_folders)
  for candidate in "${RINGTRACE_JAVA_HOME:-}" "${JAVA_HOME:-}" "${javac%/bin/javac}" "${folders[@]}"; do
    [ -n "$candidate" ] && [ -d "$candidate" ] || continue
    if is_jdk25 "$candidate"; then
      export JAVA_HOME=$candidate
      return 0
    fi
    looked+=("$candidate")
  done
  fail "a JDK 25 is needed and none was found. Looked at RINGTRACE_JAVA_HOME, JAVA_HOME, javac on the PATH and the usual folders:
  ${looked[*]:-nothing there at all}
Install one (for example Eclipse Temurin 25: https://adoptium.net) and set RINGTRACE_JAVA_HOME to its folder."
}

# need COMMAND PACKAGE: installs the Debian package when the command is missing.
need() {
  local command=$1 package=$2
  PATH=$PATH:/usr/sbin:/usr/local/sbin command -v "$command" >/dev/null 2>&1 && return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    fail "'$command' is missing and there is no apt-get here to install it. Install it by hand (Debian's package is $package) and run this again."
  fi
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || fail "'$command' is missing. As root, run: apt-get install $package"
    sudo=(sudo)
  fi
  say "Installing $package (for '$command') ..."
  local log
  log=$(mktemp)
  (
    # One installation at a time; apt's own lock fails at once instead of waiting.
    flock 9
    PATH=$PATH:/usr/sbin command -v "$command" >/dev/null 2>&1 && exit 0
    "${sudo[@]}" apt-get update -qq && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$package"
  ) >"$log" 2>&1 9>"${TMPDIR:-/tmp}/ringtrace-apt.lock" || {
    tail -n 15 "$log" >&2
    fail "apt-get could not install $package (its last lines stand above). Install it by hand and run this again."
  }
  rm -f "$log"
}

# What the embedded store and the SIPp scenarios need.
need_mariadb() { need mariadbd mariadb-server-core; }
need_sipp() { need sipp sip-tester; }
# What steps a test's wall clock.
need_faketime() { need faketime faketime; }
need_maven() { need mvn maven; }
# What bundles the tag, and what its tests open pages in.
need_node() { need node nodejs; need npm npm; }
need_chromium() { need chromium chromium; }

maven() {
  (cd "$RINGTRACE_HOME" && mvn -B --no-transfer-progress "$@")
}

# Maven with tests. What failed is said once more at the end: it is long past by then, and the end is what one looks at.
tested() {
  local began failed=0
  began=$(mktemp)
  maven "$@" || failed=1
  if [ "$failed" = 1 ]; then
    say "Failed:"
    find "$RINGTRACE_HOME" -path '*/target/*-reports/*.txt' -newer "$began" -exec grep -h -A 8 -E '<<< (FAILURE|ERROR)!$' {} + | cut -c 1-400 >&2 || true
  fi
  rm -f "$began"
  return "$failed"
}

# Builds the server when it is missing or older than a source. Several callers at once build once.
build_server() {
  if [ -f "$SERVER_JAR" ] && [ -z "$(newer_sources)" ]; then
    return 0
  fi
  need_maven
  need_node
  (
    flock 9
    if [ -f "$SERVER_JAR" ] && [ -z "$(newer_sources)" ]; then
      exit 0
    fi
    say "Building Ringtrace (the first time downloads its libraries) ..."
    log=$RINGTRACE_HOME/build.log
    if ! maven -q -pl server -am package -Dmaven.test.skip=true >"$log" 2>&1; then
      grep -E 'ERROR|BUILD' "$log" | head -n 20 >&2
      fail "the build failed. All of its output is in $log. If it could not download, check that Maven Central can be reached."
    fi
    touch "$SERVER_JAR"
    rm -f "$log"
  ) 9>"${TMPDIR:-/tmp}/ringtrace-build-$(printf %s "$RINGTRACE_HOME" | cksum | cut -d' ' -f1).lock" || exit 1
}

newer_sources() {
  find "$RINGTRACE_HOME"/pom.xml "$RINGTRACE_HOME"/*/pom.xml "$RINGTRACE_HOME"/*/src/main -newer "$SERVER_JAR" -type f -print -quit 2>/dev/null
}
