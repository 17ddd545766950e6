#!/bin/bash
# First process of one machine of the box, in its own mount, PID, UTS and network namespaces.
#   node-init.sh FOLDER NAME jumphost|server ADDRESS GATEWAY
# FOLDER/NAME holds what this machine writes over the computer's /etc and /var; FOLDER/keys the ssh keys.
set -euo pipefail
folder=$1 name=$2 role=$3 address=$4 gateway=$5
own=$folder/$name

# Nothing of it is seen outside: each machine has its own /run, /etc and /var/{lib,log,cache}.
mount -t tmpfs -o mode=755 run /run
for place in /etc /var/lib /var/log /var/cache; do
  layer=$own/layers$place
  mkdir -p "$layer/upper" "$layer/work"
  mount -t overlay -o "lowerdir=$place,upperdir=$layer/upper,workdir=$layer/work" overlay "$place"
done
# Everything runs under TCG. Where /dev/kvm seems usable and is not, libvirt probes QEMU anew before each definition, for
# seconds: here is one that nobody may open.
if [ -e /dev/kvm ]; then
  install -m 000 /dev/null /run/no-kvm
  mount --bind /run/no-kvm /dev/kvm
fi
# Each command over ssh has bash read this file first: here it does what it does on a fresh host.
[ ! -e /root/.bashrc ] || mount --bind /dev/null /root/.bashrc
hostname "$name"
mkdir -p /run/sshd /run/libvirt
printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" >/etc/hosts
printf 'nameserver %s\n' "$gateway" >/etc/resolv.conf

ip link set lo up
ip address add "$address/24" dev eno2
ip link set eno2 up
[ "$role" = jumphost ] || ip route add default via "$gateway"

cat >/run/sshd_config <<EOF
HostKey $folder/keys/$name
AuthorizedKeysFile $folder/keys/user.pub
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
PidFile /run/sshd.pid
EOF
/usr/sbin/sshd -f /run/sshd_config -E "$own/sshd.log"

# All machines share one clock, which none of them may set.
rm -f /etc/chrony/conf.d/*.conf
chronyd -x -f /etc/chrony/chrony.conf

if [ "$role" = server ]; then
  mkdir -p /etc/libvirt /var/lib/libvirt/images /var/lib/libvirt/qemu /var/log/libvirt/qemu
  # Debian's libvirt-daemon-system makes this account; here it exists on this machine only.
  echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin' >>/etc/passwd
  echo 'libvirt-qemu:x:64055:' >>/etc/group
  chown libvirt-qemu:libvirt-qemu /var/lib/libvirt/qemu
  # No label, cgroup or further namespace: the box is all of that.
  cat >/etc/libvirt/qemu.conf <<'EOF'
security_driver = "none"
cgroup_controllers = []
namespaces = []
remember_owner = 0
EOF
  cat >/etc/libvirt/libvirtd.conf <<EOF
auth_unix_rw = "none"
log_outputs = "2:file:$own/libvirtd.log"
host_uuid = "$(cat /proc/sys/kernel/random/uuid)"
EOF
  virtlogd --daemon --pid-file /run/virtlogd.pid
  libvirtd --daemon --pid-file /run/libvirtd.pid
  until virsh --quiet --connect qemu:///system uri >/dev/null 2>&1; do
    [ -d "/proc/$(cat /run/libvirtd.pid)" ] || { tail -n 5 "$own/libvirtd.log"; exit 1; }
    sleep 0.1
  done
fi
touch "$own/up"

# The first process of a PID namespace inherits its orphans; bash reaps them while it waits.
while true; do
  sleep 3600 &
  wait $!
done
