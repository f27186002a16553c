#!/usr/bin/env bash
# A login node for tests: an sshd of its own on loopback, with its own host key, and one key that may log in.
#
#   Tests/Cluster/login.sh FOLDER        starts it; FOLDER then has port, key, known_hosts and sshd.pid
#   Tests/Cluster/login.sh FOLDER down   ends it and all its connections; its keys stay
#   Tests/Cluster/login.sh FOLDER up     starts it again
#   Tests/Cluster/login.sh FOLDER stop   ends it and removes FOLDER
#
# Settings: SLURM_CONF (what its sessions see), OWNER (none; the number of a process with which it ends).
# Nothing outside FOLDER is changed, but for the folder /run/sshd that sshd wants of root.
set -euo pipefail
folder=${1:?usage: login.sh FOLDER [down|up|stop]}
down() {
  local pid children
  pid=$(cat "$folder/sshd.pid" 2>/dev/null) || return 0
  children=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null) || true
  kill "$pid" $children 2>/dev/null || true
}
. "$(dirname "$0")/daemons.sh"

up() {
  /usr/sbin/sshd -f "$folder/sshd_config" -E "$folder/log"
  for ((i = 0; i < 100; i++)); do
    ! is_free "$(cat "$folder/port")" && [ -s "$folder/sshd.pid" ] && return 0
    sleep 0.1
  done
  echo "error: sshd does not listen" >&2
  tail -n 5 "$folder/log" >&2 || true
  exit 3
}
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
case ${2:-} in
  down) down && exit 0 ;;
  up) up && exit 0 ;;
  stop) down && rm -rf "$folder" && exit 0 ;;
esac

mkdir -p "$folder"
chmod 700 "$folder"
folder=$(cd "$folder" && pwd)
ssh-keygen -q -t ed25519 -N '' -C test-host -f "$folder/host"
ssh-keygen -q -t ed25519 -N '' -C test-user -f "$folder/key"
ssh-keygen -q -t ed25519 -N '' -C test-stranger -f "$folder/stranger"
cp "$folder/key.pub" "$folder/authorized_keys"
pam=no
if [ "$(id -u)" = 0 ]; then
  mkdir -p /run/sshd
  # Without PAM, sshd takes an account without a password for a locked one.
  [ ! -e /etc/pam.d/sshd ] || pam=yes
fi

# Above 32,767 the system may give the port to any connection meanwhile; clusters take theirs from 20,000 on.
port=$((12000 + ($$ * 31) % 7000))
until is_free "$port"; do port=$((port + 1)); done
cat >"$folder/sshd_config" <<CONF
ListenAddress 127.0.0.1
Port $port
HostKey $folder/host
PidFile $folder/sshd.pid
AuthorizedKeysFile $folder/authorized_keys
AuthenticationMethods publickey
PermitRootLogin yes
StrictModes no
UsePAM $pam
PrintMotd no
MaxStartups 200
MaxSessions 100
${SLURM_CONF:+SetEnv SLURM_CONF=$SLURM_CONF}
CONF
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$folder/host.pub")" >"$folder/known_hosts"
echo "$port" >"$folder/port"
up
if [ -n "${OWNER:-}" ]; then
  (
    while [ -e "/proc/$OWNER" ] && [ -e "$folder/port" ]; do sleep 2; done
    "$0" "$folder" stop
  ) </dev/null >/dev/null 2>&1 &
  disown
fi
