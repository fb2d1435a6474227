#!/usr/bin/env bash
# What try.sh does inside the clean root.
set -euo pipefail
unset TMPDIR
export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
export SAFELANE_PASSPHRASE="seven quiet rivers under one bridge"
step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }
as() {
    local user=$1
    shift
    setpriv --reuid="$user" --regid="$user" --clear-groups env -i PATH="$PATH" LANG=C.UTF-8 HOME="/var/lib/$user" \
        SAFELANE_PASSPHRASE="$SAFELANE_PASSPHRASE" "$@"
}
# What a unit starts, with another directory and another user where a second member is on the same machine.
units=/usr/lib/systemd/system
started() { sed -n 's/^ExecStart=//p' "$units/safelane-$1.service"; }
# In the shell's own child, so that it is the service that gets the signal.
serve() {
    (exec setpriv --reuid="$1" --regid="$1" --clear-groups env -i PATH="$PATH" LANG=C.UTF-8 HOME="/var/lib/$1" \
        $(started "$2" | sed "s|--dir .*|--dir $3|")) >"/tmp/$1.log" 2>&1 &
}
stop() {
    kill $(jobs -p)
    wait || true
    test ! -e $hub/address
}
# Five minutes: a busy machine that has just unpacked a gigabyte starts nothing quickly.
until_true() {
    for _ in $(seq 600); do if "$@" >/dev/null 2>&1; then return; fi; sleep 0.5; done
    echo "In vain: $*. What the services said:" >&2
    tail -n 20 /tmp/*.log >&2
    return 1
}
all_serve() {
    serve safelane hub $hub
    serve safelane-la node $la
    serve safelane-kh node $kh
    until_true test -e $hub/address
}
unpacking() { test -n "$(find /usr/lib/safelane -name '*.dpkg-new' -print -quit)"; }
begun() { test -e $hub/address || test -e $hub/before-upgrades; }
hub=/var/lib/safelane/hub la=/var/lib/safelane-la/node kh=/var/lib/safelane-kh/node

step "install $(dpkg-deb -f /former.deb Version)"
dpkg --install /former.deb
test "$(stat -c '%U %a' /var/lib/safelane)" = "safelane 700"
for member in la kh; do
    adduser --system --group --home "/var/lib/safelane-$member" --shell /usr/sbin/nologin --quiet "safelane-$member"
done
as safelane safelane --version

step "found a region"
# Without a word on the disk nothing is founded, since its encryption cannot be seen in this root. A former version
# does not ask.
words=()
if safelane hub found --help | grep -e --unencrypted >/dev/null; then
    words=(--unencrypted "a trial with invented people")
    if as safelane safelane hub found --dir $hub --origin rehearsal.example/log; then exit 1; fi
    test ! -e $hub
fi
as safelane safelane hub found --dir $hub --origin rehearsal.example/log --listen 127.0.0.1:18099 "${words[@]}"
serve safelane hub $hub
until_true test -e $hub/address
for member in la kh; do
    code=${member^^} directory=/var/lib/safelane-$member/node
    as safelane safelane hub invite "$code" --dir $hub --url http://127.0.0.1:18099 -o "/var/lib/safelane/$code"
    install -m 600 -o "safelane-$member" "/var/lib/safelane/$code" "/var/lib/safelane-$member/invitation"
    as "safelane-$member" safelane member join "/var/lib/safelane-$member/invitation" --dir "$directory" "${words[@]}"
    said=$(as safelane safelane hub members --dir $hub | sed -n "s/^$code .*fingerprint //p")
    as safelane safelane hub confirm "$code" --dir $hub --fingerprint "$said"
    as "safelane-$member" safelane member confirm --dir "$directory" --fingerprint "$said"
done

step "load a register and decide what is shared"
as safelane-la safelane member load /rehearsal/register.csv --as-of 2026-01-31 --mapping /rehearsal/mapping.yaml --dir $la
as safelane-la safelane keys create noy --dir $la
as safelane-la safelane policy draft /rehearsal/policy.yaml --dir $la
as safelane-la safelane policy publish --by noy --dir $la
as safelane-la safelane member cube --dir $la
serve safelane-la node $la
serve safelane-kh node $kh

step "ask"
token=$(as safelane /usr/lib/safelane/bin/python - <<'PYTHON'
from pathlib import Path
from gateway.bootstrap.setup.open_hub import add_user, log_key, open_hub
from gateway.hub.model import Role
hub = Path("/var/lib/safelane/hub")
with open_hub(hub) as opened:
    print(add_user(opened, "ana@rehearsal.example", "ARMAC", Role.ANALYST, ["regional-reporting"]), log_key(hub))
PYTHON
)
as safelane safelane access --dir /var/lib/safelane/ana --hub http://127.0.0.1:18099 \
    --log-key "${token#* }" --token "${token%% *}"
ask() { as safelane safelane ask --measure casualties --by outcome,sex --purpose regional-reporting --dir /var/lib/safelane/ana; }
# A node that has just been started may be heard a moment later than the question.
answered() { ask >"$1" && grep -q "LA  answered" "$1"; }
until_true answered /tmp/first
cat /tmp/first
grep -q "Receipt, checked" /tmp/first
as safelane safelane backup /var/lib/safelane/last-night --dir $hub

same() { diff <(sed -n '/^outcome/,/^Total/p' /tmp/first) <(sed -n '/^outcome/,/^Total/p' "$1"); }
if [ -e /bundle/install.sh ]; then
    step "two versions in one region: the hub from the bundle, the nodes from the former package"
    chmod -R go+rX /bundle
    /bundle/install.sh /opt/safelane
    stop
    of_package=$PATH
    PATH=/opt/safelane/bin:$PATH units=/bundle/systemd
    serve safelane hub $hub
    PATH=$of_package units=/usr/lib/systemd/system
    serve safelane-la node $la
    serve safelane-kh node $kh
    until_true test -e $hub/address
    until_true answered /tmp/mixed
    same /tmp/mixed
fi

step "upgrade to $(dpkg-deb -f /package.deb Version), killed while files are unpacked"
stop
dpkg --install /package.deb &
until_true unpacking
kill -KILL $(jobs -p)
wait || true
dpkg --install /package.deb

step "the first start after it, killed while the database is backed up or brought forward"
serve safelane hub $hub
until_true begun
kill -KILL $(jobs -p)
wait || true
rm -f $hub/address
all_serve
until_true answered /tmp/second
cat /tmp/second
same /tmp/second
as safelane safelane doctor --dir $hub | tee /tmp/doctor
as safelane-la safelane doctor --dir $la
grep -q "log: .*all whole" /tmp/doctor

step "remove while it serves, and install again"
dpkg --remove safelane
stop
test -s $hub/safelane.sqlite
dpkg --install /package.deb
all_serve
until_true answered /tmp/again
same /tmp/again
as safelane safelane log check --dir $hub

step "remove and purge"
stop
dpkg --remove safelane
dpkg --purge safelane
test ! -e /usr/bin/safelane
test ! -e /usr/lib/safelane/bin
test -s $hub/safelane.sqlite

if [ -e /bundle/install.sh ]; then
    step "the bundle goes on with the data that the package left"
    PATH=/opt/safelane/bin:$PATH units=/bundle/systemd
    all_serve
    until_true answered /tmp/third
    same /tmp/third
    as safelane safelane log check --dir $hub
    stop
fi
step "done"
