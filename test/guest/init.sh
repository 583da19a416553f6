#!/bin/busybox sh
# The guest's /init: mounts the machine's own root read-only (9p) under a tmpfs overlay, sets the guest up on it,
# and becomes the exec server there. GUEST_NAME, GUEST_MACHINE_ID and GUEST_CHECKOUT come from the kernel's command line.

busybox=/bin/busybox
root=/newroot

fail() {
	echo "guest init: $*"
	$busybox poweroff -f
}

$busybox mkdir -p /proc /sys /dev /machine /changes $root
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sysfs /sys
$busybox mount -t devtmpfs devtmpfs /dev

for module in /modules/*.ko; do
	$busybox insmod "$module" || fail "loading $module"
done

# cache=loose: the machine's files are taken as they were when first looked at, which is what makes node start fast.
$busybox mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose machine /machine ||
	fail "mounting the machine's root"
$busybox mount -t tmpfs -o mode=755 tmpfs /changes
$busybox mkdir /changes/upper /changes/work
$busybox mount -t overlay -o lowerdir=/machine,upperdir=/changes/upper,workdir=/changes/work overlay $root ||
	fail "mounting the overlay"

$busybox mkdir -p $root/usr/lib/modules $root/machine
$busybox mount --bind "/machine$($busybox cat /modules-folder)" $root/usr/lib/modules || fail "mounting modules"

$busybox mount --move /proc $root/proc
$busybox mount --move /sys $root/sys
$busybox mount --move /dev $root/dev
$busybox mkdir -p $root/dev/pts $root/dev/shm
$busybox mount -t devpts devpts $root/dev/pts
$busybox mount -t tmpfs -o mode=1777 tmpfs $root/dev/shm
$busybox mount -t tmpfs -o mode=1777 tmpfs $root/tmp
$busybox mount -t tmpfs -o mode=755 tmpfs $root/run
$busybox mount --move /machine $root/machine
# A checkout below /tmp or /run is hidden by the guest's own: it gets an overlay at its place.
if ! [ -e "$root$GUEST_CHECKOUT/package.json" ]; then
	$busybox mkdir -p "$root$GUEST_CHECKOUT" /changes/checkout /changes/checkout-work
	$busybox mount -t overlay \
		-o "lowerdir=$root/machine$GUEST_CHECKOUT,upperdir=/changes/checkout,workdir=/changes/checkout-work" \
		overlay "$root$GUEST_CHECKOUT" || fail "mounting the checkout"
fi
$busybox mount -t tracefs tracefs $root/sys/kernel/tracing
$busybox mount -t debugfs debugfs $root/sys/kernel/debug
$busybox mount -t bpf bpf $root/sys/fs/bpf
$busybox mount -t cgroup2 cgroup2 $root/sys/fs/cgroup
# As systemd leaves it on a real host.
echo '+cpu +memory +pids' >$root/sys/fs/cgroup/cgroup.subtree_control

$busybox hostname "$GUEST_NAME"
echo "$GUEST_NAME" >$root/etc/hostname
echo "$GUEST_MACHINE_ID" >$root/etc/machine-id
printf '127.0.0.1 localhost %s\n::1 localhost\n' "$GUEST_NAME" >$root/etc/hosts

# QEMU's user network: the machine's loopback is 10.0.2.2.
$busybox ip link set lo up
$busybox ip link set eth0 up
$busybox ip addr add 10.0.2.15/24 dev eth0
$busybox ip route add default via 10.0.2.2

# The port appears when QEMU has answered the driver; the only one, numbered after its bus.
tries=0
until set -- $root/dev/vport*p* && [ -e "$1" ]; do
	[ $((tries += 1)) -le 500 ] || fail "no virtio-serial port"
	$busybox usleep 20000
done
port=${1#"$root"}

$busybox cp /exec-server $root/run/exec-server
exec $busybox switch_root $root /run/exec-server "$port"
